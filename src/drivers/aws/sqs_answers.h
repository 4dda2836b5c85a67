// What SQS answers (its JSON protocol), read without trust: whoever answers may be anything that listens on that address.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
#pragma once

#include "base/result.h"
#include "drivers/aws/sqs_message.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry::aws {

struct ReceivedMessage {
  std::string id;
  std::string receipt;  // what it is deleted by
  std::string body;
  int receive_count = 1;  // how often it was given to somebody, this time included; 1 when the server does not say
  std::vector<MessageAttribute> attributes;
};

// What became of one entry of a batch; empty when it was carried out.
using EntryOutcome = std::optional<Error>;

// Each error is queue_unavailable: "…: the answer is not what SQS answers".

// At most 10; those without a receipt are left out, for nothing can be done with them.
Result<std::vector<ReceivedMessage>> read_received(std::string_view answer);
// One outcome for each of the `count` entries, whose ids were "0", "1", ...; an entry that the answer does not name has failed.
Result<std::vector<EntryOutcome>> read_batch_outcome(std::string_view answer, std::size_t count);
Result<std::string> read_queue_url(std::string_view answer);
Result<std::map<std::string, std::string>> read_attributes(std::string_view answer);

struct RedrivePolicy {
  std::string dead_letter_arn;
  std::int64_t most_receives = 0;
};
// The value of the attribute RedrivePolicy. Servers write the number as a number or as text.
Result<RedrivePolicy> read_redrive_policy(std::string_view value);

}  // namespace docquarry::aws
