// Outgoing HTTP and HTTPS: requests on the event loop, bodies streamed both ways, connections reused. libcurl does the protocol; only
// http_client.cc knows it. Follows no redirects and keeps no cookies.
#pragma once

#include "base/async.h"
#include "base/byte_source.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                           // what is sent when there is no `upload`
  std::unique_ptr<ByteSource> upload;         // pulled while it is sent
  std::optional<std::uint64_t> upload_bytes;  // empty: chunked
  bool asks_first = true;                     // before a large upload: a server that refuses is spared it (Expect: 100-continue)
  // A connection that was used before may be lost just when the request is sent; libcurl then repeats it on a new one, even a POST that the
  // other side has carried out. True: on a connection of its own, where nothing is repeated.
  bool fresh_connection = false;
  std::chrono::milliseconds connect_time{5'000};
  std::chrono::seconds idle_time{60};  // how long nothing may arrive or leave
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  // The rest of the answer; what is not read is not received. Errors: connection_failed when it ends too early.
  std::unique_ptr<ByteSource> body;

  std::string_view header(std::string_view lower_case_name) const;  // empty when absent
};

class HttpClient {
 public:
  explicit HttpClient(boost::asio::io_context& loop);
  ~HttpClient();  // after every coroutine in send() and every response

  // Returns when the head of the answer is complete, whatever its status. When the other side refuses before the upload is complete, the
  // rest is not sent. Errors: connection_failed with the address and the reason; those of the upload.
  Async<Result<HttpResponse>> send(HttpRequest request);

 private:
  class Engine;
  class Transfer;
  class BodySource;
  std::unique_ptr<Engine> engine_;
};

// Errors: those of the source, body_too_large.
Async<Result<std::string>> read_all(ByteSource& source, std::uint64_t limit_bytes);

}  // namespace docquarry::net
