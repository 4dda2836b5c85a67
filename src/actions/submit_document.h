// Takes uploaded files in: their bytes become durable first, then all documents of a request are recorded in one transaction, then the
// bell is rung. What was refused or interrupted leaves nothing behind (the sweeper removes what a dead process left).
#pragma once

#include "base/metrics.h"
#include "domain/document.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/object_store.h"
#include "ports/task_queue.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace docquarry {

// A file whose bytes are stored and belong to nobody yet. Either accept() or discard() it.
struct StagedFile {
  std::string filename;
  ObjectKey content;
  StoredObject stored;
};

struct Submission {
  UserId owner = default_owner();
  bool create_owner = true;  // open mode: an owner that does not exist yet is created with exactly this id
  std::vector<StagedFile> files;
  ExtractionOptions options;
  std::optional<std::string> prompt;
  std::optional<std::string> idempotency_key;

  static UserId default_owner() { return UserId(1); }
};

struct Accepted {
  std::vector<TaskTicket> tickets;  // one per file, in order
  bool replayed = false;            // the same request had been accepted before: these are its documents
};

class SubmitDocument {
 public:
  SubmitDocument(ObjectStore& files, DocumentCatalogue& catalogue, TaskQueue& queue, ProgressBoard& board, Clock& clock,
                 IdSource& ids, Metrics& metrics, UploadLimits limits);

  const UploadLimits& limits() const { return limits_; }

  // Streams one file into the store. Errors: invalid_file_name, empty_file, not_a_pdf, file_too_large; those of the content and store.
  Async<Result<StagedFile>> stage(std::string filename, ByteSource& content);

  // Records the files, all or none; from its return on none of them can be lost. On an error the files are discarded.
  // Errors: request_in_flight, key_reused, user_not_found, database_unavailable.
  Async<Result<Accepted>> accept(Submission submission);

  Async<void> discard(std::vector<StagedFile> files);

 private:
  Async<void> announce(std::vector<TaskTicket> tickets);
  Async<Result<Accepted>> accept_with_key(Submission submission);
  Async<Result<Accepted>> record(Submission submission, std::optional<IdempotencyKey> key);

  ObjectStore& files_;
  DocumentCatalogue& catalogue_;
  TaskQueue& queue_;
  ProgressBoard& board_;
  Clock& clock_;
  IdSource& ids_;
  Metrics& metrics_;
  UploadLimits limits_;
  std::set<std::pair<UserId, std::string>> keys_in_flight_;
};

}  // namespace docquarry
