// ProgressBoard of a single process. Everything here may be forgotten: the truth stands in SQL.
#pragma once

#include "drivers/memory/lru_map.h"
#include "ports/clock.h"
#include "ports/live_state.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace docquarry {

struct ProgressBoardLimits {
  std::size_t documents = 10'000;        // beyond, those that were not asked for longest are forgotten, watched ones never
  std::size_t events_per_document = 64;  // what a reconnecting client can still be told
};

class MemoryProgressBoard : public ProgressBoard {
 public:
  MemoryProgressBoard(boost::asio::io_context& loop, Clock& clock, ProgressBoardLimits limits = {});
  ~MemoryProgressBoard() override;

  Async<void> post(Standing standing) override;
  Async<std::optional<Standing>> latest(DocumentId document) override;
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) override;
  Async<void> forget(DocumentId document) override;

  std::size_t documents() const;

 private:
  struct Entry;
  class Feed;
  struct Board;

  // Shared with the feeds, which may outlive the board while the process stops.
  std::shared_ptr<Board> board_;
};

}  // namespace docquarry
