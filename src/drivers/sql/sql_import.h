// Brings documents in that the original service kept only in Redis.
#pragma once

#include "domain/original_document.h"
#include "drivers/sql/sql_database.h"
#include "ports/clock.h"

namespace docquarry {

class SqlImport {
 public:
  SqlImport(SqlDatabase& database, Clock& clock, IdSource& ids) : database_(database), clock_(clock), ids_(ids) {}

  // The original's tool gave what it imported to this user; made where it is missing.
  Async<Result<void>> make_owner();
  Async<Result<bool>> knows(ObjectKey file);
  // A COMPLETED document without a result begins anew. False when a document has this file already.
  Async<Result<bool>> add(OriginalDocument document);

 private:
  SqlDatabase& database_;
  Clock& clock_;
  IdSource& ids_;
};

}  // namespace docquarry
