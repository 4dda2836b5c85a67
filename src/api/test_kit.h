// The faces over stand-ins for the ports, called through the router as the HTTP server calls them. For the tests of this folder only.
#pragma once

#include "api/routes.h"
#include "base/sha256.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace docquarry::api::testing {

using namespace std::chrono_literals;

class StillClock : public Clock {
 public:
  Timestamp time = Timestamp(1767323045s);  // 2026-01-02T03:04:05
  Timestamp now() const override { return time; }
};

class CountingIds : public IdSource {
 public:
  std::string next() override {
    auto digits = std::to_string(++last_);
    return std::string(32 - digits.size(), '0') + digits;
  }

 private:
  int last_ = 0;
};

// Documents, pages and users in maps.
struct Store {
  std::map<std::int64_t, DocumentView> documents;
  std::map<std::int64_t, std::vector<Page>> pages;  // by task
  std::map<std::int64_t, DocumentFacts> facts;
  std::map<std::string, std::pair<std::string, std::vector<TaskTicket>>> keys;
  std::map<std::int64_t, User> users;
  std::map<std::string, std::string> objects;
  std::map<std::string, std::string> cached;
  std::int64_t waiting = 0;
  RateVerdict verdict{true, 10, 9, 60s, 0s};
  std::string rate_key;  // as last asked for
  int sql_reads = 0;
  bool down = false;
  bool queue_is_away = false;
  bool lends = false;  // the object store gives download links

  DocumentView& add(TaskState state, std::string filename = "a.pdf");
};

class StoreCatalogue : public DocumentCatalogue {
 public:
  explicit StoreCatalogue(Store& store) : store_(store) {}
  Async<Result<std::vector<TaskTicket>>> add(std::vector<NewDocument> documents, bool create_owner,
                                             std::optional<IdempotencyKey> key) override;
  Async<Result<std::vector<TaskTicket>>> find_by_key(IdempotencyKey key) override;
  Async<Result<DocumentView>> find(DocumentId id) override;
  Async<Result<DocumentView>> find(Uid uid) override;
  Async<Result<DocumentPage>> list(DocumentFilter filter, ListOrder order, std::string after, int limit) override;
  Async<Result<std::vector<DocumentView>>> list_from(DocumentFilter filter, std::int64_t skip, int limit) override;
  Async<Result<std::int64_t>> count(DocumentFilter) override { co_return std::int64_t(store_.documents.size()); }
  Async<Result<StateCounts>> count_by_state() override { co_return StateCounts(); }
  Async<Result<std::vector<Page>>> pages(TaskId task, PageRange range, PageParts parts, int limit) override;
  Async<Result<DocumentFacts>> facts(TaskId task) override { co_return store_.facts[task.value()]; }
  Async<Result<ObjectKey>> remove(DocumentId id) override;
  Async<Result<std::vector<ObjectKey>>> known_objects(std::vector<ObjectKey> keys) override { co_return keys; }
  Async<Result<void>> forget_keys(Timestamp) override { co_return Result<void>{}; }
  Async<Result<void>> check() override;

 private:
  Store& store_;
};

class StoreLedger : public TaskLedger {
 public:
  explicit StoreLedger(Store& store) : store_(store) {}
  Async<Result<Claim>> claim(WorkerId, Timestamp, Timestamp, int, AttemptLimits) override { co_return Claim(); }
  Async<Result<void>> note(Lease, ExtractionNote) override { co_return Result<void>{}; }
  Async<Result<LeaseStanding>> extend(Lease, Timestamp) override { co_return LeaseStanding::held; }
  Async<Result<void>> save_pages(Lease, std::vector<Page>, int, int) override { co_return Result<void>{}; }
  Async<Result<std::vector<int>>> saved_pages(TaskId) override { co_return std::vector<int>(); }
  Async<Result<void>> complete(Lease, std::vector<Page>, ExtractionSummary, Timestamp) override { co_return Result<void>{}; }
  Async<Result<void>> record_failure(Lease, Failure, bool, std::optional<Timestamp>, Timestamp) override {
    co_return Result<void>{};
  }
  Async<Result<void>> hand_back(Lease) override { co_return Result<void>{}; }
  Async<Result<void>> confirm_cancel(Lease, Timestamp) override { co_return Result<void>{}; }
  Async<Result<TaskState>> request_cancel(DocumentId document, Timestamp now) override;
  Async<Result<TaskTicket>> start_again(DocumentId document, ExtractionOptions options, Timestamp now) override;
  Async<Result<std::vector<TaskTicket>>> take_unannounced(Timestamp, Timestamp, int) override {
    co_return std::vector<TaskTicket>();
  }
  Async<Result<std::optional<Timestamp>>> next_due() override { co_return std::optional<Timestamp>(); }
  Async<Result<int>> expire_all_leases(Timestamp) override { co_return 0; }
  Async<Result<std::int64_t>> waiting() override;

