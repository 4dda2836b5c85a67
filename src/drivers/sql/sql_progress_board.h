// ProgressBoard for several processes that share nothing but the database: what is remembered is SQL alone.
//
// latest() knows nothing, so readers ask SQL. What a watcher is told is what the catalogue says: while anybody waits for news, the
// documents that are waited for are read one after the other, every half second or so; otherwise nothing is done. News that this process
// posts itself come at once.
#pragma once

#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace docquarry {

class SqlProgressBoard : public ProgressBoard {
 public:
  SqlProgressBoard(boost::asio::io_context& loop, DocumentCatalogue& catalogue, Clock& clock,
                   std::chrono::milliseconds interval = std::chrono::milliseconds(500));
  ~SqlProgressBoard() override;

  Async<void> post(Standing standing) override;
  Async<std::optional<Standing>> latest(DocumentId document) override;
  // The first event is what SQL says now; no earlier one is known.
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) override;
  Async<void> forget(DocumentId document) override;

  std::size_t watched() const;  // documents

 private:
  struct Entry;
  struct Board;
  class Feed;

  // Shared with the feeds, which may outlive the board while the process stops.
  std::shared_ptr<Board> board_;
};

}  // namespace docquarry
