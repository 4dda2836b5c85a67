#include "drivers/aws/sqs_task_queue.h"

#include "drivers/aws/sqs_queue_admin.h"
#include "drivers/aws/sqs_servers_test.h"
#include "net/scripted_server_test.h"
#include "tests/contracts/task_queue_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::aws {
namespace {

using contracts::code_of;
using net::ScriptedServer;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Moto {
  static constexpr const char* engine = "moto";
  static constexpr int many_rings = 300;  // it looks at all messages for each new one
};
struct ElasticMq {
  static constexpr const char* engine = "elasticmq";
  static constexpr int many_rings = 3000;
};

// A queue of its own on one of the servers.
template <class Server>
class SqsStores {
 public:
  static constexpr int many_rings = Server::many_rings;

  SqsStores() {
    auto options = queues_.options();
    options.queue_url = queues_.create();
    queue_ = must(SqsTaskQueue::open(loop_, queues_.clock, options));
  }
  boost::asio::io_context& loop() { return loop_; }
  TaskQueue& queue() { return *queue_; }

 private:
  boost::asio::io_context loop_{1};
  TestQueues queues_{loop_, Server::engine};
  std::unique_ptr<SqsTaskQueue> queue_;
};

}  // namespace
}  // namespace docquarry::aws

namespace docquarry::contracts {
using SqsServers = testing::Types<aws::SqsStores<aws::Moto>, aws::SqsStores<aws::ElasticMq>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqs, TaskQueueContract, SqsServers);
}  // namespace docquarry::contracts

namespace docquarry::aws {
namespace {

class SqsTaskQueueTest : public testing::TestWithParam<const char*> {
 protected:
  SqsTaskQueueTest() : queues_(loop_, GetParam()), options_(queues_.options()) { options_.queue_url = queues_.create(); }

  std::unique_ptr<SqsTaskQueue> open() { return must(SqsTaskQueue::open(loop_, queues_.clock, options_)); }

  template <class T>
  T run(Async<T> work) {
    return contracts::run(loop_, std::move(work));
  }
  // 1 when a bell rang.
  int rings(SqsTaskQueue& queue, std::chrono::milliseconds within) {
    auto rang = run(with_timeout(within, queue.wait()));
    if (rang) must(std::move(*rang));
    return rang ? 1 : 0;
  }
  std::vector<Result<void>> announce(SqsTaskQueue& queue, int times) {
    std::vector<Async<Result<void>>> calls;
    for (int i = 0; i < times; ++i) calls.push_back(queue.announce(ticket()));
    return contracts::run_all(loop_, std::move(calls));
  }
  // What lies in the queue, told by the server now.
  QueueDepth depth() {
    options_.depth_age = 0s;
    return must(run(open()->depth()));
  }

  static TaskTicket ticket() {
    TaskTicket ticket;
    ticket.document = DocumentId(12);
    ticket.content = ObjectKey("uploads/0a.pdf");
    ticket.filename =
        "Stra\xC3\x9F"
        "e \"1\".pdf";
    ticket.created_at = *parse_time("2026-01-02T03:04:05.5Z");
    return ticket;
  }

