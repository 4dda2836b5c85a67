// Stand-ins for the ports, for the tests of the actions only. What real stores do is tested by tests/contracts.
#pragma once

#include "base/sha256.h"
#include "base/signal.h"
#include "ports/clock.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"
#include "ports/object_store.h"
#include "ports/task_ledger.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace docquarry {

using namespace std::chrono_literals;

class FixedClock : public Clock {
 public:
  Timestamp now() const override { return Timestamp(1'000'000s); }
};

// A ledger that remembers what it was told; `standing` is what the next heartbeats answer.
class RecordingLedger : public TaskLedger {
 public:
  std::map<int, Page> saved;
  std::optional<ExtractionSummary> completed;
  std::vector<Page> last_pages;
  std::vector<ExtractionNote> notes;
  std::optional<Failure> failed;
  std::optional<Timestamp> retry_at;
  bool blamed_child = false, handed_back = false, cancelled = false;
  Result<LeaseStanding> standing = LeaseStanding::held;
  Claim next_claim;
  Signal* on_heartbeat = nullptr;

  Async<Result<Claim>> claim(WorkerId, Timestamp, Timestamp, int, AttemptLimits) override { co_return next_claim; }
  Async<Result<void>> note(Lease, ExtractionNote note) override {
    notes.push_back(std::move(note));
    co_return Result<void>{};
  }
  Async<Result<LeaseStanding>> extend(Lease, Timestamp) override {
    if (on_heartbeat != nullptr) on_heartbeat->raise();
    co_return standing;
  }
  Async<Result<void>> save_pages(Lease, std::vector<Page> pages, int, int) override {
    for (auto& page : pages) saved[page.number] = page;
    co_return Result<void>{};
  }
  Async<Result<std::vector<int>>> saved_pages(TaskId) override { co_return std::vector<int>(); }
  Async<Result<void>> complete(Lease, std::vector<Page> pages, ExtractionSummary summary, Timestamp) override {
    completed = std::move(summary);
    last_pages = std::move(pages);
    co_return Result<void>{};
  }
  Async<Result<void>> record_failure(Lease, Failure failure, bool child, std::optional<Timestamp> again, Timestamp) override {
    failed = std::move(failure);
    blamed_child = child;
    retry_at = again;
    co_return Result<void>{};
  }
  Async<Result<void>> hand_back(Lease) override {
    handed_back = true;
    co_return Result<void>{};
  }
  Async<Result<void>> confirm_cancel(Lease, Timestamp) override {
    cancelled = true;
    co_return Result<void>{};
  }
  Async<Result<TaskState>> request_cancel(DocumentId, Timestamp) override { co_return TaskState::cancelled; }
  Async<Result<TaskTicket>> start_again(DocumentId, ExtractionOptions, Timestamp) override { co_return TaskTicket(); }
  Async<Result<std::vector<TaskTicket>>> take_unannounced(Timestamp, Timestamp, int) override {
    co_return std::vector<TaskTicket>();
  }
  Async<Result<std::optional<Timestamp>>> next_due() override { co_return std::optional<Timestamp>(); }
  Async<Result<int>> expire_all_leases(Timestamp) override { co_return 0; }
  Async<Result<std::int64_t>> waiting() override { co_return 0; }
};

// Keeps whole objects, and nothing of a failed put.
class MapFiles : public ObjectStore {
 public:
  bool missing = false;
  std::map<ObjectKey, std::string> objects;
  Async<Result<StoredObject>> put(ObjectKey key, ByteSource& content) override {
    std::string bytes;
    std::byte block[100];
    while (true) {
      CO_TRY(auto got, co_await content.read(block));
      if (got == 0) break;
      bytes.append(reinterpret_cast<const char*>(block), got);
    }
    StoredObject stored{bytes.size(), sha256_hex(bytes)};
    objects[key] = std::move(bytes);
    co_return stored;
  }
  Async<Result<std::unique_ptr<ByteSource>>> open(ObjectKey, ByteRange) override { co_return std::unique_ptr<ByteSource>(); }
  Async<Result<ReadOnlyFile>> open_file(ObjectKey, std::string) override {
    if (missing) co_return fail(storage_unavailable, "disk is away");
    co_return ReadOnlyFile();
  }
  Async<Result<void>> remove(ObjectKey key) override {
    objects.erase(key);
    co_return Result<void>{};
  }
  Async<Result<std::vector<ObjectKey>>> list(ObjectKey, Timestamp, int) override { co_return std::vector<ObjectKey>(); }
  Async<Result<int>> remove_unfinished(Timestamp) override { co_return 0; }
  Async<Result<void>> check() override { co_return Result<void>{}; }
};

