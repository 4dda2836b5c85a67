#include "drivers/sql/sql_progress_board.h"

#include "base/log.h"
#include "base/wakeup.h"
#include "domain/error_codes.h"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace docquarry {
namespace {

using Steady = std::chrono::steady_clock;

bool is_news(const Standing& next, const Standing& known) {
  auto facts = [](const Standing& standing) {
    return std::tuple(standing.generation, standing.state, standing.attempt, standing.pages_done, standing.pages_total);
  };
  return facts(next) != facts(known) && may_follow(next, known);
}

}  // namespace

struct SqlProgressBoard::Entry {
  explicit Entry(boost::asio::io_context& loop) : changed(loop) {}

  std::optional<ProgressEvent> last;  // a slow reader misses what was in between, never this
  Wakeup changed;                     // for all who wait
  int watchers = 0, waiting = 0;      // feeds, and those of them in next()
  bool forgotten = false;
};

struct SqlProgressBoard::Board : std::enable_shared_from_this<Board> {
  Board(boost::asio::io_context& loop_of_all, DocumentCatalogue& truth, Clock& clock_of_all, Steady::duration pause)
      : loop(loop_of_all), catalogue(truth), clock(clock_of_all), interval(pause), poll_timer(loop_of_all) {}

  std::uint64_t next_number();
  void publish(Entry& entry, Standing standing);
  void end(DocumentId document);
  void start_waiting(Entry& entry);
  void stop_waiting(Entry& entry);
  Async<void> look(DocumentId document, std::shared_ptr<Entry> entry);
  Async<void> poll();

  boost::asio::io_context& loop;
  DocumentCatalogue& catalogue;
  Clock& clock;
  Steady::duration interval;
  std::map<DocumentId, std::shared_ptr<Entry>> entries;  // of watched documents
  int waiting = 0;
  bool is_polling = false, answers = true;
  Steady::time_point next_poll;
  boost::asio::steady_timer poll_timer;
  std::uint64_t last_number = 0;  // of all documents, so that it grows for each
};

std::uint64_t SqlProgressBoard::Board::next_number() {
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch());
  return last_number = std::max(last_number + 1, std::uint64_t(now.count()));
}

void SqlProgressBoard::Board::publish(Entry& entry, Standing standing) {
  if (entry.last && !is_news(standing, entry.last->standing)) return;
  entry.last = ProgressEvent{next_number(), std::move(standing)};
  entry.changed.wake();
}

// The document is gone.
void SqlProgressBoard::Board::end(DocumentId document) {
  auto place = entries.find(document);
  if (place == entries.end()) return;
  auto entry = std::move(place->second);
  entries.erase(place);
  entry->forgotten = true;
  entry->changed.wake();
}

void SqlProgressBoard::Board::start_waiting(Entry& entry) {
  ++entry.waiting;
  ++waiting;
  if (is_polling) return;
  is_polling = true;
  auto ended = [board = shared_from_this()](std::exception_ptr defect) {
    board->is_polling = false;
    if (defect) log::error("looking for progress ended with an exception");
  };
  boost::asio::co_spawn(loop, poll(), ended);  // ends when nobody waits
}

void SqlProgressBoard::Board::stop_waiting(Entry& entry) {
  --entry.waiting;
  if (--waiting == 0) poll_timer.cancel();
}

Async<void> SqlProgressBoard::Board::look(DocumentId document, std::shared_ptr<Entry> entry) {
  auto view = co_await catalogue.find(document);
  if (view) publish(*entry, standing_of(*view));
  else if (view.error().is(document_not_found) && entry->last) end(document);
  bool answered = view || view.error().is(document_not_found);
  if (answers && !answered) log::warn("cannot look for progress, trying again", view.error());
  answers = answered;
}

Async<void> SqlProgressBoard::Board::poll() {
  auto self = shared_from_this();
  while (waiting > 0) {
    boost::system::error_code woken;
    poll_timer.expires_at(next_poll);
    co_await poll_timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    if (woken) continue;  // nobody waited any more; perhaps somebody does again
    auto all = entries;
    for (auto& [document, entry] : all)
      if (entry->waiting > 0) co_await look(document, entry);
    next_poll = Steady::now() + interval;
  }
}

class SqlProgressBoard::Feed : public EventFeed {
 public:
  Feed(std::shared_ptr<Board> board, std::shared_ptr<Entry> entry, DocumentId document)
      : board_(std::move(board)), entry_(std::move(entry)), document_(document) {
    ++entry_->watchers;
  }
  ~Feed() override {
    if (--entry_->watchers == 0 && !entry_->forgotten) board_->entries.erase(document_);
  }

  Async<Result<ProgressEvent>> next() override {
    while (true) {
      if (entry_->forgotten) co_return fail(document_not_found, "the document was deleted");
      if (entry_->last && entry_->last->number > told_) {
        told_ = entry_->last->number;
        co_return *entry_->last;
      }
      co_await wait_for_change();
    }
  }

 private:
  struct Waiting {
    Waiting(Board& of, std::shared_ptr<Entry> what) : board(of), entry(std::move(what)) { board.start_waiting(*entry); }
    ~Waiting() { board.stop_waiting(*entry); }
    Board& board;
    std::shared_ptr<Entry> entry;
  };

  Async<void> wait_for_change() {
    Waiting waiting(*board_, entry_);
    co_await entry_->changed.wait();
  }

  std::shared_ptr<Board> board_;
  std::shared_ptr<Entry> entry_;
  DocumentId document_;
  std::uint64_t told_ = 0;
};

SqlProgressBoard::SqlProgressBoard(boost::asio::io_context& loop, DocumentCatalogue& catalogue, Clock& clock,
                                   std::chrono::milliseconds interval)
    : board_(std::make_shared<Board>(loop, catalogue, clock, interval)) {}

SqlProgressBoard::~SqlProgressBoard() = default;

Async<void> SqlProgressBoard::post(Standing standing) {
  auto place = board_->entries.find(standing.document);
  if (place != board_->entries.end()) board_->publish(*place->second, std::move(standing));
  co_return;
}

Async<std::optional<Standing>> SqlProgressBoard::latest(DocumentId) { co_return std::nullopt; }

Async<Result<std::unique_ptr<EventFeed>>> SqlProgressBoard::watch(DocumentId document, std::uint64_t after) {
  auto& place = board_->entries[document];
  if (!place) place = std::make_shared<Entry>(board_->loop);
  auto entry = place;
  auto feed = std::make_unique<Feed>(board_, entry, document);
  // Read before it is given out: whatever happens from now on differs from this and will be told.
  co_await board_->look(document, entry);
  // Another process may have numbered the client's last event by a clock that is ahead. What nobody can have seen yet is ignored.
  auto far_ahead = std::uint64_t(board_->clock.now().time_since_epoch() / std::chrono::milliseconds(1)) + 3'600'000;
  bool is_behind = entry->last && entry->last->number <= after && after < far_ahead;
  if (is_behind) {
    board_->last_number = std::max(board_->last_number, after);
    entry->last->number = board_->next_number();
  }
  co_return std::unique_ptr<EventFeed>(std::move(feed));
}

Async<void> SqlProgressBoard::forget(DocumentId document) {
  board_->end(document);
  co_return;
}

std::size_t SqlProgressBoard::watched() const { return board_->entries.size(); }

}  // namespace docquarry
