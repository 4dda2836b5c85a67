// What the original service recorded of a document in Redis: the hash task:{id} and the JSON under result:{id}.
#pragma once

#include "base/time.h"
#include "domain/document_facts.h"
#include "domain/task.h"

#include <optional>
#include <string>

namespace docquarry {

struct OriginalResult {
  std::string text;  // of all pages; where one ended cannot be told
  int page_count = 0;
  Metadata metadata;
  std::optional<double> seconds;
  std::optional<std::string> summary;
};

struct OriginalDocument {
  std::string id;                // the original's task_id: a number or a UUID
  std::string filename, s3_key;  // empty in what a worker wrote about a document that was deleted under it
  TaskState state = TaskState::pending;
  std::string error;  // empty: none
  std::optional<std::string> prompt;
  std::optional<Timestamp> created_at, started_at, completed_at;  // written without a zone; taken as UTC
  std::optional<OriginalResult> result;                           // empty: there was none, or it had expired
  bool is_ours = false;                                           // written by this service: it stands in the database
};

}  // namespace docquarry
