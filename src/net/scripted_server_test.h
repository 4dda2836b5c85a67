// A stand-in for a server: it says exactly what a test tells it to say.
#pragma once

#include "base/async.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace docquarry::net {

// Reads a head, and as much of the body as is asked for, answers, and takes the next turn.
class ScriptedServer {
 public:
  explicit ScriptedServer(boost::asio::io_context& loop)
      : loop_(loop), acceptor_(loop, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {}

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
  }

  static constexpr std::size_t announced = SIZE_MAX;  // as many bytes as Content-Length says

  struct Turn {
    std::size_t read_body_bytes = 0;  // after the head, before the answer
    std::string answer;
    bool close = false;
  };

  void serve(std::deque<Turn> turns) { boost::asio::co_spawn(loop_, run(std::move(turns)), boost::asio::detached); }

  // A complete answer with a body.
  static std::string answer(const std::string& status, const std::string& content, const std::string& more_headers = "") {
    return "HTTP/1.1 " + status + "\r\n" + more_headers + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           content;
  }

  std::vector<std::string> heads, bodies;
  int connections = 0, answers_sent = 0;

 private:
  Async<void> run(std::deque<Turn> turns) {
    while (!turns.empty()) {
      boost::asio::ip::tcp::socket socket = co_await acceptor_.async_accept(boost::asio::use_awaitable);
      ++connections;
      co_await talk(socket, turns);
    }
  }

  Async<void> talk(boost::asio::ip::tcp::socket& socket, std::deque<Turn>& turns) {
    boost::asio::streambuf buffer;
    while (!turns.empty()) {
      boost::system::error_code error;
      auto head_bytes = co_await boost::asio::async_read_until(socket, buffer, "\r\n\r\n",
                                                               boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      auto turn = std::move(turns.front());
      turns.pop_front();
      std::string head(boost::asio::buffers_begin(buffer.data()),
                       boost::asio::buffers_begin(buffer.data()) + std::ptrdiff_t(head_bytes));
      buffer.consume(head_bytes);
      heads.push_back(head);
      if (turn.read_body_bytes == announced)
        turn.read_body_bytes = std::size_t(std::stoull(head.substr(head.find("Content-Length: ") + 16)));
      if (turn.read_body_bytes > 0 && head.find("100-continue") != head.npos) {
        std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await boost::asio::async_write(socket, boost::asio::buffer(go_on),
                                          boost::asio::redirect_error(boost::asio::use_awaitable, error));
      }
      while (turn.read_body_bytes > buffer.size()) {
        auto room = buffer.prepare(65536);
        auto got = co_await socket.async_read_some(room, boost::asio::redirect_error(boost::asio::use_awaitable, error));
        if (error) co_return;
        buffer.commit(got);
      }
      bodies.emplace_back(boost::asio::buffers_begin(buffer.data()),
                          boost::asio::buffers_begin(buffer.data()) + std::ptrdiff_t(turn.read_body_bytes));
      buffer.consume(turn.read_body_bytes);
      co_await boost::asio::async_write(socket, boost::asio::buffer(turn.answer),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (!error) ++answers_sent;
      if (turn.close || error) co_return;
    }
  }

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace docquarry::net
