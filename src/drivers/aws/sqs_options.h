// What the SQS queue needs to know. Each address and key is named after the setting that it comes from.
#pragma once

#include "drivers/aws/credentials.h"

#include <chrono>
#include <string>

namespace docquarry {

struct SqsOptions {
  std::string queue_url;               // SQS_QUEUE_URL
  std::string endpoint;                // AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL; empty: where queue_url points
  std::string region;                  // AWS_REGION; empty: the one in queue_url, else us-east-1
  aws::CredentialOptions credentials;  // AWS_ACCESS_KEY_ID, ...
  std::string bucket;                  // S3_BUCKET_NAME, told to the readers of messages; empty when files are not in S3

  // How many messages one request takes, 1 to 10. Not more than this process can work on at once: the others are then heard by others.
  int messages_at_once = 10;
  std::chrono::seconds long_poll{20};          // how long one request waits for messages; SQS allows 20
  std::chrono::seconds hidden{30};             // a message that was taken and not deleted comes again after this
  std::chrono::milliseconds send_time{5'000};  // an announcement has failed when it takes longer; somebody's upload waits for it
  std::chrono::milliseconds first_pause{500}, longest_pause{30'000};  // after failures
  std::chrono::seconds depth_age{10};                                 // how old the answer of depth() may be
  // The depth is not known when asking takes longer: /readyz waits for it, and who probes that gives up after a second.
  std::chrono::milliseconds depth_time{800};
};

}  // namespace docquarry
