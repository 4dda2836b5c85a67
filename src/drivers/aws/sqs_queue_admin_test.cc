#include "drivers/aws/sqs_queue_admin.h"

#include "drivers/aws/sqs_servers_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::aws {
namespace {

using contracts::code_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqsQueueAdminTest : public testing::TestWithParam<const char*> {
 protected:
  SqsQueueAdminTest() : queues_(loop_, GetParam()), name_(queues_.new_name()), url_(queues_.address_of(name_)) {
    auto options = queues_.options();
    options.queue_url = url_;
    admin_ = must(SqsQueueAdmin::open(loop_, queues_.clock, options));
  }

  QueueReport set_up(QueueWishes wishes = {}) { return must(contracts::run(loop_, admin_->set_up(wishes))); }
  QueueListing list() { return must(contracts::run(loop_, admin_->list())); }
  // All that comes until `count` are there.
  std::vector<ReceivedMessage> receive(int count) {
    std::vector<ReceivedMessage> all;
    for (int round = 0; round < 20 && int(all.size()) < count; ++round) {
      auto some = must(contracts::run(loop_, queues_.client().receive(url_, 10, 1s, 60s)));
      for (auto& message : some) all.push_back(std::move(message));
    }
    return all;
  }

  boost::asio::io_context loop_{1};
  TestQueues queues_;
  std::string name_, url_;
  std::unique_ptr<SqsQueueAdmin> admin_;
};
INSTANTIATE_TEST_SUITE_P(Servers, SqsQueueAdminTest, testing::Values("moto", "elasticmq"),
                         [](const auto& server) { return std::string(server.param); });

TEST_P(SqsQueueAdminTest, creates_both_queues_and_the_second_time_finds_them_right) {
  auto first = set_up();
  auto second = set_up();

  EXPECT_THAT(first.sentences, ElementsAre("created the queue " + name_ + "-dlq", "created the queue " + name_));
  EXPECT_EQ(first.queue_url, url_);
  EXPECT_THAT(second.sentences,
              ElementsAre("the queue " + name_ + "-dlq is as it should be", "the queue " + name_ + " is as it should be"));
  EXPECT_TRUE(first.is_as_wished && second.is_as_wished);
  auto policy = must(read_redrive_policy(queues_.attributes_of(url_).at("RedrivePolicy")));
  EXPECT_EQ(policy.dead_letter_arn, queues_.arn_of(queues_.address_of(name_ + "-dlq")));
  EXPECT_EQ(policy.most_receives, 5);
  EXPECT_EQ(queues_.attributes_of(url_).at("VisibilityTimeout"), "30");
}

TEST_P(SqsQueueAdminTest, goes_on_where_a_set_up_was_interrupted) {
  queues_.create(name_, {{"VisibilityTimeout", "30"}});

  auto report = set_up();

  EXPECT_TRUE(report.is_as_wished);
  EXPECT_THAT(report.sentences, Contains(HasSubstr("set RedrivePolicy of the queue " + name_)));
  EXPECT_EQ(must(read_redrive_policy(queues_.attributes_of(url_).at("RedrivePolicy"))).most_receives, 5);
}

TEST_P(SqsQueueAdminTest, names_what_differs_and_changes_it_only_when_asked) {
  auto dead_name = queues_.new_name();
  auto policy = R"({"deadLetterTargetArn":")" + queues_.arn_of(queues_.create(dead_name)) + R"(","maxReceiveCount":"99"})";
  queues_.create(name_, {{"VisibilityTimeout", "900"}, {"RedrivePolicy", policy}});

  auto looked = set_up();
  auto left = queues_.attributes_of(url_);
  QueueWishes wishes;
  wishes.repair = true;
  auto repaired = set_up(wishes);
  auto again = set_up();

  EXPECT_FALSE(looked.is_as_wished);
  EXPECT_THAT(looked.sentences, Contains("the queue " + name_ + " has VisibilityTimeout 900, it should be 30; it was left so"));
  EXPECT_THAT(looked.sentences, Contains(HasSubstr("has RedrivePolicy")));
  EXPECT_EQ(left.at("VisibilityTimeout"), "900");
  EXPECT_TRUE(repaired.is_as_wished);
  EXPECT_THAT(repaired.sentences, Contains("set VisibilityTimeout of the queue " + name_ + " to 30, it was 900"));
  EXPECT_TRUE(again.is_as_wished);
  EXPECT_THAT(again.sentences, Contains("the queue " + name_ + " is as it should be"));
  EXPECT_EQ(queues_.attributes_of(url_).at("VisibilityTimeout"), "30");
  auto now = must(read_redrive_policy(queues_.attributes_of(url_).at("RedrivePolicy")));
  EXPECT_EQ(now.most_receives, 5);
  EXPECT_THAT(now.dead_letter_arn, HasSubstr(dead_name)) << "the queue's own dead-letter queue must be kept";
}

TEST_P(SqsQueueAdminTest, lists_both_queues_with_their_depths) {
  set_up();
  queues_.send(url_, {"one", "two"});
  queues_.send(queues_.address_of(name_ + "-dlq"), {"three"});
  receive(2);
  queues_.send(url_, {"four"});

  auto listing = list();

  EXPECT_EQ(listing.queue.name, name_);
  EXPECT_EQ(listing.queue.depth.waiting, 1);
  EXPECT_EQ(listing.queue.depth.taken, 2);
  ASSERT_TRUE(listing.dead_letters);
  EXPECT_EQ(listing.dead_letters->name, name_ + "-dlq");
  EXPECT_EQ(listing.dead_letters->depth.waiting, 1);
}

TEST_P(SqsQueueAdminTest, moves_dead_letters_back_as_they_were) {
  set_up();
  std::vector<std::string> bodies;
  for (int i = 0; i < 12; ++i) bodies.push_back("{\"task_id\": \"" + std::to_string(i) + "\", \"x\": \"\xC3\xA4\"}");
  auto dead = queues_.address_of(name_ + "-dlq");
  queues_.send(dead, {bodies.begin(), bodies.begin() + 10});
  queues_.send(dead, {bodies.begin() + 10, bodies.end()});

  auto redrive = must(contracts::run(loop_, admin_->redrive()));
  auto messages = receive(12);

  EXPECT_EQ(redrive.messages, 12);
  EXPECT_EQ(redrive.by_server, std::string(GetParam()) == "elasticmq") << "moto cannot move messages";
  std::vector<std::string> arrived;
  for (const auto& message : messages) {
    arrived.push_back(message.body);
    ASSERT_EQ(message.attributes.size(), 1u);
    EXPECT_EQ(message.attributes[0].value, "7");
  }
  EXPECT_THAT(arrived, testing::UnorderedElementsAreArray(bodies));
  auto listing = list();
  EXPECT_EQ(listing.dead_letters->depth.waiting + listing.dead_letters->depth.taken, 0);
}

TEST_P(SqsQueueAdminTest, moves_nothing_when_nothing_is_there) {
  set_up();

  EXPECT_EQ(must(contracts::run(loop_, admin_->redrive())).messages, 0);
}

TEST_P(SqsQueueAdminTest, says_that_there_is_no_dead_letter_queue) {
  queues_.create(name_);

  auto redrive = contracts::run(loop_, admin_->redrive());

  ASSERT_EQ(code_of(redrive), "queue_unavailable");
  EXPECT_THAT(redrive.error().message(), HasSubstr("docquarry queue setup"));
  EXPECT_FALSE(list().dead_letters);
}

TEST_P(SqsQueueAdminTest, forgets_all_messages_and_dead_letters) {
  set_up();
  auto dead_url = queues_.address_of(name_ + "-dlq");
  for (const auto& url : {url_, dead_url}) {
    OutgoingMessage message;
    message.body = "{}";
    std::vector<OutgoingMessage> messages{message};
    must(contracts::run(loop_, queues_.client().send(url, messages)));
  }
  EXPECT_EQ(list().queue.depth.waiting, 1);

  EXPECT_TRUE(must(contracts::run(loop_, admin_->purge())));

  EXPECT_EQ(list().queue.depth.waiting, 0);
  EXPECT_EQ(list().dead_letters->depth.waiting, 0);
}

}  // namespace
}  // namespace docquarry::aws
