// The two SQS servers of the tests, and queues on them.
#pragma once

#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_options.h"
#include "net/http_client.h"
#include "tests/contracts/run.h"
#include "tests/servers/test_server.h"

#include <boost/json.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace docquarry::aws {

using namespace std::chrono_literals;
using contracts::must;

// Signatures hold for minutes only.
class RealClock : public Clock {
 public:
  Timestamp now() const override { return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now()); }
};

// "moto" or "elasticmq"; started once and stopped when the program ends.
inline const contracts::TestServer& sqs_server(const std::string& engine) {
  static std::map<std::string, std::unique_ptr<contracts::TestServer>> servers;
  auto& server = servers[engine];
  if (!server) server = std::make_unique<contracts::TestServer>("sqs", std::vector<std::string>{engine});
  return *server;
}

inline SqsOptions options_for(const contracts::TestServer& server) {
  SqsOptions options;
  options.queue_url = server.fact("queue_url");
  options.region = server.fact("region");
  options.credentials.access_key_id = server.fact("access_key");
  options.credentials.secret_access_key = server.fact("secret_key");
  options.long_poll = 1s;  // a test's loop runs until the last request has ended
  options.send_time = options.depth_time = 30s;
  options.first_pause = 10ms;
  options.longest_pause = 100ms;
  return options;
}

// Calls of SQS for tests to arrange things with and to look at them.
class TestQueues {
 public:
  TestQueues(boost::asio::io_context& loop, const std::string& engine)
      : loop_(loop), server_(sqs_server(engine)), options_(options_for(server_)), client_(client_with(options_)) {}

  SqsOptions options() const { return options_; }
  SqsClient& client() { return client_; }

  // A name that nobody has used.
  std::string new_name() {
    static int made = 0;
    return "queue-" + std::to_string(++made);
  }
  // Its address.
  std::string create(std::string name, std::map<std::string, std::string> attributes = {}) {
    return must(contracts::run(loop_, client_.create(std::move(name), std::move(attributes))));
  }
  std::string create() { return create(new_name()); }
  std::string address_of(const std::string& name) const {
    return options_.queue_url.substr(0, options_.queue_url.rfind('/') + 1) + name;
  }
  std::string arn_of(const std::string& url) { return attributes_of(url).at("QueueArn"); }
  std::map<std::string, std::string> attributes_of(const std::string& url) {
    return must(contracts::run(loop_, client_.attributes(url)));
  }
  void send(const std::string& url, const std::vector<std::string>& bodies) {
    std::vector<OutgoingMessage> messages;
    for (const auto& body : bodies) messages.push_back({body, {{"task_id", "String", "7"}}});
    for (auto& outcome : must(contracts::run(loop_, client_.send(url, std::move(messages)))))
      if (outcome) throw std::runtime_error(outcome->describe());
  }

  // How often the server was asked this since it started.
  std::int64_t requests(const std::string& action) {
    auto ask = [&]() -> Async<std::string> {
      net::HttpRequest request;
      request.url = server_.fact("url") + "/gate/requests";
      auto response = must(co_await http_.send(std::move(request)));
      auto text = co_await net::read_all(*response.body, 1 << 20);
      co_return must(std::move(text));
    };
    auto counts = boost::json::parse(contracts::run(loop_, ask())).as_object();
    auto* count = counts.if_contains("AmazonSQS." + action);
    return count == nullptr ? 0 : count->to_number<std::int64_t>();
  }

  // What boto3_messages.py prints.
  std::string boto3(const std::string& url, const std::string& what, const std::vector<std::string>& texts = {}) {
    std::string command = server_.fact("boto3") + " '" + url + "' " + what;
    for (const auto& text : texts) command += " '" + text + "'";  // none of them holds a quote
    std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(command.c_str(), "r"), &::pclose);
    std::string text;
    for (int c = std::fgetc(output.get()); c != EOF; c = std::fgetc(output.get())) text += char(c);
    if (::pclose(output.release()) != 0) throw std::runtime_error("boto3 failed, see above");
    return text;
  }

  RealClock clock;

 private:
  SqsClient client_with(const SqsOptions& options) {
    auto address = must(sqs_address(options.queue_url, options.endpoint, options.region));
    return SqsClient(loop_, clock, address, options.credentials);
  }

  boost::asio::io_context& loop_;
  const contracts::TestServer& server_;
  SqsOptions options_;
  SqsClient client_;
  net::HttpClient http_{loop_};
};

}  // namespace docquarry::aws
