// What the SQLite store costs: accepting, claiming, completing, reading; with few and with many documents stored.
//
//   docquarry-store-bench [DIRECTORY] [DOCUMENTS]      the directory decides which disk is measured; 100000 documents by default

#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/sqlite/sqlite_database.h"
#include "drivers/system/system_clock.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().describe());
  return std::move(*result);
}
void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().describe());
}

class Bench {
 public:
  explicit Bench(const std::filesystem::path& directory) {
    std::filesystem::remove_all(directory);
    SqliteOptions options;
    options.path = directory / "docquarry.db";
    database_ = must(SqliteDatabase::open(options, clock_.now()));
    catalogue_ = std::make_unique<SqlCatalogue>(*database_, ids_);
    ledger_ = std::make_unique<SqlLedger>(*database_, ids_);
  }

  void add(int documents, int clients, const char* what) {
    measure(what, documents, clients, [this](int) -> Async<void> { co_await add_one(); });
  }
  void small_documents(int documents, int clients, const char* what) {
    auto before = database_->stats();
    measure(what, documents, clients, [this](int) -> Async<void> { co_await small_document(); });
    auto after = database_->stats();
    double n = documents;
    std::printf("  per document: %.2f transactions, %.2f commits (%.2f with fsync), %.1f statements\n",
                double(after.transactions - before.transactions) / n, double(after.commits - before.commits) / n,
                double(after.durable_commits - before.durable_commits) / n, double(after.statements - before.statements) / n);
  }
  void claim(int claims, const char* what) {
    measure(what, claims, 1, [this](int) -> Async<void> {
      auto now = clock_.now();
      auto claim = must(co_await ledger_->claim(WorkerId("bench"), now, now + 1h, 1, AttemptLimits()));
      must(co_await ledger_->hand_back(claim.tasks.at(0).lease));
    });
  }
  void reads(int reads, int clients, std::int64_t stored) {
    measure("point reads", reads, clients, [this, stored](int i) -> Async<void> {
      DocumentId id(1 + std::int64_t(i) * 7919 % stored);
      must(co_await catalogue_->find(id));
    });
  }
  void lists(int lists, const char* what, DocumentFilter filter) {
    measure(what, lists, 1, [this, filter](int) -> Async<void> {
      must(co_await catalogue_->list(filter, ListOrder::newest_first, std::string(), 50));
    });
  }
  void counts(int counts) {
    measure("waiting()", counts, 1, [this](int) -> Async<void> { must(co_await ledger_->waiting()); });
    measure("count_by_state()", counts, 1, [this](int) -> Async<void> { must(co_await catalogue_->count_by_state()); });
  }

 private:
  template <class Work>
  void measure(const char* what, int times, int clients, Work work) {
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    int next = 0;
    auto client = [&]() -> Async<void> {
      while (next < times) {
        int i = next++;
        co_await work(i);
      }
    };
    for (int i = 0; i < clients; ++i)
      boost::asio::co_spawn(loop_, client(), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
    loop_.restart();
    loop_.run();
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    std::printf("%-44s %3d clients %10.0f/s %9.1f us each, %7.1f us CPU\n", what, clients, times / wall, wall / times * 1e6,
                cpu / times * 1e6);
    std::fflush(stdout);
  }

  Async<void> add_one() {
    NewDocument document;
    document.uid = Uid(ids_.next());
    document.owner = UserId(1 + ++added_ % 10);
    document.filename = "report " + std::to_string(added_) + ".pdf";
    document.content = ObjectKey("uploads/" + document.uid.value() + ".pdf");
    document.sha256 = std::string(64, 'a');
    document.created_at = clock_.now();
    std::vector<NewDocument> one{std::move(document)};
    must(co_await catalogue_->add(std::move(one), true, std::nullopt));
  }
  Async<void> small_document() {
    co_await add_one();
    auto now = clock_.now();
    auto claim = must(co_await ledger_->claim(WorkerId("bench"), now, now + 1h, 1, AttemptLimits()));
    for (auto& task : claim.tasks) {
      Page page;
      page.number = 1;
      page.text = std::string(2000, 't');
      page.markdown = std::string(2200, 'm');
      page.lines = std::string(20'000, 'l');
      std::vector<Page> pages{std::move(page)};
      ExtractionSummary summary;
      summary.facts.page_count = 1;
      must(co_await ledger_->complete(task.lease, std::move(pages), std::move(summary), clock_.now()));
    }
  }

  boost::asio::io_context loop_;
  SystemClock clock_;
  SystemIdSource ids_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqlCatalogue> catalogue_;
  std::unique_ptr<SqlLedger> ledger_;
  int added_ = 0;
};

void run(const std::filesystem::path& directory, int documents) {
  Bench bench(directory);
  bench.add(200, 1, "accept, one by one");
  bench.small_documents(500, 1, "small document: add, claim, complete");
  bench.small_documents(4000, 32, "small document: add, claim, complete");
  bench.add(800, 32, "accept");
  auto all = [&](const char* size, int stored) {
    std::printf("-- %s\n", size);
    bench.claim(2000, "claim and hand back");
    bench.reads(30'000, 1, stored);
    bench.reads(60'000, 64, stored);
    bench.lists(2000, "list 50, newest first", {});
    bench.lists(2000, "list 50 of one owner, waiting", DocumentFilter{.owner = UserId(3), .state = TaskState::pending});
    bench.counts(200);
  };
  all("1,000 waiting, 5,500 stored", 5500);
  bench.add(documents, 64, "accept");
  all("many waiting", documents);
}

}  // namespace
}  // namespace docquarry

int main(int count, char** arguments) {
  std::filesystem::path directory = count > 1 ? arguments[1] : "store-bench.tmp";
  docquarry::run(directory / "store-bench", count > 2 ? std::atoi(arguments[2]) : 100'000);
  std::filesystem::remove_all(directory / "store-bench");
}
