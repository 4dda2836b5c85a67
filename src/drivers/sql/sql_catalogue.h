// DocumentCatalogue for every SQL engine.
#pragma once

#include "drivers/sql/sql_database.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"

namespace docquarry {

class SqlCatalogue : public DocumentCatalogue {
 public:
  // `ids` makes the API keys of owners that are created on the way.
  SqlCatalogue(SqlDatabase& database, IdSource& ids) : database_(database), ids_(ids) {}

  Async<Result<std::vector<TaskTicket>>> add(std::vector<NewDocument> documents, bool create_owner,
                                             std::optional<IdempotencyKey> key) override;
  Async<Result<std::vector<TaskTicket>>> find_by_key(IdempotencyKey key) override;
  Async<Result<DocumentView>> find(DocumentId id) override;
  Async<Result<DocumentView>> find(Uid uid) override;
  Async<Result<DocumentPage>> list(DocumentFilter filter, ListOrder order, std::string after, int limit) override;
  Async<Result<std::vector<DocumentView>>> list_from(DocumentFilter filter, std::int64_t skip, int limit) override;
  Async<Result<std::int64_t>> count(DocumentFilter filter) override;
  Async<Result<StateCounts>> count_by_state() override;
  Async<Result<std::vector<Page>>> pages(TaskId task, PageRange range, PageParts parts, int limit) override;
  Async<Result<DocumentFacts>> facts(TaskId task) override;
  Async<Result<ObjectKey>> remove(DocumentId id) override;
  Async<Result<std::vector<ObjectKey>>> known_objects(std::vector<ObjectKey> keys) override;
  Async<Result<void>> forget_keys(Timestamp before) override;
  Async<Result<void>> check() override;

 private:
  Async<Result<DocumentView>> find_one(Statement statement);

  SqlDatabase& database_;
  IdSource& ids_;
};

}  // namespace docquarry
