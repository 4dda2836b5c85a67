#include "http/server.h"

#include "http/event_stream.h"
#include "http/test_kit.h"

#include <boost/asio/experimental/channel.hpp>

namespace docquarry::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get_hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

Async<Response> hello(Request&) { co_return Response(200, "text/plain", "hello"); }

// Answers with what it read: the body, or the name of the error.
Async<Response> echo(Request& request) {
  auto body = co_await read_body(request, 1 << 20);
  if (body) co_return Response(200, "text/plain", *body);
  auto code = body.error().code();
  int status = code.kind == ErrorKind::too_large ? 413 : code.kind == ErrorKind::timeout ? 408 : 400;
  co_return Response(status, "text/plain", std::string(code.name));
}

std::string post(std::string_view headers, std::string_view body = "") {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

struct HttpServer : testing::Test {
  void SetUp() override {
    server.add("GET", "/hello", hello);
    server.add("POST", "/echo", echo, 1 << 20);
    server.add("GET", "/name/{}", [](Request& request) -> Async<Response> {
      co_return Response(
          200, "text/plain",
          request.captures[0] + " " + request.parameter("x").value_or("-") + " " + std::string(request.header("host")));
    });
  }
  TestServer server;
};

TEST_F(HttpServer, answers_one_request_after_the_other) {
  server.start();
  Client client(server.port);

  for (int i = 0; i < 3; ++i) {
    auto answer = client.ask(get_hello);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(answer.header("Date").ends_with(" GMT"));
  }
}

TEST_F(HttpServer, answers_pipelined_requests_in_order) {
  server.start();
  Client client(server.port);

  client.send("GET /name/a HTTP/1.1\r\nHost: h\r\n\r\n" + post("Content-Length: 3\r\n", "xyz") + "\r\n" + std::string(get_hello) +
              "GET /name/b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + std::string(get_hello));

  EXPECT_EQ(client.read().body, "a - h");
  EXPECT_EQ(client.read().body, "xyz");
  EXPECT_EQ(client.read().body, "hello") << "one empty line between requests is forgiven";
  auto last = client.read();
  EXPECT_EQ(last.body, "b - h");
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed()) << "nothing is answered after close";
}

TEST_F(HttpServer, finds_routes_and_says_what_else_there_is) {
  server.start();
  Client client(server.port);

  EXPECT_EQ(client.ask("GET /name/a%20b?x=1 HTTP/1.1\r\nHost: h\r\n\r\n").body, "a b 1 h");
  EXPECT_EQ(client.ask("GET http://other/name/a HTTP/1.1\r\nHost: h\r\n\r\n").body, "a - other");
  EXPECT_EQ(client.ask("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  EXPECT_EQ(client.ask("GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  auto wrong = client.ask("DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
  auto moved = client.ask("GET /hello/?a=b%20c HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(moved.status, 307);
  EXPECT_EQ(moved.header("Location"), "/hello?a=b%20c");
  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").status, 204);
  EXPECT_EQ(client.ask("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n").status, 400);
}

TEST_F(HttpServer, answers_head_with_the_length_and_no_body) {
  server.start();
  Client client(server.port);

  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(get_hello));

  auto answer = client.read(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), "5");
  EXPECT_EQ(client.read().body, "hello");
}

TEST_F(HttpServer, names_every_request) {
  server.start();
  Client client(server.port);

  EXPECT_EQ(client.ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: My.id_1-2\r\n\r\n").header("X-Request-Id"), "My.id_1-2");
  auto made = client.ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n").header("X-Request-Id");
  EXPECT_EQ(made.size(), 16u);
  EXPECT_NE(client.ask(get_hello).header("X-Request-Id"), made);
}

TEST_F(HttpServer, speaks_http_1_0) {
  server.add("GET", "/stream", [](Request&) -> Async<Response> {
    Response response(200, "text/plain", "");
    response.stream = std::make_unique<TextSource>("abcdef", 2);
    co_return response;
  });
  server.start();
  Client once(server.port), kept(server.port), streamed(server.port);

  EXPECT_EQ(once.ask("GET /hello HTTP/1.0\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(once.is_closed());
  EXPECT_EQ(kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"), "keep-alive");
  EXPECT_EQ(kept.ask("POST /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status, 411);
  auto stream = streamed.ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(stream.body, "abcdef");
  EXPECT_EQ(stream.header("Transfer-Encoding"), "");
}

TEST_F(HttpServer, answers_bad_framing_once_and_closes) {
  server.start();
  std::string next(get_hello);
  for (const auto& [bytes, status] : std::initializer_list<std::pair<std::string, int>>{
           {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + next), 400},
           {"GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n" + next, 400},
           {post("Transfer-Encoding: xchunked\r\n", next), 400},
           {"GET /hello HTTP/1.1\r\n\r\n" + next, 400},
           {"GET /hello HTTP/3.0\r\nHost: a\r\n\r\n" + next, 505},
           {"GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n", 414},
           {"GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'a') + "\r\n\r\n", 431},
           {post("Content-Length: 5\r\nExpect: something\r\n", "hello" + next), 417},
           {post("Content-Length: 5\r\nContent-Encoding: gzip\r\n"), 415},
           {post("Transfer-Encoding: chunked\r\n", "5\nhello\n0\n\n" + next), 400},
           {post("Transfer-Encoding: chunked\r\n", "5\r\nhelloXX0\r\n\r\n" + next), 400},
           {post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n" + next), 400},
           {post("Transfer-Encoding: chunked\r\n", "FFFFFFFFF\r\n" + next), 413},
           {"GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + next, 413},
       }) {
    Client client(server.port);
    client.send(bytes);
    EXPECT_EQ(client.read().status, status) << bytes.substr(0, 200);
    EXPECT_TRUE(client.is_closed()) << bytes.substr(0, 200);
  }
}

TEST_F(HttpServer, takes_chunked_bodies_and_goes_on_with_the_next_request) {
  server.start();
  Client client(server.port);

  client.send(post("Transfer-Encoding: chunked\r\n", "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n") +
              std::string(get_hello));

  EXPECT_EQ(client.read().body, "hello!");
  EXPECT_EQ(client.read().body, "hello");
}

TEST_F(HttpServer, refuses_a_body_that_is_too_large_before_it_is_sent) {
  server.start();
  Client announced(server.port), chunked(server.port);

  auto answer = announced.ask(post("Content-Length: 1048577\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(announced.is_closed());

  chunked.send(post("Transfer-Encoding: chunked\r\n", "100001\r\n"));
  EXPECT_EQ(chunked.read().status, 413);
}

TEST_F(HttpServer, tells_a_waiting_client_to_go_on_when_the_body_is_wanted) {
  server.start();
  Client client(server.port);

  client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.ask("ok").body, "ok");
  EXPECT_EQ(client.ask(get_hello).body, "hello");
}

TEST_F(HttpServer, lets_the_client_read_the_answer_to_a_body_that_nobody_read) {
  server.add("POST", "/refuse", [](Request&) -> Async<Response> { co_return Response(403, "text/plain", "no"); }, UINT64_MAX);
  server.start();
  Client client(server.port);

  bool all_taken =
      client.send("POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 14000000\r\n\r\n" + std::string(14'000'000, 'x'));
  auto answer = client.read();

  EXPECT_TRUE(all_taken) << "a reset while sending would hide the answer from most clients";
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "no");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServer, tells_the_handler_when_the_body_is_cut_off) {
  server.start();
  Client client(server.port);

  client.send(post("Content-Length: 10\r\n", "half"));
  client.end_sending();
  auto answer = client.read();

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "truncated_upload");
}

TEST_F(HttpServer, answers_500_when_a_handler_throws) {
  server.add("GET", "/throws", [](Request&) -> Async<Response> {
    throw std::runtime_error("secret");
    co_return Response();
  });
  server.start();
  Client client(server.port);

  auto answer = client.ask("GET /throws HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServer, streams_answers) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  bool fails = false;
  std::optional<std::uint64_t> length;
  server.add("GET", "/stream", [&](Request&) -> Async<Response> {
    Response response(200, "text/plain", "");
    response.stream = std::make_unique<TextSource>(text, 10'000, fails);
    response.stream_bytes = length;
    co_return response;
  });
  server.start();
  Client client(server.port);
  std::string_view get = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

  auto chunked = client.ask(get);
  EXPECT_EQ(chunked.header("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(chunked.complete);
  EXPECT_EQ(chunked.body, text);

  length = text.size();
  auto measured = client.ask(get);
  EXPECT_EQ(measured.header("Content-Length"), std::to_string(text.size()));
  EXPECT_EQ(measured.body, text);

  client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read(true).header("Content-Length"), std::to_string(text.size()));

  length = text.size() + 1;
  auto short_of_one = client.ask(get);
  EXPECT_EQ(short_of_one.status, 200);
  EXPECT_FALSE(short_of_one.complete) << "what ended early cannot be taken for the whole";

  Client second(server.port);
  length.reset();
  fails = true;
  EXPECT_FALSE(second.ask(get).complete);

  Client third(server.port);
  text.clear();
  EXPECT_EQ(third.ask(get).status, 503) << "a source that fails at once is answered with an error";
}

TEST_F(HttpServer, asks_the_guard_first) {
  TestServer guarded({}, [](Request& request) -> Async<std::optional<Response>> {
    if (request.header("host") == "good") co_return std::nullopt;
    co_return Response(421, "text/plain", "who?");
  });
  guarded.add("GET", "/hello", hello);
  guarded.start();
  Client client(guarded.port);

  EXPECT_EQ(client.ask("GET /hello HTTP/1.1\r\nHost: evil\r\n\r\n").status, 421);
  EXPECT_EQ(client.ask("GET /hello HTTP/1.1\r\nHost: good\r\n\r\n").status, 200);
}

TEST_F(HttpServer, believes_only_trusted_proxies) {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.1"};
  TestServer behind(options);
  auto peer = [](Request& request) -> Async<Response> { co_return Response(200, "text/plain", request.peer); };
  behind.add("GET", "/peer", peer);
  server.add("GET", "/peer", peer);
  behind.start();
  server.start();
  std::string_view get = "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";

  EXPECT_EQ(Client(behind.port).ask(get).body, "1.2.3.4");
  EXPECT_EQ(Client(server.port).ask(get).body, "127.0.0.1");
}

TEST_F(HttpServer, counts_what_it_answers) {
  server.start();
  {
    Client client(server.port);
    client.ask(get_hello);
    client.ask("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.is_closed());
  }
  server.stop();

  auto text = server.metrics.render();
  EXPECT_NE(text.find("docquarry_http_requests_total{method=\"GET\",route=\"/hello\",status=\"200\"} 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("route=\"unmatched\",status=\"404\"} 1"), std::string::npos);
  EXPECT_EQ(server.metrics.open_connections.Value(), 0);
}

TEST_F(HttpServer, says_why_it_cannot_listen) {
  server.start();
  ServerOptions options;
  options.port = server.port;
  boost::asio::io_context loop;
  Server second(loop, options, server.router, nullptr, nullptr, server.metrics);

  auto started = second.start();

  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message().find(std::to_string(server.port)), std::string::npos);
}

// ---- limits ----

TEST(HttpServerLimits, end_clients_that_are_too_slow) {
  ServerOptions options;
  options.limits.head_time = 1s;
  options.limits.idle_time = 1s;
  options.limits.body_grace = 1s;
  TestServer server(options);
  server.add("GET", "/hello", hello);
  server.add("POST", "/echo", echo, 1 << 20);
  server.start();
  Client silent(server.port), slow_head(server.port), slow_body(server.port), slow_chunk(server.port);

  slow_head.send("GET / HTTP/1.1\r\nHo");
  slow_body.send(post("Content-Length: 10\r\n", "half"));
  slow_chunk.send(post("Transfer-Encoding: chunked\r\n", "1"));

  EXPECT_EQ(slow_head.read().status, 408);
  EXPECT_TRUE(slow_head.is_closed());
  EXPECT_EQ(slow_body.read().body, "client_too_slow");
  EXPECT_TRUE(slow_body.is_closed());
  EXPECT_EQ(slow_chunk.read().body, "client_too_slow");
  EXPECT_TRUE(silent.is_closed());
}

TEST(HttpServerLimits, end_clients_that_stop_reading) {
  ServerOptions options;
  options.limits.idle_time = 1s;
  TestServer server(options);
  auto source_gone = std::make_shared<std::promise<void>>();
  struct Endless : ByteSource {
    explicit Endless(std::shared_ptr<std::promise<void>> end) : gone(std::move(end)) {}
    ~Endless() override { gone->set_value(); }
    Async<Result<std::size_t>> read(std::span<std::byte> into) override { co_return into.size(); }
    std::shared_ptr<std::promise<void>> gone;
  };
  server.add("GET", "/endless", [&](Request&) -> Async<Response> {
    Response response(200, "text/plain", "");
    response.stream = std::make_unique<Endless>(source_gone);
    co_return response;
  });
  server.start();
  Client client(server.port);

  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(source_gone->get_future().wait_for(20s), std::future_status::ready);
}

TEST(HttpServerLimits, answer_503_to_one_connection_too_many) {
  ServerOptions options;
  options.limits.connections = 2;
  TestServer server(options);
  server.add("GET", "/hello", hello);
  server.start();
  Client first(server.port), second(server.port);
  first.ask(get_hello);
  second.ask(get_hello);
  Client third(server.port);

  EXPECT_EQ(third.ask(get_hello).status, 503);
  EXPECT_TRUE(third.is_closed());
  EXPECT_EQ(first.ask(get_hello).status, 200);
}

// ---- event streams and the end ----

using Channel = boost::asio::experimental::channel<void(boost::system::error_code, std::string)>;

struct ChannelEvents : EventSource {
  ChannelEvents(std::shared_ptr<Channel> events, std::shared_ptr<std::promise<void>> end)
      : channel(std::move(events)), gone(std::move(end)) {}
  ~ChannelEvents() override { gone->set_value(); }
  Async<Result<std::optional<Event>>> next() override {
    auto data = co_await channel->async_receive(boost::asio::use_awaitable);
    if (data == "end") co_return std::optional<Event>();
    co_return std::optional<Event>(Event{"1", "tick", data, std::nullopt});
  }
  std::shared_ptr<Channel> channel;
  std::shared_ptr<std::promise<void>> gone;
};

struct EventStreams : testing::Test {
  void SetUp() override {
    server.add("GET", "/hello", hello);
    server.add("GET", "/events", [this](Request&) -> Async<Response> {
      co_return event_stream(std::make_unique<ChannelEvents>(channel, gone), heartbeat);
    });
    server.start();
  }
  void post_event(const std::string& data) {
    boost::asio::post(server.loop(), [this, data] { channel->try_send(boost::system::error_code(), data); });
  }
  bool source_has_gone() { return gone->get_future().wait_for(20s) == std::future_status::ready; }

  TestServer server;
  std::chrono::steady_clock::duration heartbeat = 15s;
  std::shared_ptr<Channel> channel = std::make_shared<Channel>(server.loop(), 16);
  std::shared_ptr<std::promise<void>> gone = std::make_shared<std::promise<void>>();
  static constexpr std::string_view get_events = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
};

TEST_F(EventStreams, send_events_as_they_come_and_keep_what_the_client_sends_meanwhile) {
  Client client(server.port);
  client.send(get_events);
  EXPECT_NE(client.read_until("\r\n\r\n").find("text/event-stream"), std::string::npos);

  post_event("one\ntwo");
  client.send(get_hello);
  EXPECT_NE(client.read_until("\n\n").find("id: 1\nevent: tick\ndata: one\ndata: two\n\n"), std::string::npos);
  post_event("end");

  EXPECT_NE(client.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(client.read().body, "hello") << "the pipelined request is answered";
  EXPECT_TRUE(source_has_gone());
}

TEST_F(EventStreams, are_cancelled_at_once_when_the_client_goes_away) {
  Client client(server.port);
  client.send(get_events);
  client.read_until("\r\n\r\n");

  client.close();

  EXPECT_TRUE(source_has_gone());
}

TEST_F(EventStreams, send_heartbeats_without_losing_events) {
  heartbeat = 20ms;
  Client client(server.port);
  client.send(get_events);

  client.read_until("\r\n:\n\n");
  post_event("after");

  EXPECT_NE(client.read_until("data: after\n\n").find("data: after\n\n"), std::string::npos);
}

TEST_F(EventStreams, end_properly_when_the_server_stops) {
  Client client(server.port);
  client.send(get_events);
  client.read_until("\r\n\r\n");

  auto drained = server.drain(20s);

  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(source_has_gone());
}

TEST(EventFormat, keeps_fields_on_their_lines) {
  EXPECT_EQ(format_event({"7\n8", "a\r\nb", "x\r\ny\rz\n", 2000ms}),
            "id: 78\nevent: ab\nretry: 2000\ndata: x\ndata: y\ndata: z\ndata: \n\n");
  EXPECT_EQ(format_event({}), "data: \n\n");
}

struct Draining : testing::Test {
  void SetUp() override {
    server.add("GET", "/hello", hello);
    server.add("GET", "/slow", [this](Request&) -> Async<Response> {
      started.set_value();
      auto data = co_await channel->async_receive(boost::asio::use_awaitable);
      co_return Response(200, "text/plain", data);
    });
    server.start();
  }
  TestServer server;
  std::shared_ptr<Channel> channel = std::make_shared<Channel>(server.loop(), 16);
  std::promise<void> started;
};

TEST_F(Draining, closes_idle_connections_and_waits_for_running_requests) {
  Client idle(server.port), busy(server.port);
  idle.ask(get_hello);
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(get_hello));
  started.get_future().wait();

  auto drained = server.drain(20s);

  EXPECT_TRUE(idle.is_closed());
  EXPECT_NE(drained.wait_for(0s), std::future_status::ready);
  boost::asio::post(server.loop(), [&] { channel->try_send(boost::system::error_code(), "done"); });
  auto answer = busy.read();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.is_closed());
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(server.metrics.open_connections.Value(), 0);
}

TEST_F(Draining, answers_who_had_only_just_connected) {
  Client client(server.port), silent(server.port), idle(server.port);
  idle.ask(get_hello);
  auto accepted = [&] { return server.metrics.open_connections.Value() == 3; };
  while (!accepted()) std::this_thread::yield();

  auto drained = server.drain(20s);
  EXPECT_TRUE(idle.is_closed());
  client.send(get_hello);

  auto answer = client.read();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(silent.is_closed());
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
}

TEST_F(Draining, cuts_what_does_not_end_in_time) {
  Client busy(server.port);
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  started.get_future().wait();

  auto drained = server.drain(0s);

  EXPECT_TRUE(busy.is_closed());
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(server.metrics.open_connections.Value(), 0);
}

}  // namespace
}  // namespace docquarry::http
