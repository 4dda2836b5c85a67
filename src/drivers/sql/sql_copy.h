// Copies one database into another, of any engine, document by document.
//
// Rules. Two copies of a document are compared by what changes whenever anything of it changes (copy_list_documents); one that differs is
// written anew as a whole. So a copy that was interrupted, or that was made while people worked, is completed by comparing once more,
// and what is already right costs one row of a list.
#pragma once

#include "drivers/sql/sql_database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace docquarry {

struct CopiedDocument {
  DocumentId id;
  Uid uid;
  ObjectKey content;
  std::string sha256;  // empty: not known
  std::uint64_t bytes = 0;
  std::string version;  // of everything else; equal for equal copies
};

struct CopyBatch {
  std::vector<CopiedDocument> missing;    // there is no copy
  std::vector<CopiedDocument> different;  // the copy, of the same file, is of another time
  std::vector<DocumentId> superfluous;    // deleted at the source
  std::vector<CopiedDocument> equal;
  DocumentId last;    // the next batch comes after it
  bool ends = false;  // there is none
};

struct StoreCounts {
  std::int64_t users = 0, documents = 0, tasks = 0, pages = 0, bytes = 0;  // bytes of results
  auto operator<=>(const StoreCounts&) const = default;
};

class SqlCopy {
 public:
  SqlCopy(SqlDatabase& from, SqlDatabase& to) : from_(from), to_(to) {}

  Async<Result<void>> copy_users();
  // The next documents after `after`. Errors: invalid_request when the target holds another document under one of these ids.
  Async<Result<CopyBatch>> compare(DocumentId after);
  // With its tasks and pages. One that was deleted meanwhile is no error.
  Async<Result<void>> copy(DocumentId document);
  Async<Result<void>> forget(DocumentId document);
  // Nothing may change meanwhile: idempotency keys, and where ids go on.
  Async<Result<void>> copy_keys_and_sequences();

  static Async<Result<StoreCounts>> count(SqlDatabase& database);

 private:
  Async<Result<void>> copy_more_pages(DocumentId document, std::int64_t task, std::int64_t number);

  SqlDatabase& from_;
  SqlDatabase& to_;
};

}  // namespace docquarry
