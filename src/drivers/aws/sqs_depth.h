// How many messages lie in a queue, asked at most once in a while, however many want to know.
#pragma once

#include "base/slots.h"
#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_task_queue.h"

#include <memory>
#include <optional>
#include <string>

namespace docquarry::aws {

// Of the attributes of a queue; those that are absent count as 0.
QueueDepth depth_in(const std::map<std::string, std::string>& attributes);

class SqsDepth {
 public:
  SqsDepth(boost::asio::io_context& loop, std::shared_ptr<SqsClient> client, std::string queue_url, const SqsOptions& options)
      : client_(std::move(client)),
        queue_url_(std::move(queue_url)),
        age_(options.depth_age),
        time_(options.depth_time),
        asking_(loop, 1) {}

  Async<Result<QueueDepth>> now();

 private:
  Async<Result<QueueDepth>> ask();

  std::shared_ptr<SqsClient> client_;
  std::string queue_url_;
  std::chrono::seconds age_;
  std::chrono::milliseconds time_;
  Slots asking_;
  std::optional<Result<QueueDepth>> known_;
  std::chrono::steady_clock::time_point good_until_;
};

}  // namespace docquarry::aws
