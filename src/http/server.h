// Accepts connections, speaks HTTP/1.1 (RFC 9110, RFC 9112), calls the handler of the route, and sends its answer. Never holds a body.
// Strict where leniency is an attack: both lengths, odd Transfer-Encoding, bare CR or LF in the head, folded headers, NUL, two Hosts
// are answered 400 and the connection closes.
#pragma once

#include "base/metrics.h"
#include "base/result.h"
#include "http/router.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace docquarry::http {

struct ServerLimits {
  std::uint32_t head_bytes = 16 * 1024;
  std::uint32_t target_bytes = 8 * 1024;
  int headers = 64;
  std::chrono::seconds head_time{10};                  // from the first byte of a request to the end of its head
  std::chrono::seconds idle_time{60};                  // between requests, and for a client that stops reading
  std::uint64_t slowest_body_bytes_per_second = 1024;  // measured after the first `body_grace` of a body
  std::chrono::seconds body_grace{10};
  int connections = 4096;  // one more is answered 503 and closed
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;  // 0: any free one
  ServerLimits limits;
  std::vector<std::string> trusted_proxies;  // addresses or networks whose X-Forwarded-For is believed
  bool share_port = false;                   // SO_REUSEPORT: the next process may listen before this one has drained
};

// How answers that no handler gives look: unknown route, wrong method, bad request, a handler that threw.
using ErrorPage = std::function<Response(const Request&, int status, const Error&)>;

class Server {
 public:
  // `before` runs for every matched request before its handler; an answer from it is sent instead (host check, draining).
  using Guard = std::function<Async<std::optional<Response>>(Request&)>;

  Server(boost::asio::io_context& loop, ServerOptions options, const Router& router, Guard before, ErrorPage error_page,
         Metrics& metrics);
  // Cuts what still runs. The loop must not run handlers of this server afterwards: drain() first.
  ~Server();

  // Binds and listens; answers requests from then on. Errors: connection_failed with the address and the reason.
  Result<void> start();
  std::uint16_t port() const;

  // Stops accepting, closes idle connections and event streams, lets running requests finish; returns when the last one has
  // ended or `limit` has passed (then the rest is cut).
  Async<void> drain(std::chrono::steady_clock::duration limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docquarry::http
