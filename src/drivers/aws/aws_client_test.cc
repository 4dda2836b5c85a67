#include "drivers/aws/aws_client.h"

#include "base/io_errors.h"
#include "base/sha256.h"
#include "drivers/aws/service_error.h"
#include "net/scripted_server_test.h"
#include "tests/contracts/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace docquarry::aws {
namespace {

namespace asio = boost::asio;
using contracts::code_of;
using contracts::ManualClock;
using contracts::must;
using net::ScriptedServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class Text : public ByteSource {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto size = std::min(into.size(), text_.size() - given_);
    std::memcpy(into.data(), text_.data() + given_, size);
    given_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t given_ = 0;
};

class AwsClientTest : public ::testing::Test {
 protected:
  AwsClientTest() {
    CredentialOptions options;
    options.access_key_id = "AKID";
    options.secret_access_key = "secret";
    credentials_ = std::make_unique<CredentialSource>(loop_, http_, clock_, options);
    service_ = {"sqs", "eu-central-1", server_.url("")};
    service_.first_pause = service_.longest_pause = 1ms;
  }

  Result<AwsAnswer> send(AwsRequest request) {
    AwsClient client(http_, *credentials_, clock_, service_);
    Result<AwsAnswer> result = fail(internal_error, "no answer");
    auto work = [&]() -> Async<void> {
      result = co_await client.send(std::move(request));
      loop_.stop();
    };
    asio::co_spawn(loop_, work(), asio::detached);
    loop_.restart();
    loop_.run();
    return result;
  }
  static AwsRequest post(std::string body) {
    AwsRequest request;
    request.method = "POST";
    request.body = std::move(body);
    request.headers.emplace_back("Content-Type", "application/x-amz-json-1.0");
    return request;
  }
  static std::string ok() { return ScriptedServer::answer("200 OK", "fine"); }

