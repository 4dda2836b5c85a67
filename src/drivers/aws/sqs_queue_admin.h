// The service behind `docquarry queue setup|list|redrive`: a queue and its dead-letter queue are created, looked at and emptied back.
// Needs, beside the rights of SqsTaskQueue: sqs:GetQueueUrl, CreateQueue, SetQueueAttributes, StartMessageMoveTask.
#pragma once

#include "drivers/aws/sqs_options.h"
#include "drivers/aws/sqs_task_queue.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

struct QueueWishes {
  std::chrono::seconds hidden{30};                // VisibilityTimeout
  std::chrono::seconds retention{4 * 24 * 3600};  // of a message in the queue
  std::chrono::seconds dead_retention{14 * 24 *
                                      3600};  // of one in the dead-letter queue; more than the former, for age goes on counting
  int most_receives = 5;                      // a message that was taken more often goes to the dead-letter queue
  bool repair = false;                        // change what differs; without it, differences are only named
};

struct QueueReport {
  std::vector<std::string> sentences;  // what was done, what differs; never empty
  bool is_as_wished = true;            // false when something differs and was left so
  std::string queue_url;
};

struct QueueFacts {
  std::string name, url;
  QueueDepth depth;
};

struct QueueListing {
  QueueFacts queue;
  std::optional<QueueFacts> dead_letters;
};

struct Redrive {
  std::int64_t messages = 0;  // moved; or, by the server, to be moved
  bool by_server = false;     // it goes on doing so by itself
};

class SqsQueueAdmin {
 public:
  // Loop and clock must outlive it, and it every call. Errors: as SqsTaskQueue::open.
  static Result<std::unique_ptr<SqsQueueAdmin>> open(boost::asio::io_context& loop, const Clock& clock, SqsOptions options);
  ~SqsQueueAdmin();

  // Errors of all: queue_unavailable, connection_failed, those of the credentials.

  // Creates what is missing: the queue, its dead-letter queue ("NAME-dlq"), the policy between them. Changes nothing else without
  // `repair`. Doing it twice, or after it was interrupted, does no harm.
  Async<Result<QueueReport>> set_up(QueueWishes wishes);
  Async<Result<QueueListing>> list();
  // Moves what is in the dead-letter queue now back into the queue: by the server where it can do that, else one by one, and then a message
  // is deleted only after it was sent. Errors: also queue_unavailable when there is no dead-letter queue.
  Async<Result<Redrive>> redrive();
  // Forgets all messages, dead letters as well. False when SQS refuses because it did so less than a minute ago.
  Async<Result<bool>> purge();

 private:
  using Attributes = std::map<std::string, std::string>;
  struct Queue {
    std::string url;
    Attributes attributes;
  };

  SqsQueueAdmin(std::shared_ptr<aws::SqsClient> client, const aws::SqsAddress& address);
  Async<Result<Queue>> make_sure_of(std::string name, Attributes wished, bool repair, QueueReport& report);
  Async<Result<void>> compare(std::string name, Queue& queue, Attributes wished, bool repair, QueueReport& report);
  Async<Result<std::optional<Queue>>> dead_letters_of(const Queue& queue);
  Async<Result<Queue>> look_at(std::string url);
  Async<Result<std::int64_t>> move_by_hand(std::string from_url, std::int64_t at_most);
  Async<Result<std::size_t>> move_some(std::string from_url);

  std::shared_ptr<aws::SqsClient> client_;
  std::unique_ptr<aws::SqsAddress> address_;
};

}  // namespace docquarry
