// Removes a document and everything that is kept of it. A worker that is at it loses its lease.
#pragma once

#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/object_store.h"

namespace docquarry {

class RemoveDocument {
 public:
  RemoveDocument(DocumentCatalogue& catalogue, ObjectStore& files, ProgressBoard& board, ResultCache& cache)
      : catalogue_(catalogue), files_(files), board_(board), cache_(cache) {}

  // Errors: document_not_found, database_unavailable.
  Async<Result<void>> operator()(DocumentId document);

 private:
  DocumentCatalogue& catalogue_;
  ObjectStore& files_;
  ProgressBoard& board_;
  ResultCache& cache_;
};

}  // namespace docquarry
