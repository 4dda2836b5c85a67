#include "net/http_client.h"

#include "base/io_errors.h"
#include "net/scripted_server_test.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;

class Zeros : public ByteSource {
 public:
  Zeros(std::uint64_t bytes, std::optional<Error> then) : left_(bytes), then_(std::move(then)) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto bytes = std::size_t(std::min<std::uint64_t>(left_, into.size()));
    if (bytes == 0 && then_) co_return fail(*then_);
    std::fill_n(into.begin(), bytes, std::byte('0'));
    left_ -= bytes;
    given += bytes;
    co_return bytes;
  }
  static inline std::uint64_t given = 0;

 private:
  std::uint64_t left_;
  std::optional<Error> then_;
};

struct Answer {
  int status = 0;
  std::string body, error;
};

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() { Zeros::given = 0; }

  Async<void> fetch(HttpRequest request, Answer* answer) {
    auto response = co_await client_.send(std::move(request));
    if (!response) {
      answer->error = response.error().message();
      co_return;
    }
    answer->status = response->status;
    last_headers_ = response->headers;
    auto body = co_await read_all(*response->body, 64 << 20);
    if (body) answer->body = std::move(*body);
    else answer->error = body.error().message();
  }

  Answer get(HttpRequest request) {
    Answer answer;
    loop_.restart();
    asio::co_spawn(loop_, fetch(std::move(request), &answer), [this](std::exception_ptr defect) {
      loop_.stop();
      if (defect) std::rethrow_exception(defect);
    });
    loop_.run();
    return answer;
  }

  HttpRequest to(std::string url, std::string method = "GET") {
    HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    return request;
  }

  asio::io_context loop_{1};
  ScriptedServer server_{loop_};
  HttpClient client_{loop_};
  std::vector<std::pair<std::string, std::string>> last_headers_;
};

