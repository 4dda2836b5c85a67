#include "drivers/aws/sqs_sender.h"

#include "base/fault.h"
#include "domain/error_codes.h"

#include <boost/asio/redirect_error.hpp>

namespace docquarry::aws {
namespace {

constexpr int most_requests = 4;  // at a time; what is announced meanwhile gathers

}  // namespace

SqsSender::SqsSender(boost::asio::io_context& loop, std::shared_ptr<SqsClient> client, std::string queue_url,
                     const SqsOptions& options)
    : loop_(loop),
      client_(std::move(client)),
      queue_url_(std::move(queue_url)),
      send_time_(options.send_time),
      backoff_(options.first_pause, options.longest_pause),
      background_(loop) {}

Async<Result<void>> SqsSender::send(OutgoingMessage message) {
  if (!backoff_.is_over()) co_return fail(queue_unavailable, "left alone after a failure: " + last_failure_);
  auto pending = std::make_shared<Pending>(loop_, std::move(message));
  waiting_.push_back(pending);
  start();
  boost::system::error_code woken;
  co_await pending->done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  if (!pending->outcome) throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return std::move(*pending->outcome);
}

void SqsSender::start() {
  if (gathering_ || running_ == most_requests || waiting_.empty()) return;
  gathering_ = true;
  ++running_;
  background_.start("sending announcements", run(shared_from_this()));
}

Async<void> SqsSender::run(std::shared_ptr<SqsSender> self) {
  co_await boost::asio::post(boost::asio::use_awaitable);  // others who announce in this turn of the loop come along
  self->gathering_ = false;
  while (!self->waiting_.empty()) {
    auto batch = self->take_batch();
    self->start();
    co_await self->send_batch(std::move(batch));
  }
  --self->running_;
}

SqsSender::Batch SqsSender::take_batch() {
  Batch batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && batch.size() < most_in_batch) {
    bytes += waiting_.front()->message.bytes();
    if (bytes > largest_batch && !batch.empty()) break;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

Async<void> SqsSender::send_batch(Batch batch) {
  std::vector<OutgoingMessage> messages;
  for (auto& pending : batch) messages.push_back(std::move(pending->message));
  auto outcomes = co_await ask(std::move(messages));
  if (outcomes) {
    backoff_.succeeded();
  } else {
    backoff_.failed();
    last_failure_ = outcomes.error().message();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& outcome = batch[i]->outcome;
    if (!outcomes) outcome = Result<void>(fail(outcomes.error()));
    else if ((*outcomes)[i]) outcome = Result<void>(fail(std::move(*(*outcomes)[i])));
    else outcome.emplace();
    batch[i]->done.cancel();
  }
}

Async<Result<std::vector<EntryOutcome>>> SqsSender::ask(std::vector<OutgoingMessage> messages) {
  CO_CHECK(fault_point("announce.before_send"));
  auto request = client_->send(queue_url_, std::move(messages));
  auto outcomes = co_await with_timeout(send_time_, std::move(request));
  CO_CHECK(fault_point("announce.after_send"));
  if (!outcomes)
    co_return fail(queue_unavailable, "sqs SendMessageBatch: no answer within " + std::to_string(send_time_.count()) + " ms");
  co_return std::move(*outcomes);
}

}  // namespace docquarry::aws