  boost::asio::io_context loop_{1};
  TestQueues queues_;
  SqsOptions options_;
};
INSTANTIATE_TEST_SUITE_P(Servers, SqsTaskQueueTest, testing::Values("moto", "elasticmq"),
                         [](const auto& server) { return std::string(server.param); });

TEST_P(SqsTaskQueueTest, writes_what_boto3_reads) {
  options_.bucket = "scans";
  must(run(open()->announce(ticket())));

  auto read = boost::json::parse(queues_.boto3(options_.queue_url, "receive"));

  EXPECT_EQ(read,
            boost::json::parse(
                R"({"body": {"task_id": "12", "s3_bucket": "scans", "s3_key": "uploads/0a.pdf", "filename": "Straße \"1\".pdf",
                                   "created_at": "2026-01-02T03:04:05.500000", "prompt": null, "document_id": 12},
                          "attributes": {"task_id": ["String", "12"]}})"));
}

TEST_P(SqsTaskQueueTest, hears_what_boto3_writes) {
  queues_.boto3(options_.queue_url, "send", {R"({"task_id": "7", "s3_bucket": "b", "filename": "ä.pdf"})"});
  auto queue = open();

  EXPECT_EQ(rings(*queue, 20s), 1);
  EXPECT_EQ(depth().waiting + depth().taken, 0);
}

TEST_P(SqsTaskQueueTest, rings_once_for_each_copy_of_a_message_and_deletes_them) {
  auto queue = open();
  must(run(queue->announce(ticket())));
  must(run(queue->announce(ticket())));

  EXPECT_EQ(rings(*queue, 20s) + rings(*queue, 20s), 2);
  EXPECT_EQ(rings(*queue, 100ms), 0);
  EXPECT_EQ(depth().waiting + depth().taken, 0);
}

TEST_P(SqsTaskQueueTest, rings_once_for_a_foreign_message_and_deletes_it_where_no_dead_letter_queue_is) {
  queues_.send(options_.queue_url, {"{broken", R"({"event": "of somebody else"})", "\xE6\xBC\xA2"});
  auto queue = open();

  EXPECT_EQ(rings(*queue, 20s) + rings(*queue, 20s) + rings(*queue, 20s), 3);
  EXPECT_EQ(rings(*queue, 100ms), 0);
  EXPECT_EQ(depth().waiting + depth().taken, 0);
}

TEST_P(SqsTaskQueueTest, leaves_a_foreign_message_for_the_dead_letter_queue) {
  auto dead = queues_.create();
  auto policy = R"({"deadLetterTargetArn":")" + queues_.arn_of(dead) + R"(","maxReceiveCount":"1"})";
  options_.queue_url = queues_.create(queues_.new_name(), {{"RedrivePolicy", policy}});
  options_.hidden = 1s;
  queues_.send(options_.queue_url, {"{broken"});
  auto queue = open();

  int rang = rings(*queue, 20s);
  for (int round = 0; round < 20 && queues_.attributes_of(dead)["ApproximateNumberOfMessages"] == "0"; ++round)
    rang += rings(*queue, 500ms);

  EXPECT_EQ(rang, 1);
  EXPECT_EQ(queues_.attributes_of(dead)["ApproximateNumberOfMessages"], "1");
  EXPECT_EQ(depth().waiting + depth().taken, 0);
}

TEST_P(SqsTaskQueueTest, wakes_each_of_several_who_wait) {
  auto queue = open();
  std::vector<Async<Result<void>>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(queue->wait());
  for (int i = 0; i < 3; ++i) calls.push_back(queue->announce(ticket()));

  for (auto& outcome : contracts::run_all(loop_, std::move(calls))) EXPECT_EQ(code_of(outcome), "no error");
}

TEST_P(SqsTaskQueueTest, says_which_key_is_wrong) {
  options_.credentials.secret_access_key = "wrong";
  auto announced = run(open()->announce(ticket()));
  auto waited = run(open()->wait());
  options_ = queues_.options();
  options_.credentials.access_key_id = "AKIDUNKNOWN";
  auto unknown = run(open()->announce(ticket()));

  ASSERT_EQ(code_of(announced), "queue_unavailable");
  EXPECT_THAT(announced.error().message(), HasSubstr("check AWS_SECRET_ACCESS_KEY"));
  ASSERT_EQ(code_of(waited), "queue_unavailable");
  EXPECT_THAT(waited.error().message(), HasSubstr("check AWS_SECRET_ACCESS_KEY"));
  ASSERT_EQ(code_of(unknown), "queue_unavailable");
  EXPECT_THAT(unknown.error().message(), HasSubstr("check AWS_ACCESS_KEY_ID"));
}

TEST_P(SqsTaskQueueTest, asks_a_queue_that_is_missing_once_for_each_time_it_complains) {
  options_.queue_url = queues_.address_of("no-such-queue");
  auto queue = open();
  auto before = queues_.requests("ReceiveMessage");

  for (int i = 0; i < 4; ++i) {
    auto waited = run(queue->wait());
    ASSERT_EQ(code_of(waited), "queue_unavailable");
    EXPECT_THAT(waited.error().message(), AllOf(HasSubstr("does not exist"), HasSubstr("docquarry queue setup")));
  }

  EXPECT_EQ(queues_.requests("ReceiveMessage") - before, 4);
}

TEST_P(SqsTaskQueueTest, leaves_a_queue_alone_that_has_just_failed) {
  options_.queue_url = queues_.address_of("no-such-queue");
  options_.first_pause = options_.longest_pause = 1h;
  auto queue = open();
  auto before = queues_.requests("SendMessageBatch");

  auto first = run(queue->announce(ticket()));
  auto second = run(queue->announce(ticket()));

  EXPECT_EQ(code_of(first), "queue_unavailable");
  EXPECT_EQ(code_of(second), "queue_unavailable");
  EXPECT_THAT(second.error().message(), AllOf(HasSubstr("left alone"), HasSubstr("does not exist")));
  EXPECT_EQ(queues_.requests("SendMessageBatch") - before, 1);
}

TEST_P(SqsTaskQueueTest, sends_a_hundred_announcements_in_ten_requests_and_one_in_one) {
  auto queue = open();
  auto before = queues_.requests("SendMessageBatch");
  must(run(queue->announce(ticket())));
  auto after_one = queues_.requests("SendMessageBatch");

  for (auto& outcome : announce(*queue, 100)) must(std::move(outcome));

  EXPECT_EQ(after_one - before, 1);
  EXPECT_EQ(queues_.requests("SendMessageBatch") - after_one, 10);
  EXPECT_EQ(depth().waiting, 101);
}

TEST_P(SqsTaskQueueTest, puts_no_more_into_a_request_than_sqs_takes) {
  auto queue = open();
  auto large = ticket();
  large.filename = std::string(100'000, 'x');
  std::vector<Async<Result<void>>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(queue->announce(large));
  auto before = queues_.requests("SendMessageBatch");

  for (auto& outcome : contracts::run_all(loop_, std::move(calls))) must(std::move(outcome));

  EXPECT_EQ(queues_.requests("SendMessageBatch") - before, 3);
}

TEST_P(SqsTaskQueueTest, takes_up_to_ten_announcements_with_one_request_and_deletes_them_with_another) {
  auto queue = open();
  for (auto& outcome : announce(*queue, 100)) must(std::move(outcome));
  auto received = queues_.requests("ReceiveMessage"), deleted = queues_.requests("DeleteMessageBatch");

  for (int i = 0; i < 100; ++i) ASSERT_EQ(rings(*queue, 20s), 1);

  EXPECT_EQ(queues_.requests("ReceiveMessage") - received, 10);
  EXPECT_EQ(queues_.requests("DeleteMessageBatch") - deleted, 10);
}

TEST_P(SqsTaskQueueTest, takes_no_more_at_once_than_it_was_told) {
  options_.messages_at_once = 2;
  auto queue = open();
  for (auto& outcome : announce(*queue, 5)) must(std::move(outcome));

  EXPECT_EQ(rings(*queue, 20s), 1);

  EXPECT_EQ(depth().waiting, 3);
}

TEST_P(SqsTaskQueueTest, asks_for_the_depth_once_in_a_while_however_many_want_to_know) {
  auto queue = open();
  must(run(queue->announce(ticket())));
  auto before = queues_.requests("GetQueueAttributes");
  std::vector<Async<Result<QueueDepth>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(queue->depth());

  for (auto& depth : contracts::run_all(loop_, std::move(calls))) EXPECT_EQ(must(depth).waiting, 1);

  EXPECT_EQ(must(run(queue->depth())).waiting, 1);
  EXPECT_EQ(queues_.requests("GetQueueAttributes") - before, 1);
}

TEST_P(SqsTaskQueueTest, ends_a_request_under_way_with_the_queue) {
  options_.long_poll = 20s;
  auto queue = open();
  boost::asio::co_spawn(loop_, with_timeout(50ms, queue->wait()), boost::asio::detached);
  loop_.restart();
  loop_.run_for(500ms);
  ASSERT_FALSE(loop_.stopped()) << "no request is under way";

  queue.reset();
  loop_.run_for(10s);

  EXPECT_TRUE(loop_.stopped()) << "something still waits";
}

TEST_P(SqsTaskQueueTest, may_be_destroyed_with_a_loop_that_does_not_run_any_more) {
  auto loop = std::make_unique<boost::asio::io_context>(1);
  auto queue = must(SqsTaskQueue::open(*loop, queues_.clock, options_));
  boost::asio::co_spawn(*loop, queue->wait(), boost::asio::detached);
  loop->run_for(200ms);
  ASSERT_FALSE(loop->stopped()) << "no request is under way";

  queue.reset();
  loop.reset();
}

TEST_P(SqsTaskQueueTest, says_that_announcements_do_not_get_through_to_a_queue_that_is_missing) {
  options_.queue_url = queues_.address_of("no-such-queue");

  auto checked = run(open()->check());

  ASSERT_EQ(code_of(checked), "queue_unavailable");
  EXPECT_THAT(checked.error().message(), HasSubstr("does not exist"));
}

TEST(SqsTaskQueue, says_whether_the_server_is_there) {
  boost::asio::io_context loop(1);
  RealClock clock;
  auto server = std::make_unique<contracts::TestServer>("sqs", std::vector<std::string>{"moto"});
  auto options = options_for(*server);
  options.depth_age = 0s;
  auto queue = must(SqsTaskQueue::open(loop, clock, options));

  auto while_it_runs = contracts::run(loop, queue->check());
  server.reset();
  auto when_it_is_stopped = contracts::run(loop, queue->check());

  EXPECT_EQ(code_of(while_it_runs), "no error");
  EXPECT_EQ(code_of(when_it_is_stopped), "connection_failed");
}

TEST(SqsTaskQueue, says_within_its_time_that_nothing_gets_through_and_remembers_it) {
  boost::asio::io_context loop(1);
  RealClock clock;
  ScriptedServer server(loop);
  server.serve({{ScriptedServer::announced, ""}, {ScriptedServer::announced, ""}});  // takes requests and says nothing
  SqsOptions options;
  options.queue_url = server.url("/1/q");
  options.credentials.access_key_id = options.credentials.secret_access_key = "x";
  options.depth_time = 50ms;
  options.depth_age = 1h;
  auto queue = must(SqsTaskQueue::open(loop, clock, options));

  for (int i = 0; i < 3; ++i) {
    auto checked = contracts::run(loop, queue->check());
    ASSERT_EQ(code_of(checked), "queue_unavailable");
    EXPECT_THAT(checked.error().message(), HasSubstr("no answer within 50 ms"));
  }

  EXPECT_EQ(server.connections, 1);
}

// What real servers do too rarely: they carry out a part of a batch.
TEST(SqsTaskQueue, tells_each_caller_what_became_of_its_own_announcement) {
  boost::asio::io_context loop(1);
  RealClock clock;
  ScriptedServer server(loop);
  SqsOptions options;
  options.queue_url = server.url("/1/q");
  options.credentials.access_key_id = options.credentials.secret_access_key = "x";
  auto queue = must(SqsTaskQueue::open(loop, clock, options));
  std::string answer = R"({"Successful":[{"Id":"0"},{"Id":"2"}],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]})";
  server.serve({{ScriptedServer::announced, ScriptedServer::answer("200 OK", answer)}});
  std::vector<Async<Result<void>>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(queue->announce(TaskTicket()));

  auto outcomes = contracts::run_all(loop, std::move(calls));

  EXPECT_EQ(code_of(outcomes[0]), "no error");
  ASSERT_EQ(code_of(outcomes[1]), "queue_unavailable");
  EXPECT_THAT(outcomes[1].error().message(), HasSubstr("InternalError"));
  EXPECT_EQ(code_of(outcomes[2]), "no error");
}

TEST(SqsTaskQueue, tells_who_waits_that_the_server_is_gone_and_hears_it_when_it_is_back) {
  boost::asio::io_context loop(1);
  RealClock clock;
  auto server = std::make_unique<contracts::TestServer>("sqs", std::vector<std::string>{"moto"});
  auto options = options_for(*server);
  auto port = options.queue_url.substr(17, options.queue_url.find('/', 17) - 17);  // behind "http://127.0.0.1:"
  auto queue = must(SqsTaskQueue::open(loop, clock, options));
  int complaints = 0;
  bool rang = false;
  auto worker = [&]() -> Async<void> {
    while (!rang) {
      auto bell = co_await queue->wait();
      if (bell) rang = true;
      else ++complaints;
    }
  };
  boost::asio::co_spawn(loop, worker(), boost::asio::detached);
  loop.run_for(200ms);

  server.reset();
  while (complaints < 2) loop.run_one();
  EXPECT_FALSE(rang);

  server = std::make_unique<contracts::TestServer>(
      "sqs", std::vector<std::string>{"moto", "--port", port, "--secret-key", options.credentials.secret_access_key});
  auto client = [&]() -> Async<void> {
    auto announced = co_await queue->announce(TaskTicket());
    must(std::move(announced));
  };
  boost::asio::co_spawn(loop, client(), boost::asio::detached);
  while (!rang) loop.run_one();

  EXPECT_TRUE(rang);
}

}  // namespace
}  // namespace docquarry::aws
