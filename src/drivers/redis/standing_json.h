// A standing as it lies in Redis: as JSON, which we read back, and as the fields of the original's task hash, which its tools read.
#pragma once

#include "domain/progress.h"
#include "ports/live_state.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

std::string to_json(const Standing& standing);
// Empty when it is not what to_json writes.
std::optional<Standing> standing_from_json(std::string_view text);

// What comes over a document's channel: an event, or that the document was deleted.
struct DocumentMessage {
  bool forgotten = false;
  ProgressEvent event;
};
std::optional<DocumentMessage> message_from_json(std::string_view text);

// name, value, name, value ...: task_id, document_id, status, progress, filename, s3_key, s3_bucket, created_at, started_at, completed_at,
// error, prompt. What is not known is the empty string. The original knows no CANCELLED: it reads FAILED with an error.
std::vector<std::string> original_fields(const Standing& standing);

}  // namespace docquarry
