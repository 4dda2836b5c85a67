#include "drivers/memory/memory_progress_board.h"

#include "base/wakeup.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <deque>

namespace docquarry {
namespace {

struct HashDocument {
  std::size_t operator()(DocumentId id) const { return std::hash<std::int64_t>()(id.value()); }
};

}  // namespace

struct MemoryProgressBoard::Entry {
  explicit Entry(boost::asio::io_context& loop) : changed(loop) {}

  std::deque<ProgressEvent> events;  // the newest last
  Wakeup changed;                    // for all who watch
  int watchers = 0;
  bool forgotten = false;
};

struct MemoryProgressBoard::Board {
  Board(boost::asio::io_context& loop_of_all, Clock& clock_of_all, ProgressBoardLimits bounds)
      : loop(loop_of_all), clock(clock_of_all), limits(bounds) {}

  std::shared_ptr<Entry> entry(DocumentId document) {
    auto& entry = entries[document];
    if (!entry) entry = std::make_shared<Entry>(loop);
    return entry;
  }
  void make_room() {
    // Each round looks at one entry, so watched ones cannot make this endless.
    for (std::size_t rounds = entries.size(); entries.size() > limits.documents && rounds > 0; --rounds) {
      auto& [document, entry] = entries.oldest();
      if (entry->watchers > 0) entries.refresh_oldest();
      else entries.erase(DocumentId(document));
    }
  }

  boost::asio::io_context& loop;
  Clock& clock;
  ProgressBoardLimits limits;
  LruMap<DocumentId, std::shared_ptr<Entry>, HashDocument> entries;
  std::uint64_t last_number = 0;  // of all documents, so that it grows for each even when one was forgotten
};

class MemoryProgressBoard::Feed : public EventFeed {
 public:
  Feed(std::shared_ptr<Board> board, std::shared_ptr<Entry> entry, DocumentId document, std::uint64_t after)
      : board_(std::move(board)), entry_(std::move(entry)), document_(document), after_(after) {
    ++entry_->watchers;
  }
  ~Feed() override {
    --entry_->watchers;
    if (entry_->watchers == 0 && entry_->events.empty() && !entry_->forgotten) board_->entries.erase(document_);
  }

  Async<Result<ProgressEvent>> next() override {
    while (true) {
      if (entry_->forgotten) co_return fail(document_not_found, "the document was deleted");
      auto is_new = [this](const ProgressEvent& event) { return event.number > after_; };
      auto event = std::find_if(entry_->events.begin(), entry_->events.end(), is_new);
      if (event != entry_->events.end()) {
        after_ = event->number;
        co_return *event;
      }
      co_await wait_for_change();
    }
  }

 private:
  Async<void> wait_for_change() {
    auto entry = entry_;
    co_await entry->changed.wait();
  }

  std::shared_ptr<Board> board_;
  std::shared_ptr<Entry> entry_;
  DocumentId document_;
  std::uint64_t after_;
};

MemoryProgressBoard::MemoryProgressBoard(boost::asio::io_context& loop, Clock& clock, ProgressBoardLimits limits)
    : board_(std::make_shared<Board>(loop, clock, limits)) {}

MemoryProgressBoard::~MemoryProgressBoard() = default;

Async<void> MemoryProgressBoard::post(Standing standing) {
  auto entry = board_->entry(standing.document);
  auto& events = entry->events;
  if (!events.empty() && !may_follow(standing, events.back().standing)) co_return;
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(board_->clock.now().time_since_epoch());
  ProgressEvent event;
  event.number = board_->last_number = std::max(board_->last_number + 1, std::uint64_t(now.count()));
  event.standing = std::move(standing);
  event.standing.content = ObjectKey();
  event.standing.prompt = std::string();
  events.push_back(std::move(event));
  if (events.size() > board_->limits.events_per_document) events.pop_front();
  entry->changed.wake();
  board_->make_room();
}

Async<std::optional<Standing>> MemoryProgressBoard::latest(DocumentId document) {
  auto* entry = board_->entries.find(document);
  if (entry == nullptr || (*entry)->events.empty()) co_return std::nullopt;
  co_return (*entry)->events.back().standing;
}

Async<Result<std::unique_ptr<EventFeed>>> MemoryProgressBoard::watch(DocumentId document, std::uint64_t after) {
  auto entry = board_->entry(document);
  auto feed = std::make_unique<Feed>(board_, std::move(entry), document, after);
  board_->make_room();
  co_return std::unique_ptr<EventFeed>(std::move(feed));
}

Async<void> MemoryProgressBoard::forget(DocumentId document) {
  auto* known = board_->entries.find(document);
  if (known == nullptr) co_return;
  auto entry = *known;
  board_->entries.erase(document);
  entry->forgotten = true;
  entry->changed.wake();
}

std::size_t MemoryProgressBoard::documents() const { return board_->entries.size(); }

}  // namespace docquarry