  asio::io_context loop_{1};
  ScriptedServer server_{loop_};
  net::HttpClient http_{loop_};
  ManualClock clock_;
  std::unique_ptr<CredentialSource> credentials_;
  AwsService service_;
};

TEST_F(AwsClientTest, signs_what_it_sends) {
  server_.serve({{2, ok(), false}});

  auto answer = must(send(post("{}")));

  EXPECT_EQ(answer.text, "fine");
  EXPECT_EQ(server_.bodies[0], "{}");
  EXPECT_THAT(
      server_.heads[0],
      AllOf(HasSubstr("POST / HTTP/1.1"), HasSubstr("Content-Type: application/x-amz-json-1.0\r\n"),
            HasSubstr("X-Amz-Date: 20260102T030405Z\r\n"),
            HasSubstr("Credential=AKID/20260102/eu-central-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date")));
}

TEST_F(AwsClientTest, sends_again_what_failed_or_was_too_much) {
  server_.serve({{2, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true},
                 {2, ScriptedServer::answer("500 Internal Server Error", ""), false},
                 {2, ScriptedServer::answer("400 Bad Request", R"({"__type":"x#ThrottlingException"})"), false},
                 {2, ok(), false}});

  EXPECT_EQ(must(send(post("{}"))).text, "fine");
  EXPECT_EQ(server_.bodies.size(), 4u);
}

TEST_F(AwsClientTest, gives_the_last_answer_when_nothing_helps) {
  auto slow_down =
      ScriptedServer::answer("503 Slow Down", "<Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>");
  server_.serve({{2, slow_down, false}, {2, slow_down, false}, {2, slow_down, false}, {2, slow_down, false}});

  auto answer = must(send(post("{}")));

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.error_code, "SlowDown");
  EXPECT_EQ(answer.error_message, "Reduce your rate.");
  EXPECT_EQ(server_.heads.size(), 4u);
}

TEST_F(AwsClientTest, does_not_try_for_longer_than_its_patience) {
  service_.patience = 0ms;
  server_.serve({{0, ScriptedServer::answer("503 Service Unavailable", ""), false}, {0, ok(), false}});

  EXPECT_EQ(must(send(AwsRequest())).status, 503);
  EXPECT_EQ(server_.heads.size(), 1u);
}

TEST_F(AwsClientTest, does_not_repeat_a_refusal) {
  server_.serve(
      {{2, ScriptedServer::answer("400 Bad Request", R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No."})"),
        false}});

  auto answer = must(send(post("{}")));

  EXPECT_EQ(answer.error_code, "QueueDoesNotExist");
  EXPECT_EQ(answer.error_message, "No.");
  EXPECT_EQ(server_.heads.size(), 1u);
}

TEST_F(AwsClientTest, does_not_repeat_what_may_have_been_done_when_that_would_do_harm) {
  server_.serve({{2, "", true}});
  auto request = post("{}");
  request.repeatable = false;

  EXPECT_EQ(code_of(send(std::move(request))), "connection_failed");
  EXPECT_EQ(server_.heads.size(), 1u);

  server_.serve({{2, ScriptedServer::answer("503 Slow Down", ""), false}, {2, ok(), false}});
  auto other = post("{}");
  other.repeatable = false;
  EXPECT_EQ(must(send(std::move(other))).text, "fine") << "nothing was done, says 503";
}

TEST_F(AwsClientTest, gives_an_upload_from_its_beginning_each_time) {
  service_.name = "s3";
  std::string content(100'000, 'x');
  server_.serve({{ScriptedServer::announced, ScriptedServer::answer("500 Internal Server Error", ""), false},
                 {ScriptedServer::announced, ok(), false}});
  AwsRequest request;
  request.method = "PUT";
  request.path = "/a b";
  request.upload = [&] { return std::make_unique<Text>(content); };
  request.upload_bytes = content.size();
  request.upload_sha256 = sha256_hex(content);

  must(send(std::move(request)));

  EXPECT_EQ(server_.bodies[0], content);
  EXPECT_EQ(server_.bodies[1], content);
  EXPECT_THAT(server_.heads[1], AllOf(HasSubstr("PUT /a%20b HTTP/1.1"), Not(HasSubstr("Expect")),
                                      HasSubstr("X-Amz-Content-Sha256: " + sha256_hex(content) + "\r\n")));
}

TEST_F(AwsClientTest, signs_with_the_services_time_when_its_own_clock_is_wrong) {
  auto refused = ScriptedServer::answer("403 Forbidden", "<Error><Code>RequestTimeTooSkewed</Code></Error>",
                                        "Date: Fri, 02 Jan 2026 05:04:05 GMT\r\n");
  server_.serve({{2, refused, false}, {2, ok(), false}});

  EXPECT_EQ(must(send(post("{}"))).text, "fine");
  EXPECT_THAT(server_.heads[0], HasSubstr("X-Amz-Date: 20260102T030405Z\r\n"));
  EXPECT_THAT(server_.heads[1], HasSubstr("X-Amz-Date: 20260102T050405Z\r\n"));
}

TEST_F(AwsClientTest, does_not_blame_the_clock_when_it_is_right) {
  auto refused = ScriptedServer::answer("403 Forbidden", "<Error><Code>SignatureDoesNotMatch</Code></Error>",
                                        "Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n");
  server_.serve({{2, refused, false}});

  EXPECT_EQ(must(send(post("{}"))).error_code, "SignatureDoesNotMatch");
  EXPECT_EQ(server_.heads.size(), 1u);
}

TEST_F(AwsClientTest, streams_an_answer_when_asked_to) {
  server_.serve({{0, ok(), false}});
  AwsClient client(http_, *credentials_, clock_, service_);
  std::string text;
  auto work = [&]() -> Async<void> {
    AwsRequest request;
    request.stream = true;
    auto answer = co_await client.send(std::move(request));
    EXPECT_EQ(answer->text, "");
    auto all = co_await net::read_all(*answer->body, 100);
    if (all) text = *all;
    loop_.stop();
  };
  asio::co_spawn(loop_, work(), asio::detached);
  loop_.run();

  EXPECT_EQ(text, "fine");
}

TEST(AwsClient, takes_addresses_without_a_path_only) {
  for (auto good : {"http://127.0.0.1:9000", "https://s3.example.com", "https://s3.example.com/"})
    EXPECT_TRUE(AwsClient::check_endpoint(good)) << good;
  for (auto bad : {"", "s3.example.com", "https://s3.example.com/bucket", "https://a:b@s3.example.com", "https://s3.example.com?x"})
    EXPECT_FALSE(AwsClient::check_endpoint(bad)) << bad;
}

TEST(HttpDate, is_read) {
  EXPECT_EQ(parse_http_date("Tue, 24 Nov 2026 20:22:27 GMT"), parse_time("2026-11-24T20:22:27Z"));
  EXPECT_EQ(parse_http_date("2026-11-24"), std::nullopt);
  EXPECT_EQ(parse_http_date(""), std::nullopt);
}

}  // namespace
}  // namespace docquarry::aws
