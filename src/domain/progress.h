// How far a task is, as live state tells it. The truth about the outcome stands in SQL.
#pragma once

#include "base/time.h"
#include "domain/document.h"
#include "domain/ids.h"
#include "domain/task.h"

#include <cstdint>
#include <optional>
#include <string>

namespace docquarry {

// Everything that GET /status needs, so that it can be answered without SQL.
struct Standing {
  DocumentId document;
  Uid uid;
  UserId owner;
  std::string filename;
  TaskState state = TaskState::pending;
  int generation = 1;  // grows with every retry by a client; progress may fall only when this grows
  int attempt = 0;
  int pages_done = 0;   // saved, not only extracted: so it never falls, whoever dies
  int pages_total = 0;  // 0 while it is not known
  Timestamp created_at;
  std::optional<Timestamp> started_at, completed_at;
  std::optional<Failure> failure;
  bool partial = false;
  double seconds_left = -1;  // estimate from measured pages per second; negative while it is not known

  // For the original's tools, which read them in Redis; not kept elsewhere, so empty in what a board gives back.
  ObjectKey content;
  std::string prompt;
};

// 0 to 100. Page progress fills 5 to 95, so that 100 is said only by a committed result. Within a generation it never falls.
double percent(const Standing& standing);

Standing standing_of(const DocumentView& view);

// Whether `next` tells of something later than `known`: a newer generation, the end, a newer attempt, or more pages.
bool is_ahead(const Standing& next, const Standing& known);
// Whether `next` may be shown after `known`: never less far, and what is final stays until a client starts the document again.
bool may_follow(const Standing& next, const Standing& known);

}  // namespace docquarry
