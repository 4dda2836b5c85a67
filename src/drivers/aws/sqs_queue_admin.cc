#include "drivers/aws/sqs_queue_admin.h"

#include "base/json_writer.h"
#include "domain/error_codes.h"
#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_depth.h"

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using aws::read_redrive_policy;
using Attributes = std::map<std::string, std::string>;

constexpr auto hidden_while_moved = 60s;
constexpr int most_rounds_without_progress = 3;

std::string seconds(std::chrono::seconds time) { return std::to_string(time.count()); }

std::string value_of(const Attributes& attributes, const std::string& name) {
  auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

std::string policy_of(const std::string& dead_letter_arn, int most_receives) {
  std::string policy;
  JsonWriter(policy)
      .begin_object()
      .member("deadLetterTargetArn", dead_letter_arn)
      .member("maxReceiveCount", most_receives)
      .end_object();
  return policy;
}

// "arn:aws:sqs:us-east-1:123456789012:docquarry-dlq"
std::string name_in(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

bool is_same(const std::string& name, const std::string& found, const std::string& wished) {
  if (name != "RedrivePolicy") return found == wished;
  auto theirs = read_redrive_policy(found), ours = read_redrive_policy(wished);
  return theirs && ours && theirs->dead_letter_arn == ours->dead_letter_arn && theirs->most_receives == ours->most_receives;
}

}  // namespace

Result<std::unique_ptr<SqsQueueAdmin>> SqsQueueAdmin::open(boost::asio::io_context& loop, const Clock& clock, SqsOptions options) {
  TRY(auto address, aws::sqs_address(options.queue_url, options.endpoint, options.region));
  auto client = std::make_shared<aws::SqsClient>(loop, clock, address, options.credentials);
  return std::unique_ptr<SqsQueueAdmin>(new SqsQueueAdmin(std::move(client), address));
}

SqsQueueAdmin::SqsQueueAdmin(std::shared_ptr<aws::SqsClient> client, const aws::SqsAddress& address)
    : client_(std::move(client)), address_(std::make_unique<aws::SqsAddress>(address)) {}
SqsQueueAdmin::~SqsQueueAdmin() = default;

Async<Result<QueueReport>> SqsQueueAdmin::set_up(QueueWishes wishes) {
  QueueReport report;
  auto name = address_->queue_name();
  CO_TRY(auto url, co_await client_->find(name));
  Attributes known;
  if (url) {
    CO_TRY(known, co_await client_->attributes(*url));
  }
  auto policy = read_redrive_policy(value_of(known, "RedrivePolicy"));
  auto dead_name = policy ? name_in(policy->dead_letter_arn) : name + "-dlq";
  Attributes dead_wished{{"MessageRetentionPeriod", seconds(wishes.dead_retention)}};
  CO_TRY(auto dead, co_await make_sure_of(dead_name, std::move(dead_wished), wishes.repair, report));
  Attributes wished{{"VisibilityTimeout", seconds(wishes.hidden)},
                    {"MessageRetentionPeriod", seconds(wishes.retention)},
                    {"RedrivePolicy", policy_of(value_of(dead.attributes, "QueueArn"), wishes.most_receives)}};
  CO_TRY(auto queue, co_await make_sure_of(name, std::move(wished), wishes.repair, report));
  report.queue_url = queue.url;
  if (queue.url != address_->queue_url)
    report.sentences.push_back("the queue's address is " + queue.url + "; set SQS_QUEUE_URL to it");
  co_return report;
}

Async<Result<SqsQueueAdmin::Queue>> SqsQueueAdmin::make_sure_of(std::string name, Attributes wished, bool repair,
                                                                QueueReport& report) {
  CO_TRY(auto url, co_await client_->find(name));
  if (url) {
    CO_TRY(auto queue, co_await look_at(*url));
    CO_CHECK(co_await compare(name, queue, std::move(wished), repair, report));
    co_return queue;
  }
  CO_TRY(auto created, co_await client_->create(name, std::move(wished)));
  report.sentences.push_back("created the queue " + name);
  co_return co_await look_at(created);
}

// What the server does not tell is taken for right. A policy that is absent is added: a set-up may have been interrupted before.
Async<Result<void>> SqsQueueAdmin::compare(std::string name, Queue& queue, Attributes wished, bool repair, QueueReport& report) {
  Attributes changes;
  bool is_right = true;
  for (const auto& [attribute, value] : wished) {
    bool is_told = queue.attributes.contains(attribute);
    auto found = value_of(queue.attributes, attribute);
    if (is_told ? is_same(attribute, found, value) : attribute != "RedrivePolicy") continue;
    is_right = false;
    if (repair || !is_told) {
      changes[attribute] = value;
      report.sentences.push_back("set " + attribute + " of the queue " + name + " to " + value +
                                 (is_told ? ", it was " + found : ""));
    } else {
      report.is_as_wished = false;
      report.sentences.push_back("the queue " + name + " has " + attribute + " " + found + ", it should be " + value +
                                 "; it was left so");
    }
  }
  if (is_right) report.sentences.push_back("the queue " + name + " is as it should be");
  if (changes.empty()) co_return Result<void>{};
  for (const auto& [attribute, value] : changes) queue.attributes[attribute] = value;
  co_return co_await client_->set_attributes(queue.url, std::move(changes));
}

Async<Result<SqsQueueAdmin::Queue>> SqsQueueAdmin::look_at(std::string url) {
  CO_TRY(auto attributes, co_await client_->attributes(url));
  co_return Queue{std::move(url), std::move(attributes)};
}

Async<Result<std::optional<SqsQueueAdmin::Queue>>> SqsQueueAdmin::dead_letters_of(const Queue& queue) {
  auto policy = read_redrive_policy(value_of(queue.attributes, "RedrivePolicy"));
  if (!policy) co_return std::optional<Queue>();
  auto name = name_in(policy->dead_letter_arn);
  CO_TRY(auto url, co_await client_->find(name));
  if (!url) co_return std::optional<Queue>();
  CO_TRY(std::optional<Queue> found, co_await look_at(*url));
  co_return found;
}

Async<Result<QueueListing>> SqsQueueAdmin::list() {
  CO_TRY(auto queue, co_await look_at(address_->queue_url));
  CO_TRY(auto dead, co_await dead_letters_of(queue));
  QueueListing listing;
  listing.queue = {address_->queue_name(), queue.url, aws::depth_in(queue.attributes)};
  if (dead) listing.dead_letters = {dead->url.substr(dead->url.rfind('/') + 1), dead->url, aws::depth_in(dead->attributes)};
  co_return listing;
}

Async<Result<bool>> SqsQueueAdmin::purge() {
  CO_TRY(auto queue, co_await look_at(address_->queue_url));
  CO_TRY(auto dead, co_await dead_letters_of(queue));
  CO_TRY(bool purged, co_await client_->purge(queue.url));
  if (!dead) co_return purged;
  CO_TRY(bool dead_purged, co_await client_->purge(dead->url));
  co_return purged&& dead_purged;
}

Async<Result<Redrive>> SqsQueueAdmin::redrive() {
  CO_TRY(auto queue, co_await look_at(address_->queue_url));
  CO_TRY(auto dead, co_await dead_letters_of(queue));
  if (!dead) co_return fail(queue_unavailable, "there is no dead-letter queue; `docquarry queue setup` creates one");
  Redrive redrive;
  redrive.messages = aws::depth_in(dead->attributes).waiting;
  if (redrive.messages == 0) co_return redrive;
  CO_TRY(redrive.by_server, co_await client_->start_moving_back(value_of(dead->attributes, "QueueArn")));
  if (redrive.by_server) co_return redrive;
  CO_TRY(redrive.messages, co_await move_by_hand(dead->url, redrive.messages));
  co_return redrive;
}

// Ends when as many were moved as there were, for others may arrive meanwhile, or when no more come.
Async<Result<std::int64_t>> SqsQueueAdmin::move_by_hand(std::string from_url, std::int64_t at_most) {
  std::int64_t moved = 0;
  int fruitless = 0;
  while (moved < at_most && fruitless < most_rounds_without_progress) {
    CO_TRY(std::size_t now, co_await move_some(from_url));
    moved += std::int64_t(now);
    fruitless = now == 0 ? fruitless + 1 : 0;
  }
  co_return moved;
}

Async<Result<std::size_t>> SqsQueueAdmin::move_some(std::string from_url) {
  CO_TRY(auto messages, co_await client_->receive(from_url, int(aws::most_in_batch), 1s, hidden_while_moved));
  std::vector<std::string> receipts, sent;
  std::vector<aws::OutgoingMessage> batch;
  std::size_t bytes = 0;
  for (auto& message : messages) {
    aws::OutgoingMessage copy{std::move(message.body), std::move(message.attributes)};
    bytes += copy.bytes();
    if (bytes > aws::largest_batch && !batch.empty()) break;  // the rest comes again
    batch.push_back(std::move(copy));
    receipts.push_back(std::move(message.receipt));
  }
  if (batch.empty()) co_return std::size_t(0);
  CO_TRY(auto outcomes, co_await client_->send(address_->queue_url, std::move(batch)));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (!outcomes[i]) sent.push_back(std::move(receipts[i]));
  if (sent.empty()) co_return std::size_t(0);
  auto moved = sent.size();
  CO_TRY(auto removed, co_await client_->remove(from_url, std::move(sent)));
  for (const auto& outcome : removed)
    if (outcome) co_return fail(*outcome);
  co_return moved;
}

}  // namespace docquarry
