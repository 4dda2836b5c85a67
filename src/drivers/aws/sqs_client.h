// The calls of SQS that we need, over its JSON protocol. One client may be used for several queues.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
#pragma once

#include "drivers/aws/aws_client.h"
#include "drivers/aws/sqs_answers.h"
#include "drivers/aws/sqs_message.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace docquarry::aws {

// Where a queue is.
struct SqsAddress {
  std::string queue_url;  // "https://sqs.us-east-1.amazonaws.com/123456789012/docquarry"
  std::string endpoint;   // where requests go, "https://sqs.us-east-1.amazonaws.com"
  std::string region;     // "us-east-1"

  std::string queue_name() const;  // "docquarry"
};

// `endpoint` empty: where the queue's address points. `region` empty: the one in the queue's address, else us-east-1.
// Errors: invalid_setting with a sentence that says what to set; also for FIFO queues, which lose a second announcement of the same task.
Result<SqsAddress> sqs_address(const std::string& queue_url, const std::string& endpoint, const std::string& region);

class SqsClient {
 public:
  // `clock` must outlive every call. The rest is its own, so that calls which are never resumed may be destroyed late (background.h).
  SqsClient(boost::asio::io_context& loop, const Clock& clock, const SqsAddress& address, CredentialOptions credentials);

  // Errors of all calls: queue_unavailable, with a sentence that says what to check; connection_failed; those of CredentialSource.

  // At most 10 messages of together at most largest_batch bytes; one outcome each.
  Async<Result<std::vector<EntryOutcome>>> send(std::string queue_url, std::vector<OutgoingMessage> messages);
  // Up to `most` (1 to 10); waits up to `patience` for the first. They are hidden from others for `hidden`, then they come again.
  Async<Result<std::vector<ReceivedMessage>>> receive(std::string queue_url, int most, std::chrono::seconds patience,
                                                      std::chrono::seconds hidden);
  // At most 10.
  Async<Result<std::vector<EntryOutcome>>> remove(std::string queue_url, std::vector<std::string> receipts);

  Async<Result<std::map<std::string, std::string>>> attributes(std::string queue_url);
  Async<Result<void>> set_attributes(std::string queue_url, std::map<std::string, std::string> attributes);
  // All its messages, those that are taken as well. SQS allows it once a minute. False when it was done less than a minute ago.
  Async<Result<bool>> purge(std::string queue_url);
  // Empty when there is no such queue.
  Async<Result<std::optional<std::string>>> find(std::string queue_name);
  // Returns its address.
  Async<Result<std::string>> create(std::string queue_name, std::map<std::string, std::string> attributes);
  // Lets the server move a dead-letter queue's messages back to where they came from. False when the server cannot do that.
  Async<Result<bool>> start_moving_back(std::string dead_letter_arn);

 private:
  struct Call {
    std::string action, body;
    std::chrono::seconds idle_time{10};
    std::uint64_t answer_limit = 1 << 20;
  };
  Async<Result<AwsAnswer>> ask(Call call);
  Async<Result<std::string>> carry_out(Call call);

  net::HttpClient http_;
  CredentialSource credentials_;
  AwsClient client_;
};

inline constexpr std::size_t largest_batch = 256 << 10;  // of older servers; since 2025 AWS takes four times as much
inline constexpr std::size_t most_in_batch = 10;

}  // namespace docquarry::aws