// Holds pages and remembers what was added.
class SmallCatalogue : public DocumentCatalogue {
 public:
  std::vector<Page> earlier;
  DocumentFacts known_facts;
  int reads = 0;  // of documents, facts and pages
  std::vector<NewDocument> added;
  std::map<std::string, std::pair<std::string, std::vector<TaskTicket>>> keys;  // key -> fingerprint, tickets
  DocumentView view;
  const ErrorCode* refusal = nullptr;
  std::optional<DocumentId> of_a_quicker_process;  // recorded with the key of the next add(), just before it

  Async<Result<std::vector<TaskTicket>>> add(std::vector<NewDocument> documents, bool, std::optional<IdempotencyKey> key) override {
    if (refusal != nullptr) co_return fail(*refusal, "not recorded");
    std::vector<TaskTicket> tickets;
    if (key && of_a_quicker_process) {
      tickets.emplace_back().document = *of_a_quicker_process;
      keys[key->key] = {key->fingerprint, tickets};
      co_return fail(key_reused, "not recorded");
    }
    for (auto& document : documents) {
      TaskTicket ticket;
      ticket.document = DocumentId(std::int64_t(added.size()) + 1);
      ticket.uid = document.uid;
      added.push_back(std::move(document));
      tickets.push_back(std::move(ticket));
    }
    if (key) keys[key->key] = {key->fingerprint, tickets};
    co_return tickets;
  }
  Async<Result<std::vector<TaskTicket>>> find_by_key(IdempotencyKey key) override {
    auto known = keys.find(key.key);
    if (known == keys.end()) co_return std::vector<TaskTicket>();
    if (known->second.first != key.fingerprint) co_return fail(key_reused, "other request");
    co_return known->second.second;
  }
  Async<Result<DocumentView>> find(DocumentId) override {
    ++reads;
    co_return view;
  }
  Async<Result<DocumentView>> find(Uid) override { co_return DocumentView(); }
  Async<Result<DocumentPage>> list(DocumentFilter, ListOrder, std::string, int) override { co_return DocumentPage(); }
  Async<Result<std::vector<DocumentView>>> list_from(DocumentFilter, std::int64_t, int) override {
    co_return std::vector<DocumentView>();
  }
  Async<Result<std::int64_t>> count(DocumentFilter) override { co_return 0; }
  Async<Result<StateCounts>> count_by_state() override { co_return StateCounts(); }
  Async<Result<std::vector<Page>>> pages(TaskId, PageRange range, PageParts, int) override {
    ++reads;
    std::vector<Page> found;
    for (const auto& page : earlier)
      if (page.number >= range.first && (range.last == 0 || page.number <= range.last)) found.push_back(page);
    co_return found;
  }
  Async<Result<DocumentFacts>> facts(TaskId) override {
    ++reads;
    co_return known_facts;
  }
  Async<Result<ObjectKey>> remove(DocumentId) override { co_return ObjectKey(); }
  Async<Result<std::vector<ObjectKey>>> known_objects(std::vector<ObjectKey> keys) override { co_return keys; }
  Async<Result<void>> forget_keys(Timestamp) override { co_return Result<void>{}; }
  Async<Result<void>> check() override { co_return Result<void>{}; }
};

class MapCache : public ResultCache {
 public:
  std::map<std::string, std::pair<std::string, std::chrono::seconds>> values;
  Async<std::optional<std::string>> get(std::string) override { co_return std::nullopt; }
  Async<void> put(std::string key, std::string value, std::chrono::seconds time_to_live) override {
    values.insert_or_assign(std::move(key), std::pair(std::move(value), time_to_live));
    co_return;
  }
  Async<void> remove(std::string) override { co_return; }
};

// Remembers what was posted; a feed plays `events`.
class RecordingBoard : public ProgressBoard {
 public:
  struct Playback : EventFeed {
    explicit Playback(RecordingBoard& owner) : board(owner) {}
    Async<Result<ProgressEvent>> next() override {
      if (position == board.events.size()) co_return fail(internal_error, "nothing left to play");
      ProgressEvent event = board.events[position++];
      if (board.before_event) board.before_event(event);
      co_return event;
    }
    RecordingBoard& board;
    std::size_t position = 0;
  };
  std::vector<ProgressEvent> events;
  std::function<void(const ProgressEvent&)> before_event;
  std::vector<Standing> posted;
  Async<void> post(Standing standing) override {
    posted.push_back(std::move(standing));
    co_return;
  }
  Async<std::optional<Standing>> latest(DocumentId) override { co_return std::nullopt; }
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId, std::uint64_t) override {
    co_return std::make_unique<Playback>(*this);
  }
  Async<void> forget(DocumentId) override { co_return; }
};

}  // namespace docquarry
