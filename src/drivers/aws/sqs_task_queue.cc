#include "drivers/aws/sqs_task_queue.h"

#include "domain/error_codes.h"
#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_depth.h"
#include "drivers/aws/sqs_receiver.h"
#include "drivers/aws/sqs_sender.h"

namespace docquarry {

using namespace std::chrono_literals;

Result<std::unique_ptr<SqsTaskQueue>> SqsTaskQueue::open(boost::asio::io_context& loop, const Clock& clock, SqsOptions options) {
  TRY(auto address, aws::sqs_address(options.queue_url, options.endpoint, options.region));
  if (options.messages_at_once < 1 || options.messages_at_once > 10)
    return fail(invalid_setting, "one request to SQS can take 1 to 10 messages");
  if (options.long_poll > 20s) return fail(invalid_setting, "one request to SQS can wait for messages for up to 20 seconds");
  return std::unique_ptr<SqsTaskQueue>(new SqsTaskQueue(loop, clock, address, std::move(options)));
}

SqsTaskQueue::SqsTaskQueue(boost::asio::io_context& loop, const Clock& clock, const aws::SqsAddress& address, SqsOptions options)
    : bucket_(options.bucket),
      client_(std::make_shared<aws::SqsClient>(loop, clock, address, options.credentials)),
      sender_(std::make_shared<aws::SqsSender>(loop, client_, address.queue_url, options)),
      receiver_(std::make_shared<aws::SqsReceiver>(loop, client_, address.queue_url, options)),
      depth_(std::make_unique<aws::SqsDepth>(loop, client_, address.queue_url, options)) {}

SqsTaskQueue::~SqsTaskQueue() {
  sender_->stop();
  receiver_->stop();
}

Async<Result<void>> SqsTaskQueue::announce(TaskTicket ticket) {
  auto message = aws::announcement_of(ticket, bucket_);
  co_return co_await sender_->send(std::move(message));
}

Async<Result<void>> SqsTaskQueue::wait() { return receiver_->wait(); }

Async<Result<void>> SqsTaskQueue::check() {
  CO_CHECK(co_await depth_->now());
  co_return Result<void>{};
}

Async<Result<QueueDepth>> SqsTaskQueue::depth() { return depth_->now(); }

}  // namespace docquarry
