// Stands between the driver and the server, and loses what a test wants lost.
#pragma once

#include "base/async.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <string_view>
#include <thread>

namespace docquarry {

class TcpProxy {
 public:
  enum class Loses {
    nothing,
    commit,            // the connection breaks when COMMIT is sent; the server never sees it
    answer_to_commit,  // the server does it, then the connection breaks
  };

  explicit TcpProxy(int target_port)
      : target_(boost::asio::ip::address_v4::loopback(), std::uint16_t(target_port)),
        acceptor_(loop_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    boost::asio::co_spawn(loop_, accept(), boost::asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~TcpProxy() {
    loop_.stop();
    thread_.join();
  }

  int port() const { return acceptor_.local_endpoint().port(); }
  // Once; then it passes everything on again.
  void lose_next(Loses what) { loses_ = what; }
  int times_lost() const { return times_lost_; }

 private:
  using tcp = boost::asio::ip::tcp;
  static constexpr std::string_view commit_message{"COMMIT\0", 7};  // not the COMMITTED of an isolation level

  struct Session {
    explicit Session(boost::asio::io_context& loop) : client(loop), server(loop) {}
    void end() {
      boost::system::error_code ignored;
      client.close(ignored);
      server.close(ignored);
    }
    tcp::socket client, server;
    bool drops_answers = false;
  };

  Async<void> accept() {
    while (true) {
      auto session = std::make_shared<Session>(loop_);
      boost::system::error_code error;
      co_await acceptor_.async_accept(session->client, boost::asio::redirect_error(boost::asio::use_awaitable, error));
      co_await session->server.async_connect(target_, boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) continue;
      boost::asio::co_spawn(loop_, pass_on(session, session->client, session->server, true), boost::asio::detached);
      boost::asio::co_spawn(loop_, pass_on(session, session->server, session->client, false), boost::asio::detached);
    }
  }

  Async<void> pass_on(std::shared_ptr<Session> session, tcp::socket& from, tcp::socket& to, bool from_client) {
    std::array<char, 65536> buffer;
    while (true) {
      boost::system::error_code error;
      auto bytes = co_await from.async_read_some(boost::asio::buffer(buffer),
                                                 boost::asio::redirect_error(boost::asio::use_awaitable, error));
      bool is_lost = !from_client && session->drops_answers;
      if (from_client && std::string_view(buffer.data(), bytes).find(commit_message) != std::string_view::npos) {
        auto what = loses_.exchange(Loses::nothing);
        if (what != Loses::nothing) ++times_lost_;
        if (what == Loses::commit) is_lost = true;
        if (what == Loses::answer_to_commit) session->drops_answers = true;
      }
      if (!error && !is_lost)
        co_await boost::asio::async_write(to, boost::asio::buffer(buffer.data(), bytes),
                                          boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error || is_lost) break;
    }
    session->end();
  }

  boost::asio::io_context loop_{1};
  tcp::endpoint target_;
  tcp::acceptor acceptor_;
  std::atomic<Loses> loses_ = Loses::nothing;
  std::atomic<int> times_lost_ = 0;
  std::thread thread_;
};

}  // namespace docquarry
