// Messages of an SQS queue, and the one that announces a task: the original service's, for its tools.
#pragma once

#include "base/result.h"
#include "ports/task_queue.h"

#include <string>
#include <string_view>
#include <vector>

namespace docquarry::aws {

struct MessageAttribute {
  std::string name;
  std::string type;   // "String", "Number", "Binary", each perhaps with ".something" behind
  std::string value;  // base64 when the type is binary
};

struct OutgoingMessage {
  std::string body;
  std::vector<MessageAttribute> attributes;

  std::size_t bytes() const;  // as SQS counts them
};

// The body is pure ASCII, as Python's json.dumps writes it: task_id (the document's number, as text), s3_bucket (null when files are not
// in S3), s3_key, filename, created_at (UTC, without offset), prompt (null: a ticket has none), and document_id, the same number. The
// number is also the attribute task_id.
OutgoingMessage announcement_of(const TaskTicket& ticket, const std::string& bucket);

// The document that a message announces, whoever wrote it. Errors: invalid_request with what is wrong with the body, without a word of it.
Result<DocumentId> announced_document(std::string_view body);

}  // namespace docquarry::aws
