#include "drivers/aws/sqs_depth.h"

#include "domain/error_codes.h"

#include <charconv>

namespace docquarry::aws {
namespace {

using Steady = std::chrono::steady_clock;

std::int64_t count_in(const std::map<std::string, std::string>& attributes, const std::string& name) {
  auto found = attributes.find(name);
  if (found == attributes.end()) return 0;
  std::int64_t count = 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), count);
  return count;
}

}  // namespace

QueueDepth depth_in(const std::map<std::string, std::string>& attributes) {
  QueueDepth depth;
  depth.waiting = count_in(attributes, "ApproximateNumberOfMessages") + count_in(attributes, "ApproximateNumberOfMessagesDelayed");
  depth.taken = count_in(attributes, "ApproximateNumberOfMessagesNotVisible");
  return depth;
}

Async<Result<QueueDepth>> SqsDepth::now() {
  auto place = co_await asking_.take();
  if (known_ && Steady::now() < good_until_) co_return *known_;
  known_ = co_await ask();
  good_until_ = Steady::now() + age_;
  co_return *known_;
}

Async<Result<QueueDepth>> SqsDepth::ask() {
  auto request = client_->attributes(queue_url_);
  auto attributes = co_await with_timeout(time_, std::move(request));
  if (!attributes)
    co_return fail(queue_unavailable, "sqs GetQueueAttributes: no answer within " + std::to_string(time_.count()) + " ms");
  if (!*attributes) co_return fail(attributes->error());
  co_return depth_in(**attributes);
}

}  // namespace docquarry::aws
