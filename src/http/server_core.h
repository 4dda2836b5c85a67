// What all connections of one server share. Kept alive by the server and by every connection, so that a connection that ends after the
// server was destroyed finds nothing dangling.
#pragma once

#include "base/metrics.h"
#include "http/head.h"
#include "http/peer.h"
#include "http/server.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <random>
#include <set>
#include <string>

namespace docquarry::http {

using Loop = boost::asio::io_context;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::executor_type>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Connection;

struct ServerCore {
  ServerCore(Loop& event_loop, ServerOptions server_options, const Router& route_table, Server::Guard guard, ErrorPage page,
             Metrics& counters);

  Loop& loop;
  ServerOptions options;
  const Router& router;
  Server::Guard before;
  ErrorPage error_page;
  Metrics* metrics;  // null once the server is gone
  TrustedProxies proxies;
  std::set<Connection*> connections;
  bool draining = false;
  std::function<void()> when_empty;  // called when the last connection has ended

  HeadLimits head_limits() const;
  const std::string& date();  // the Date header, made once a second
  std::string new_request_id();

 private:
  std::mt19937_64 random_;
  std::chrono::sys_seconds date_second_{};
  std::string date_;
};

}  // namespace docquarry::http
