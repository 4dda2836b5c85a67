// Results, read page by page from the catalogue while they are sent: no result is ever whole in memory.
#pragma once

#include "base/byte_source.h"
#include "domain/document.h"
#include "formats/result_writer.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"

#include <memory>
#include <vector>

namespace docquarry {

class ReadResult {
 public:
  ReadResult(DocumentCatalogue& catalogue, ProgressBoard& board) : catalogue_(catalogue), board_(board) {}

  // The document as `format` writes it, only the pages of `wanted` (empty: all). COMPLETED documents in any format.
  // NDJSON also while the task runs: finished pages at once, the others as they come, and a last line with the outcome.
  // Errors: not_finished, no_result (FAILED or CANCELLED before any page).
  Async<Result<std::unique_ptr<ByteSource>>> open(DocumentView document, ResultFormat format, PageParts parts,
                                                  std::vector<PageRange> wanted);

  // One page. Errors: page_not_found (also: not extracted yet).
  Async<Result<Page>> page(DocumentView document, int number, PageParts parts);

 private:
  DocumentCatalogue& catalogue_;
  ProgressBoard& board_;
};

}  // namespace docquarry
