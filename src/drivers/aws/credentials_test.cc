#include "drivers/aws/credentials.h"

#include "domain/error_codes.h"
#include "net/scripted_server_test.h"
#include "tests/contracts/run.h"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace docquarry::aws {
namespace {

namespace asio = boost::asio;
using contracts::code_of;
using contracts::ManualClock;
using contracts::must;
using net::ScriptedServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class CredentialSourceTest : public ::testing::Test {
 protected:
  CredentialSource& source() {
    if (!source_) source_ = std::make_unique<CredentialSource>(loop_, http_, clock_, options_);
    return *source_;
  }
  Result<Credentials> current() {
    Result<Credentials> result = fail(internal_error, "no answer");
    auto ask = [&]() -> Async<void> {
      result = co_await source().current();
      loop_.stop();
    };
    asio::co_spawn(loop_, ask(), asio::detached);
    loop_.restart();
    loop_.run();
    return result;
  }
  std::string role(const std::string& key, std::chrono::seconds lifetime) {
    return ScriptedServer::answer("200 OK", "{\"Code\":\"Success\",\"AccessKeyId\":\"" + key +
                                                "\",\"SecretAccessKey\":\"secret\",\"Token\":\"token\",\"Expiration\":\"" +
                                                to_rfc3339(clock_.now() + lifetime) + "\"}");
  }
  void use_container() {
    options_.container_full_uri = server_.url("/role");
    options_.container_token = "let me in";
  }
  void use_instance() { options_.instance_metadata = "http://127.0.0.1:" + std::to_string(port_of(server_.url())); }
  static int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

  asio::io_context loop_{1};
  ScriptedServer server_{loop_};
  net::HttpClient http_{loop_};
  ManualClock clock_;
  CredentialOptions options_;
  std::unique_ptr<CredentialSource> source_;
};

TEST_F(CredentialSourceTest, gives_those_that_were_set) {
  options_.access_key_id = "AKID";
  options_.secret_access_key = "secret";
  options_.session_token = "token";
  options_.container_full_uri = "http://127.0.0.1:1/";

  auto given = must(current());

  EXPECT_EQ(given.access_key_id, "AKID");
  EXPECT_EQ(given.secret_access_key, "secret");
  EXPECT_EQ(given.session_token, "token");
}

TEST_F(CredentialSourceTest, says_which_half_of_a_key_pair_is_missing) {
  options_.access_key_id = "AKID";
  EXPECT_THAT(current().error().message(), HasSubstr("set AWS_SECRET_ACCESS_KEY too"));
}

TEST_F(CredentialSourceTest, says_what_to_set_when_there_are_none) {
  options_.instance_role_disabled = true;
  auto none = current();

  EXPECT_EQ(code_of(none), "invalid_setting");
  EXPECT_THAT(none.error().message(), AllOf(HasSubstr("AWS_ACCESS_KEY_ID"), HasSubstr("AWS_EC2_METADATA_DISABLED")));
}

TEST_F(CredentialSourceTest, asks_the_container_with_its_token) {
  use_container();
  server_.serve({{0, role("FIRST", 1h), false}});

  auto given = must(current());

  EXPECT_EQ(given.access_key_id, "FIRST");
  EXPECT_EQ(given.session_token, "token");
  EXPECT_EQ(given.expires, clock_.now() + 1h);
  EXPECT_THAT(server_.heads[0], AllOf(HasSubstr("GET /role HTTP/1.1"), HasSubstr("Authorization: let me in\r\n")));
}

TEST_F(CredentialSourceTest, reads_the_containers_token_anew_each_time) {
  auto file = std::filesystem::temp_directory_path() / ("docquarry-token-" + std::to_string(::getpid()));
  use_container();
  options_.container_token_file = file;
  server_.serve({{0, role("FIRST", 1h), false}, {0, role("SECOND", 1h), false}});

  std::ofstream(file) << "one\n";
  must(current());
  std::ofstream(file) << "two\n";
  clock_.advance(59min);
  must(current());
  std::filesystem::remove(file);

  EXPECT_THAT(server_.heads[0], HasSubstr("Authorization: one\r\n"));
  EXPECT_THAT(server_.heads[1], HasSubstr("Authorization: two\r\n"));
}

TEST_F(CredentialSourceTest, does_not_send_the_containers_token_to_strangers) {
  options_.container_full_uri = "http://192.0.2.1/role";
  auto refused = current();

  EXPECT_EQ(code_of(refused), "invalid_setting");
  EXPECT_THAT(refused.error().message(), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https address"));
}

TEST_F(CredentialSourceTest, asks_the_machine_for_a_token_a_role_and_its_credentials) {
  use_instance();
  server_.serve({{0, ScriptedServer::answer("200 OK", "imds-token"), false},
                 {0, ScriptedServer::answer("200 OK", "my role"), false},
                 {0, role("INSTANCE", 1h), false}});

  EXPECT_EQ(must(current()).access_key_id, "INSTANCE");
  EXPECT_THAT(server_.heads[0],
              AllOf(HasSubstr("PUT /latest/api/token HTTP/1.1"), HasSubstr("X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n")));
  EXPECT_THAT(server_.heads[2], AllOf(HasSubstr("GET /latest/meta-data/iam/security-credentials/my%20role HTTP/1.1"),
                                      HasSubstr("X-aws-ec2-metadata-token: imds-token\r\n")));
}

TEST_F(CredentialSourceTest, says_when_the_machine_has_no_role) {
  use_instance();
  server_.serve(
      {{0, ScriptedServer::answer("200 OK", "imds-token"), false}, {0, ScriptedServer::answer("404 Not Found", ""), false}});

  EXPECT_THAT(current().error().message(), HasSubstr("attach an instance profile"));
}

TEST_F(CredentialSourceTest, tries_again_when_a_role_is_overloaded) {
  use_container();
  server_.serve({{0, ScriptedServer::answer("503 Slow", ""), false}, {0, role("FIRST", 1h), false}});

  EXPECT_EQ(must(current()).access_key_id, "FIRST");
}

TEST_F(CredentialSourceTest, keeps_credentials_until_shortly_before_they_expire) {
  use_container();
  server_.serve({{0, role("FIRST", 1h), false}, {0, role("SECOND", 2h), false}});

  must(current());
  clock_.advance(55min);
  EXPECT_EQ(must(current()).access_key_id, "FIRST");
  clock_.advance(2min);
  EXPECT_EQ(must(current()).access_key_id, "SECOND");
  EXPECT_EQ(server_.heads.size(), 2u);
}

TEST_F(CredentialSourceTest, uses_the_old_ones_while_new_ones_cannot_be_had) {
  use_container();
  auto refused = ScriptedServer::answer("400 Bad Request", "");
  server_.serve({{0, role("FIRST", 1h), false}, {0, refused, false}, {0, refused, false}});

  must(current());
  clock_.advance(57min);
  EXPECT_EQ(must(current()).access_key_id, "FIRST");
  EXPECT_EQ(must(current()).access_key_id, "FIRST");
  EXPECT_EQ(server_.heads.size(), 2u) << "not asked again at once";
  clock_.advance(4min);
  EXPECT_FALSE(current()) << "they have expired";
}

TEST_F(CredentialSourceTest, asks_once_for_all_who_wait) {
  use_container();
  server_.serve({{0, role("FIRST", 1h), false}});
  int answered = 0;
  auto ask = [&]() -> Async<void> {
    auto given = co_await source().current();
    EXPECT_EQ(given ? given->access_key_id : given.error().message(), "FIRST");
    if (++answered == 20) loop_.stop();
  };
  for (int i = 0; i < 20; ++i) asio::co_spawn(loop_, ask(), asio::detached);
  loop_.run();

  EXPECT_EQ(answered, 20);
  EXPECT_EQ(server_.heads.size(), 1u);
}

TEST_F(CredentialSourceTest, shares_a_failure_among_all_who_wait) {
  use_container();
  server_.serve({{0, ScriptedServer::answer("403 Forbidden", ""), false}});
  int answered = 0;
  auto ask = [&]() -> Async<void> {
    auto given = co_await source().current();
    EXPECT_FALSE(given);
    if (++answered == 5) loop_.stop();
  };
  for (int i = 0; i < 5; ++i) asio::co_spawn(loop_, ask(), asio::detached);
  loop_.run();

  EXPECT_EQ(server_.heads.size(), 1u);
}

TEST_F(CredentialSourceTest, lets_the_next_one_ask_when_the_first_is_cancelled) {
  use_container();
  server_.serve({{1, "", true}, {0, role("SECOND", 1h), false}});  // the first answer never comes
  asio::cancellation_signal cancel;
  std::string got;
  auto first = [&]() -> Async<void> {
    auto given = co_await source().current();
    ADD_FAILURE() << "answered: " << given.has_value();
  };
  auto second = [&]() -> Async<void> {
    auto given = co_await source().current();
    got = given ? given->access_key_id : given.error().message();
    loop_.stop();
  };
  asio::co_spawn(loop_, first(), asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
  asio::co_spawn(loop_, second(), asio::detached);
  while (server_.heads.empty()) loop_.run_one();

  cancel.emit(asio::cancellation_type::terminal);
  loop_.run();

  EXPECT_EQ(got, "SECOND");
}

TEST_F(CredentialSourceTest, fetches_new_ones_when_a_service_calls_the_old_ones_expired) {
  use_container();
  server_.serve({{0, role("FIRST", 1h), false}, {0, role("SECOND", 1h), false}});

  must(current());
  source().forget("OTHER");
  EXPECT_EQ(must(current()).access_key_id, "FIRST");
  source().forget("FIRST");
  EXPECT_EQ(must(current()).access_key_id, "SECOND");
}

}  // namespace
}  // namespace docquarry::aws
