// The truth about documents, tasks and pages, as people look at them.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "domain/document.h"
#include "domain/document_facts.h"
#include "domain/page.h"
#include "ports/task_queue.h"

#include <optional>
#include <string>
#include <vector>

namespace docquarry {

// Binds a client's Idempotency-Key to the documents that its request created. Kept 24 hours.
struct IdempotencyKey {
  UserId owner;
  std::string key;          // as sent, at most 255 bytes
  std::string fingerprint;  // hash of everything in the request that matters
};

struct DocumentFilter {
  std::optional<UserId> owner;
  std::optional<TaskState> state;
  std::optional<Timestamp> created_from, created_before;  // from is inclusive, before is not
  std::string filename_contains;                          // ASCII case does not matter
};

enum class ListOrder { newest_first, oldest_first };

struct DocumentPage {  // one page of a list
  std::vector<DocumentView> documents;
  std::optional<std::string> next;  // opaque; where the following page starts
};

struct StateCounts {
  std::int64_t pending = 0, processing = 0, completed = 0, failed = 0, cancelled = 0;
};

// Which parts of pages to load: lines are many times larger than text.
struct PageParts {
  bool text = false, markdown = false, lines = false;
};

class DocumentCatalogue {
 public:
  virtual ~DocumentCatalogue() = default;

  // Records documents, their first tasks and the idempotency key together or not at all. When it returns, they survive a power
  // loss. One ticket per document, in order. Creates the owner's row when `create_owner` (the original's open mode), else
  // user_not_found. Errors: key_reused when the key was finished by somebody else meanwhile; database_unavailable.
  virtual Async<Result<std::vector<TaskTicket>>> add(std::vector<NewDocument> documents, bool create_owner,
                                                     std::optional<IdempotencyKey> key) = 0;

  // The documents that a finished request with this key created (empty: the key is new).
  // Errors: key_reused when the fingerprint differs.
  virtual Async<Result<std::vector<TaskTicket>>> find_by_key(IdempotencyKey key) = 0;

  // Errors: document_not_found.
  virtual Async<Result<DocumentView>> find(DocumentId id) = 0;
  virtual Async<Result<DocumentView>> find(Uid uid) = 0;

  // Keyset paging along the ids, which is the order of acceptance: pages stay stable while documents come and go, and the order does
  // not jump with a clock. `after` is the `next` of the previous page.
  // Errors: invalid_request for an `after` that we did not write.
  virtual Async<Result<DocumentPage>> list(DocumentFilter filter, ListOrder order, std::string after, int limit) = 0;
  // The original's paging, by id: row number `skip` onwards.
  virtual Async<Result<std::vector<DocumentView>>> list_from(DocumentFilter filter, std::int64_t skip, int limit) = 0;
  virtual Async<Result<std::int64_t>> count(DocumentFilter filter) = 0;
  virtual Async<Result<StateCounts>> count_by_state() = 0;

  // Pages already saved, ascending by number, also while the task runs: those numbered `first`..`last`, at most `limit`, and
  // stopping early after about 1 MB. Empty: there are none.
  virtual Async<Result<std::vector<Page>>> pages(TaskId task, PageRange range, PageParts parts, int limit) = 0;
  // What the PDF says about itself; known once the task is COMPLETED. Errors: no_result.
  virtual Async<Result<DocumentFacts>> facts(TaskId task) = 0;

  // Removes the document with its tasks and pages; a running lease on it is lost. Returns the object that is now nobody's.
  // Errors: document_not_found.
  virtual Async<Result<ObjectKey>> remove(DocumentId id) = 0;

  // Which of these objects belong to a document.
  virtual Async<Result<std::vector<ObjectKey>>> known_objects(std::vector<ObjectKey> keys) = 0;

  // Housekeeping: idempotency keys older than `before` are forgotten.
  virtual Async<Result<void>> forget_keys(Timestamp before) = 0;

  virtual Async<Result<void>> check() = 0;  // for /readyz
};

}  // namespace docquarry
