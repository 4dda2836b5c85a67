// The doorbell of a cluster: a standard queue of Amazon SQS, or of a service that speaks its JSON protocol. Messages are the original
// service's (sqs_message.h). A message is only a hint: it is deleted as soon as it has rung the bell, because leases and the rescuer, not
// the queue, see to it that work is done. Whatever else lies in the queue rings once, too, and is then deleted, or left for the dead-letter
// queue where there is one. Needs the rights sqs:SendMessage, ReceiveMessage, DeleteMessage and GetQueueAttributes.
#pragma once

#include "drivers/aws/sqs_options.h"
#include "ports/clock.h"
#include "ports/task_queue.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>

namespace docquarry {

namespace aws {
class SqsClient;
class SqsSender;
class SqsReceiver;
class SqsDepth;
struct SqsAddress;
}  // namespace aws

struct QueueDepth {
  std::int64_t waiting = 0;  // messages that nobody has taken
  std::int64_t taken = 0;    // taken, and neither deleted nor come again
};

class SqsTaskQueue : public TaskQueue {
 public:
  // Asks nobody yet. Loop and clock must outlive it. Errors: invalid_setting with a sentence that says what to set.
  static Result<std::unique_ptr<SqsTaskQueue>> open(boost::asio::io_context& loop, const Clock& clock, SqsOptions options);
  // Requests under way end with it; no caller may be left in its methods.
  ~SqsTaskQueue() override;

  // Errors: queue_unavailable, connection_failed, those of the credentials. At once while the queue is left alone after a failure.
  Async<Result<void>> announce(TaskTicket ticket) override;
  Async<Result<void>> wait() override;
  Async<Result<void>> check() override;  // whether depth() is known

  // Approximate, and up to depth_age old; an error is kept as long. Errors: those of announce(); queue_unavailable after depth_time.
  Async<Result<QueueDepth>> depth();

 private:
  SqsTaskQueue(boost::asio::io_context& loop, const Clock& clock, const aws::SqsAddress& address, SqsOptions options);

  std::string bucket_;
  std::shared_ptr<aws::SqsClient> client_;
  // Shared with the coroutines that they run (background.h).
  std::shared_ptr<aws::SqsSender> sender_;
  std::shared_ptr<aws::SqsReceiver> receiver_;
  std::unique_ptr<aws::SqsDepth> depth_;
};

}  // namespace docquarry
