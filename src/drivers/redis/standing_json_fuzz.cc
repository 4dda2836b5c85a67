// Whatever lies in Redis or is published: it is read or not, and what is read can be written and read again.
#include "drivers/redis/standing_json.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto message = docquarry::message_from_json(text);
  auto standing = docquarry::standing_from_json(text);
  if (message && !message->forgotten) standing = message->event.standing;
  if (!standing) return 0;
  auto written = docquarry::to_json(*standing);
  auto again = docquarry::standing_from_json(written);
  if (!again || docquarry::to_json(*again) != written) std::abort();
  docquarry::original_fields(*standing);
  return 0;
}
