// For the tests of this folder: a server on a free port with its loop on a thread, and a client that sends exactly the bytes it is told.
#pragma once

#include "base/io_errors.h"
#include "base/metrics.h"
#include "http/server.h"

#include <gtest/gtest.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>
#include <future>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace docquarry::http {

// Runs a coroutine to its end on a loop of its own.
template <class T>
T run_now(Async<T> work) {
  boost::asio::io_context loop;
  auto result = boost::asio::co_spawn(loop, std::move(work), boost::asio::use_future);
  loop.run();
  return result.get();
}

struct Answer {
  int status = 0;  // 0: the connection closed instead
  std::string head, body;
  bool complete = false;  // the body ended as announced

  std::string header(std::string_view name) const {
    auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "";
    at += name.size() + 4;
    return head.substr(at, head.find("\r\n", at) - at);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval limit{20, 0};  // a test that waits longer than this has failed
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // False when the server does not take it any more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(std::size_t(sent));
    }
    return true;
  }

  // One answer. `head_only` for the answer to HEAD.
  Answer read(bool head_only = false) {
    Answer answer;
    while (got_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = take(got_.find("\r\n\r\n") + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    answer.complete = true;
    bool empty = head_only || answer.status < 200 || answer.status == 204 || answer.status == 304;
    if (empty) return answer;
    if (answer.header("Transfer-Encoding") == "chunked") {
      read_chunks(answer);
    } else if (auto length = answer.header("Content-Length"); !length.empty()) {
      answer.complete = need(std::stoull(length));
      answer.body = take(std::min(got_.size(), std::size_t(std::stoull(length))));
    } else {
      while (receive()) {
      }
      answer.body = take(got_.size());
    }
    return answer;
  }

  Answer ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

  // The next `bytes` bytes as they come, fewer at the end.
  std::string read_bytes(std::size_t bytes) {
    need(bytes);
    return take(std::min(bytes, got_.size()));
  }
  std::string read_until(std::string_view mark) {
    while (got_.find(mark) == std::string::npos) {
      if (!receive()) return take(got_.size());
    }
    return take(got_.find(mark) + mark.size());
  }
  // True when the server closes, and sends nothing more before.
  bool is_closed() { return got_.empty() && !receive() && got_.empty(); }

  bool connected = false;

 private:
  bool receive() {
    char block[65536];
    auto got = ::recv(socket_, block, sizeof block, 0);
    if (got > 0) got_.append(block, std::size_t(got));
    return got > 0;
  }
  bool need(std::size_t bytes) {
    while (got_.size() < bytes) {
      if (!receive()) return false;
    }
    return true;
  }
  std::string take(std::size_t bytes) {
    auto front = got_.substr(0, bytes);
    got_.erase(0, bytes);
    return front;
  }
  void read_chunks(Answer& answer) {
    while (true) {
      auto line = read_until("\r\n");
      if (!line.ends_with("\r\n")) break;
      auto size = std::stoull(line, nullptr, 16);
      if (!need(size + 2)) break;
      answer.body += take(size);
      take(2);
      if (size == 0) return;
    }
    answer.body += take(got_.size());
    answer.complete = false;
  }

  int socket_;
  std::string got_;
};

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, Server::Guard guard = nullptr)
      : guard_(std::move(guard)), options_(std::move(options)) {
    options_.port = 0;
  }
  ~TestServer() { stop(); }

  Router router;
  Metrics metrics;

  void add(std::string method, std::string pattern, Handler handler, std::uint64_t body_limit = 0) {
    Route route{std::move(method), std::move(pattern), "test", body_limit, std::move(handler)};
    router.add(std::move(route));
  }

  void start() {
    auto page = [](const Request&, int status, const Error& error) {
      return Response(status, "text/plain", std::string(error.code().name) + ": " + error.message());
    };
    server_.emplace(loop_, options_, router, guard_, page, metrics);
    auto started = server_->start();
    ASSERT_TRUE(started) << started.error().describe();
    port = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }

  std::future<void> drain(std::chrono::steady_clock::duration limit) {
    return boost::asio::co_spawn(loop_, server_->drain(limit), boost::asio::use_future);
  }

  void stop() {
    if (!thread_.joinable()) return;
    drain(std::chrono::seconds(0)).wait();
    loop_.stop();
    thread_.join();
    server_.reset();
  }

  boost::asio::io_context& loop() { return loop_; }
  std::uint16_t port = 0;

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(loop_);
  Server::Guard guard_;
  ServerOptions options_;
  std::optional<Server> server_;
  std::thread thread_;
};

// Gives `text` piece by piece; then ends, or fails.
class TextSource : public ByteSource {
 public:
  TextSource(std::string text, std::size_t piece, bool fails = false) : text_(std::move(text)), piece_(piece), fails_(fails) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    std::size_t size = std::min({piece_, into.size(), text_.size() - at_});
    if (size == 0 && fails_) co_return fail(storage_unavailable, "the disk has gone");
    std::memcpy(into.data(), text_.data() + at_, size);
    at_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
  bool fails_;
};

}  // namespace docquarry::http
