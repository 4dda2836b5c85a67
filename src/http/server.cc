#include "http/server.h"

#include "base/io_errors.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/response_head.h"
#include "http/server_core.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include <sys/socket.h>

namespace docquarry::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Loop::executor_type>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Loop::executor_type>;

constexpr auto check_every = std::chrono::milliseconds(250);
constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr std::size_t turned_away_at_once = 128;  // connections over the limit that still get an answer

void log_end(const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& problem) {
    if (problem.code() != asio::error::operation_aborted) log::error("connection failed", {{"what", problem.what()}});
  } catch (const std::exception& problem) {
    log::error("connection failed", {{"what", problem.what()}});
  }
}

}  // namespace

ServerCore::ServerCore(Loop& event_loop, ServerOptions server_options, const Router& route_table, Server::Guard guard,
                       ErrorPage page, Metrics& counters)
    : loop(event_loop),
      options(std::move(server_options)),
      router(route_table),
      before(std::move(guard)),
      error_page(std::move(page)),
      metrics(&counters),
      random_(std::random_device()() | std::uint64_t(std::random_device()()) << 32) {}

HeadLimits ServerCore::head_limits() const {
  return {options.limits.head_bytes, options.limits.target_bytes, options.limits.headers};
}

const std::string& ServerCore::date() {
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != date_second_) {
    date_second_ = now;
    date_ = to_http_date(now);
  }
  return date_;
}

std::string ServerCore::new_request_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id(16, '0');
  auto number = random_();
  for (auto& c : id) {
    c = digits[number & 15];
    number >>= 4;
  }
  return id;
}

struct Server::Impl {
  Impl(asio::io_context& event_loop, std::shared_ptr<ServerCore> shared)
      : core(std::move(shared)), acceptor(event_loop), check_timer(event_loop), pause_timer(event_loop) {}

  Result<void> listen();
  void accept_next();
  void take(Socket socket);
  void check_times();

  std::shared_ptr<ServerCore> core;
  Acceptor acceptor;
  Timer check_timer, pause_timer;
};

Server::Server(asio::io_context& loop, ServerOptions options, const Router& router, Guard before, ErrorPage error_page,
               Metrics& metrics) {
  auto core = std::make_shared<ServerCore>(loop, std::move(options), router, std::move(before), std::move(error_page), metrics);
  impl_ = std::make_unique<Impl>(loop, std::move(core));
}

Server::~Server() {
  auto& core = *impl_->core;
  core.when_empty = nullptr;
  auto open = core.connections;
  for (auto* connection : open) connection->cut();
  core.metrics = nullptr;
}

Result<void> Server::start() {
  CHECK(impl_->listen());
  impl_->accept_next();
  impl_->check_times();
  return {};
}

std::uint16_t Server::port() const {
  boost::system::error_code problem;
  return impl_->acceptor.local_endpoint(problem).port();
}

Result<void> Server::Impl::listen() {
  const auto& options = core->options;
  TRY(core->proxies, TrustedProxies::parse(options.trusted_proxies));
  auto where = options.address + " port " + std::to_string(options.port);
  boost::system::error_code problem;
  auto address = asio::ip::make_address(options.address, problem);
  if (problem) return fail(connection_failed, "cannot listen on " + where + ": it is not an IP address");
  tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), problem);
  if (!problem) acceptor.set_option(Acceptor::reuse_address(true), problem);
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  if (!problem && options.share_port) acceptor.set_option(ReusePort(true), problem);
  if (!problem) acceptor.bind(endpoint, problem);
  if (!problem) acceptor.listen(4096, problem);
  if (!problem) acceptor.non_blocking(true, problem);
  if (problem) return fail(connection_failed, "cannot listen on " + where + ": " + problem.message());
  return {};
}

void Server::Impl::accept_next() {
  acceptor.async_accept(core->loop.get_executor(), [this](const boost::system::error_code& problem, Socket socket) {
    if (problem == asio::error::operation_aborted) return;
    if (!problem) {
      take(std::move(socket));
      accept_next();
      return;
    }
    // Out of descriptors or memory: the same error would come again at once, so let some connections end first.
    log::warn("cannot accept connections", {{"what", problem.message()}});
    pause_timer.expires_after(accept_pause);
    pause_timer.async_wait([this](const boost::system::error_code& stopped) {
      if (!stopped) accept_next();
    });
  });
}

void Server::Impl::take(Socket socket) {
  auto most = std::size_t(core->options.limits.connections);
  auto open = core->connections.size();
  if (open >= most + turned_away_at_once) return;
  boost::system::error_code problem;
  auto peer = socket.remote_endpoint(problem).address();
  if (problem) return;  // gone already
  // Owned by its own coroutine: the completion handler, which lives as long as the coroutine, holds it.
  auto connection = std::make_shared<Connection>(core, std::move(socket), peer);
  auto ended = [connection](const std::exception_ptr& thrown) { log_end(thrown); };
  auto serving = open < most ? connection->serve() : connection->turn_away();
  asio::co_spawn(core->loop, std::move(serving), asio::bind_cancellation_slot(connection->cancellation(), std::move(ended)));
}

void Server::Impl::check_times() {
  check_timer.expires_after(check_every);
  check_timer.async_wait([this](const boost::system::error_code& stopped) {
    if (stopped) return;
    auto now = std::chrono::steady_clock::now();
    for (auto* connection : core->connections) connection->check_time(now);
    check_times();
  });
}

Async<void> Server::drain(std::chrono::steady_clock::duration limit) {
  auto& impl = *impl_;
  auto& core = *impl.core;
  core.draining = true;
  boost::system::error_code ignored;
  impl.pause_timer.cancel();
  impl.acceptor.cancel(ignored);
  // Clients whose connection the kernel has completed already were promised an answer.
  for (boost::system::error_code none_left; impl.acceptor.is_open() && !none_left;) {
    auto socket = impl.acceptor.accept(core.loop.get_executor(), none_left);
    if (!none_left) impl.take(std::move(socket));
  }
  impl.acceptor.close(ignored);
  for (auto* connection : core.connections) connection->drain();

  Timer done(core.loop, limit);
  core.when_empty = [&done] { done.cancel(); };
  if (!core.connections.empty()) co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!core.connections.empty()) {
    log::warn("connections cut", {{"open", std::int64_t(core.connections.size())}});
    auto open = core.connections;
    for (auto* connection : open) connection->cut();
    done.expires_after(std::chrono::seconds(1));  // for them to unwind
    if (!core.connections.empty()) co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  core.when_empty = nullptr;
  impl.check_timer.cancel();
}

}  // namespace docquarry::http
