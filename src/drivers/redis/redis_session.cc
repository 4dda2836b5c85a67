#include "drivers/redis/redis_session.h"

#include "domain/error_codes.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace docquarry {
namespace {

using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;

tl::unexpected<Error> failed(std::string_view step, const boost::system::error_code& error) {
  return fail(connection_failed, "cannot " + std::string(step) + " redis: " + error.message());
}

std::string to_text(const tcp::endpoint& endpoint) {
  auto address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) address = "[" + address + "]";
  return address + ":" + std::to_string(endpoint.port());
}

}  // namespace

// A socket, with TLS around it when it is asked for.
class RedisSession::Stream {
 public:
  Stream(boost::asio::io_context& loop, const RedisOptions& options) : loop_(loop), host_(options.host), plain_(loop) {
    if (!options.tls) return;
    context_.emplace(boost::asio::ssl::context::tls_client);
    context_->set_verify_mode(boost::asio::ssl::verify_peer);
    context_->set_verify_callback(boost::asio::ssl::host_name_verification(host_));
    boost::system::error_code untrusted;  // then no certificate is valid, which the handshake says
    if (options.ca_file.empty()) context_->set_default_verify_paths(untrusted);
    else context_->load_verify_file(options.ca_file, untrusted);
  }

  void begin() {
    if (context_) tls_.emplace(loop_, *context_);
    else plain_ = tcp::socket(loop_);
  }
  tcp::socket& socket() { return tls_ ? tls_->next_layer() : plain_; }

  Async<boost::system::error_code> shake_hands() {
    boost::system::error_code error;
    if (!tls_) co_return error;
    if (SSL_set_tlsext_host_name(tls_->native_handle(), host_.c_str()) != 1) co_return boost::asio::error::no_memory;
    co_await tls_->async_handshake(boost::asio::ssl::stream_base::client, redirect_error(use_awaitable, error));
    co_return error;
  }
  Async<boost::system::error_code> write(const std::string& bytes) {
    boost::system::error_code error;
    auto buffer = boost::asio::buffer(bytes);
    if (tls_) co_await boost::asio::async_write(*tls_, buffer, redirect_error(use_awaitable, error));
    else co_await boost::asio::async_write(plain_, buffer, redirect_error(use_awaitable, error));
    co_return error;
  }
  // The bytes stay valid until the next call.
  Async<std::string_view> read(boost::system::error_code& error) {
    auto buffer = boost::asio::buffer(received_);
    std::size_t size = 0;
    if (tls_) size = co_await tls_->async_read_some(buffer, redirect_error(use_awaitable, error));
    else size = co_await plain_.async_read_some(buffer, redirect_error(use_awaitable, error));
    co_return std::string_view(received_.data(), size);
  }

 private:
  boost::asio::io_context& loop_;
  std::string host_;
  std::optional<boost::asio::ssl::context> context_;
  tcp::socket plain_;
  std::optional<boost::asio::ssl::stream<tcp::socket>> tls_;
  std::array<char, 16 * 1024> received_;
};

RedisSession::RedisSession(boost::asio::io_context& loop, RedisOptions options)
    : loop_(loop), options_(std::move(options)), stream_(std::make_unique<Stream>(loop_, options_)) {}

RedisSession::~RedisSession() = default;

Async<Result<void>> RedisSession::connect() {
  stream_->begin();
  replies_ = std::make_unique<ReplyReader>();
  boost::system::error_code error;
  tcp::resolver resolver(loop_);
  auto port = std::to_string(options_.port);
  auto found = co_await resolver.async_resolve(options_.host, port, redirect_error(use_awaitable, error));
  if (error) co_return failed("find", error);
  co_await boost::asio::async_connect(stream_->socket(), found, redirect_error(use_awaitable, error));
  if (error) co_return failed("reach", error);
  stream_->socket().set_option(tcp::no_delay(true), error);
  auto local = stream_->socket().local_endpoint(error);
  if (error) co_return failed("reach", error);
  local_address_ = to_text(local);
  error = co_await stream_->shake_hands();
  if (error) co_return failed("speak TLS with", error);
  co_return Result<void>{};
}

Async<Result<void>> RedisSession::open() {
  CO_CHECK(co_await connect());
  std::vector<RedisCommand> greeting;
  if (!options_.user.empty()) greeting.push_back({"AUTH", options_.user, options_.password});
  else if (!options_.password.empty()) greeting.push_back({"AUTH", options_.password});
  if (options_.database != 0) greeting.push_back({"SELECT", std::to_string(options_.database)});
  greeting.push_back({"PING"});
  CO_TRY(auto replies, co_await exchange(std::move(greeting)));
  for (const auto& reply : replies)
    if (reply.is_error()) co_return fail(connection_failed, "redis refuses us: " + reply.text);
  co_return Result<void>{};
}

void RedisSession::close() {
  boost::system::error_code already_closed;
  stream_->socket().close(already_closed);
}

Async<Result<std::vector<Reply>>> RedisSession::exchange(std::vector<RedisCommand> commands) {
  std::string bytes;
  for (const auto& command : commands) bytes += encode(command);
  CO_CHECK(co_await write(std::move(bytes)));
  std::vector<Reply> replies;
  while (replies.size() < commands.size()) {
    CO_TRY(auto reply, co_await read());
    replies.push_back(std::move(reply));
  }
  co_return replies;
}

Async<Result<void>> RedisSession::write(std::string bytes) {
  auto error = co_await stream_->write(bytes);
  if (error) co_return failed("write to", error);
  co_return Result<void>{};
}

Async<Result<Reply>> RedisSession::read() {
  while (true) {
    auto reply = replies_->next();
    if (reply) co_return std::move(*reply);
    if (replies_->is_broken()) co_return fail(connection_failed, "what answers does not speak as redis does");
    boost::system::error_code error;
    auto bytes = co_await stream_->read(error);
    if (error) co_return failed("read from", error);
    replies_->feed(bytes);
  }
}

}  // namespace docquarry
