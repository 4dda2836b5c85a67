// What happens to a document, from now (or from a known event) until its task ends.
#pragma once

#include "base/signal.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"

#include <memory>
#include <optional>

namespace docquarry {

// Events of one document. The first is always the present standing, the others are ahead of the one before; the last is a final
// one; then empty.
class ProgressStream {
 public:
  ProgressStream(DocumentCatalogue& catalogue, DocumentId document, std::unique_ptr<EventFeed> feed, std::uint64_t after);

  // Waits. Ends when cancelled. Errors: document_not_found when it was deleted meanwhile.
  Async<Result<std::optional<ProgressEvent>>> next();

 private:
  Async<Result<ProgressEvent>> present();

  DocumentCatalogue& catalogue_;
  DocumentId document_;
  std::unique_ptr<EventFeed> feed_;
  std::uint64_t after_;
  std::optional<Standing> shown_;
  bool ended_ = false;
};

class WatchProgress {
 public:
  // When `stopping` is raised, whoever waits is answered with the present standing.
  WatchProgress(DocumentCatalogue& catalogue, ProgressBoard& board, Signal& stopping)
      : catalogue_(catalogue), board_(board), stopping_(stopping) {}

  // `after`: the Last-Event-ID of a client that comes back, else 0.
  Async<Result<std::unique_ptr<ProgressStream>>> follow(DocumentId document, std::uint64_t after);

  // The present standing: from live state when it knows the document, else from SQL. Errors: document_not_found.
  Async<Result<Standing>> standing(DocumentId document);
  // The same once the task has ended, or after `limit`, whichever comes first (Prefer: wait), or when the service stops.
  Async<Result<Standing>> wait_until_final(DocumentId document, std::chrono::steady_clock::duration limit);

 private:
  DocumentCatalogue& catalogue_;
  ProgressBoard& board_;
  Signal& stopping_;
};

}  // namespace docquarry
