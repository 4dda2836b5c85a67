// What stands at the address of an SQS may answer any bytes, and messages may hold any bytes.
#include "drivers/aws/sqs_answers.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry::aws;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto received = read_received(text);
  if (received && received->size() > 10) __builtin_trap();
  if (received)
    for (const auto& message : *received) (void)announced_document(message.body);
  auto outcomes = read_batch_outcome(text, 3);
  if (outcomes && outcomes->size() != 3) __builtin_trap();
  (void)read_queue_url(text);
  (void)read_attributes(text);
  (void)read_redrive_policy(text);
  (void)announced_document(text);
  return 0;
}