TEST_F(HttpClientTest, gets_an_answer_with_its_headers) {
  server_.serve({{0, "HTTP/1.1 404 Not Found\r\nX-Thing:  a value\r\nContent-Length: 5\r\n\r\nhello", false}});

  auto request = to(server_.url("/a?b=c"));
  request.headers = {{"X-Mine", "yes"}, {"X-Empty", ""}};
  auto answer = get(std::move(request));

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.error, "");
  EXPECT_THAT(last_headers_, ::testing::Contains(::testing::Pair("x-thing", "a value")));
  EXPECT_THAT(server_.heads[0], HasSubstr("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(server_.heads[0], HasSubstr("X-Mine: yes\r\n"));
  EXPECT_THAT(server_.heads[0], HasSubstr("X-Empty:\r\n"));
}

TEST_F(HttpClientTest, uses_a_connection_again) {
  std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  server_.serve({{0, ok, false}, {4, ok, false}});

  get(to(server_.url()));
  auto post = to(server_.url(), "POST");
  post.body = "body";
  auto answer = get(std::move(post));

  EXPECT_EQ(answer.body, "ok");
  EXPECT_EQ(server_.bodies.back(), "body");
  EXPECT_EQ(server_.connections, 1);
  EXPECT_THAT(server_.heads[1], ::testing::Not(HasSubstr("x-www-form-urlencoded")));
}

TEST_F(HttpClientTest, streams_an_upload_of_known_length) {
  constexpr std::size_t size = 3 << 20;
  server_.serve({{size, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", false}});

  auto request = to(server_.url(), "POST");
  request.upload = std::make_unique<Zeros>(size, std::nullopt);
  request.upload_bytes = size;
  auto answer = get(std::move(request));

  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(server_.bodies.back(), std::string(size, '0'));
  EXPECT_THAT(server_.heads[0], HasSubstr("POST / HTTP/1.1"));
  EXPECT_THAT(server_.heads[0], HasSubstr("Content-Length: 3145728\r\n"));
}

TEST_F(HttpClientTest, does_not_send_what_was_refused_early) {
  server_.serve({{0, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwait", true}});

  auto request = to(server_.url(), "POST");
  request.upload = std::make_unique<Zeros>(1ull << 40, std::nullopt);
  request.upload_bytes = 1ull << 40;
  auto answer = get(std::move(request));

  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body, "wait");
  EXPECT_LT(Zeros::given, 16u << 20);
}

TEST_F(HttpClientTest, hears_a_long_refusal_to_its_end) {
  std::string reasons(4 << 20, 'r');
  server_.serve({{0, ScriptedServer::answer("413 Content Too Large", reasons), true}});

  auto request = to(server_.url(), "POST");
  request.upload = std::make_unique<Zeros>(1ull << 40, std::nullopt);
  request.upload_bytes = 1ull << 40;
  auto answer = get(std::move(request));

  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, reasons);
}

TEST_F(HttpClientTest, forgets_the_headers_of_interim_answers) {
  server_.serve({{0, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" + ScriptedServer::answer("200 OK", "x"), false}});

  EXPECT_EQ(get(to(server_.url())).status, 200);
  EXPECT_THAT(last_headers_, ::testing::ElementsAre(::testing::Pair("content-length", "1")));
}

TEST_F(HttpClientTest, ends_with_the_failure_of_its_upload) {
  server_.serve({{1 << 20, "", true}});

  auto request = to(server_.url(), "POST");
  request.upload = std::make_unique<Zeros>(1000, Error(storage_unavailable, "the disk is gone"));
  request.upload_bytes = 1 << 20;
  auto answer = get(std::move(request));

  EXPECT_EQ(answer.error, "the disk is gone");
}

TEST_F(HttpClientTest, receives_a_large_answer_no_faster_than_it_is_read) {
  std::string content(32 << 20, 'x');
  server_.serve({{0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000000\r\n" + content + "\r\n0\r\n\r\n", false}});
  std::string received;
  auto collect = [&]() -> Async<void> {
    auto response = co_await client_.send(to(server_.url()));
    // Nobody reads, while everybody else gets as many turns as they can use.
    for (int turn = 0; turn < 5000; ++turn) co_await asio::post(asio::use_awaitable);
    EXPECT_EQ(server_.answers_sent, 0);
    auto body = co_await read_all(*response->body, 64 << 20);
    if (body) received = std::move(*body);
  };
  asio::co_spawn(loop_, collect(), [this](std::exception_ptr) { loop_.stop(); });
  loop_.run();

  EXPECT_TRUE(received == content);
}

TEST_F(HttpClientTest, says_when_an_answer_ends_too_early) {
  server_.serve({{0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", true}});

  auto answer = get(to(server_.url()));

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.error, HasSubstr("ended too early"));
}

TEST_F(HttpClientTest, says_why_nobody_can_be_reached) {
  auto url = server_.url();
  {
    tcp::acceptor other(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    url = "http://127.0.0.1:" + std::to_string(other.local_endpoint().port());
  }

  auto answer = get(to(url));

  EXPECT_EQ(answer.error, "cannot reach " + url + ": connection refused");
  EXPECT_THAT(get(to("http://")).error, HasSubstr("names no host"));
}

TEST_F(HttpClientTest, gives_up_when_nothing_arrives) {
  server_.serve({{1, "", false}});  // waits for a byte that never comes

  auto request = to(server_.url());
  request.idle_time = std::chrono::seconds(1);
  auto answer = get(std::move(request));

  EXPECT_THAT(answer.error, HasSubstr("no answer in time"));
}

TEST_F(HttpClientTest, lets_go_of_everything_when_it_is_cancelled) {
  server_.serve({{1, "", false}});
  Answer answer;
  asio::cancellation_signal cancel;
  bool ended = false;
  asio::co_spawn(loop_, fetch(to(server_.url()), &answer), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) {
                   ended = true;
                   loop_.stop();
                 }));
  while (server_.heads.empty()) loop_.run_one();

  cancel.emit(asio::cancellation_type::terminal);
  loop_.run();

  EXPECT_TRUE(ended);
  EXPECT_EQ(answer.status, 0);
}

TEST_F(HttpClientTest, limits_what_it_collects) {
  server_.serve({{0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false}});
  std::string error;
  auto collect = [&]() -> Async<void> {
    auto response = co_await client_.send(to(server_.url()));
    auto body = co_await read_all(*response->body, 4);
    error = body ? "" : std::string(body.error().code().name);
  };
  asio::co_spawn(loop_, collect(), [this](std::exception_ptr) { loop_.stop(); });
  loop_.run();

  EXPECT_EQ(error, "body_too_large");
}

}  // namespace
}  // namespace docquarry::net