 private:
  Store& store_;
};

class StoreFiles : public ObjectStore {
 public:
  explicit StoreFiles(Store& store) : store_(store) {}
  Async<Result<StoredObject>> put(ObjectKey key, ByteSource& content) override;
  Async<Result<std::unique_ptr<ByteSource>>> open(ObjectKey key, ByteRange range) override;
  Async<Result<ReadOnlyFile>> open_file(ObjectKey, std::string) override { co_return ReadOnlyFile(); }
  Async<Result<void>> remove(ObjectKey key) override;
  Async<Result<std::vector<ObjectKey>>> list(ObjectKey, Timestamp, int) override { co_return std::vector<ObjectKey>(); }
  Async<Result<int>> remove_unfinished(Timestamp) override { co_return 0; }
  Async<Result<void>> check() override { co_return Result<void>{}; }
  Async<Result<std::optional<std::string>>> download_url(ObjectKey key, std::string content_disposition,
                                                         std::chrono::seconds lifetime) override;

 private:
  Store& store_;
};

class SilentQueue : public TaskQueue {
 public:
  explicit SilentQueue(Store& store) : store_(store) {}
  Async<Result<void>> announce(TaskTicket) override { co_return Result<void>{}; }
  Async<Result<void>> wait() override { co_return Result<void>{}; }
  Async<Result<void>> check() override;

 private:
  Store& store_;
};

// Plays the events of `events` to whoever watches.
class PlayedBoard : public ProgressBoard {
 public:
  std::vector<ProgressEvent> events;
  std::map<std::int64_t, Standing> standings;
  Async<void> post(Standing standing) override;
  Async<std::optional<Standing>> latest(DocumentId document) override;
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) override;
  Async<void> forget(DocumentId document) override;
};

class StoreUsers : public UserDirectory {
 public:
  explicit StoreUsers(Store& store) : store_(store) {}
  Async<Result<User>> add(std::string email, std::string api_key, Timestamp now) override;
  Async<Result<User>> find(UserId id) override;

 private:
  Store& store_;
};

class StoreLimiter : public RateLimiter {
 public:
  explicit StoreLimiter(Store& store) : store_(store) {}
  Async<RateVerdict> admit(std::string key, RateRule) override {
    store_.rate_key = key;
    co_return store_.verdict;
  }

 private:
  Store& store_;
};

class StoreCache : public ResultCache {
 public:
  explicit StoreCache(Store& store) : store_(store) {}
  Async<std::optional<std::string>> get(std::string key) override;
  Async<void> put(std::string key, std::string value, std::chrono::seconds) override;
  Async<void> remove(std::string key) override;

 private:
  Store& store_;
};

struct Answer {
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string header(std::string_view name) const;
};

struct Sent {
  std::string method = "GET", target;  // "/tasks?page=1": not percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class Faces {
 public:
  Faces();
  Answer ask(Sent sent);
  Answer get(std::string target) { return ask({"GET", std::move(target), {}, {}}); }
  // A form with one part per file: {field, filename, content}; an empty filename: a plain field.
  Answer post_form(std::string target, std::vector<std::array<std::string, 3>> parts, bool closed = true);
  const std::vector<http::Route>& table() const { return router_.routes(); }

  Store store;
  PlayedBoard board;
  StillClock clock;
  Metrics metrics;
  bool draining = false;

 private:
  StoreCatalogue catalogue_{store};
  StoreLedger ledger_{store};
  StoreFiles files_{store};
  SilentQueue queue_{store};
  StoreUsers users_{store};
  StoreLimiter limiter_{store};
  StoreCache cache_{store};
  CountingIds ids_;
  UploadLimits limits_{1 << 20, 3, 8 << 20};
  SubmitDocument submit_{files_, catalogue_, queue_, board, clock, ids_, metrics, limits_};
  ReadResult results_{catalogue_, board};
  boost::asio::io_context waiting_;
  Signal stopping_{waiting_};
  WatchProgress progress_{catalogue_, board, stopping_};
  CancelTask cancel_{ledger_, catalogue_, board, clock};
  ReprocessDocument reprocess_{ledger_, catalogue_, queue_, board, clock};
  RemoveDocument remove_{catalogue_, files_, board, cache_};

 public:
  Services services;

 private:
  http::Router router_;
};

}  // namespace docquarry::api::testing
