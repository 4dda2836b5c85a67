// What the PostgreSQL store costs: accepting, claiming and completing small documents, and claims of many workers.
//
//   docquarry-postgres-bench URL [DOCUMENTS]      URL of an empty database; 4000 documents by default

#include "drivers/postgres/postgres_database.h"
#include "drivers/sql/sql_catalogue.h"
#include "drivers/sql/sql_ledger.h"
#include "drivers/system/system_clock.h"

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
  explicit Bench(const std::string& url) {
    PostgresOptions options;
    options.url = url;
    options.connections = 16;
    database_ = must(PostgresDatabase::open(loop_, options, clock_.now()));
    catalogue_ = std::make_unique<SqlCatalogue>(*database_, ids_);
    ledger_ = std::make_unique<SqlLedger>(*database_, ids_);
  }

  void accept(int documents, int clients) {
    measure("accept", documents, clients, [this]() -> Async<void> { co_await add(); });
  }
  void claim_and_complete(int documents, int clients) {
    measure("claim and complete", documents, clients, [this]() -> Async<void> { co_await process(); });
  }
  void small_documents(int documents, int clients) {
    measure("small document: accept, claim, complete", documents, clients, [this]() -> Async<void> {
      co_await add();
      co_await process();
    });
  }
  void claim_only(int claims, int workers) {
    measure("claim and hand back", claims, workers, [this]() -> Async<void> {
      auto now = clock_.now();
      auto tasks = must(co_await ledger_->claim(WorkerId("bench"), now, now + 1h, 1, AttemptLimits()));
      for (auto& task : tasks) must(co_await ledger_->hand_back(task.lease));
    });
  }
  void reads(int reads, int clients) {
    measure("point reads", reads, clients, [this]() -> Async<void> {
      DocumentId id(1 + std::int64_t(++read_) * 7919 % added_);
      must(co_await catalogue_->find(id));
    });
    measure("waiting()", reads / 10, clients, [this]() -> Async<void> { must(co_await ledger_->waiting()); });
  }

 private:
  template <class Work>
  void measure(const char* what, int times, int clients, Work work) {
    auto before = database_->stats();
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    int next = 0;
    auto client = [&]() -> Async<void> {
      while (next++ < times) co_await work();
    };
    for (int i = 0; i < clients; ++i)
      boost::asio::co_spawn(loop_, client(), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
    loop_.restart();
    loop_.run();
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    const auto& after = database_->stats();
    auto each = [&](std::uint64_t now, std::uint64_t then) { return double(now - then) / times; };
    std::printf("%-40s %3d clients %8.0f/s %7.1f us CPU | each: %.2f trips %.2f commits (%.2f durable) %.1f statements\n", what,
                clients, times / wall, cpu / times * 1e6, each(after.trips, before.trips), each(after.commits, before.commits),
                each(after.durable_commits, before.durable_commits), each(after.statements, before.statements));
    std::fflush(stdout);
  }

  Async<void> add() {
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
  Async<void> process() {
    auto now = clock_.now();
    auto tasks = must(co_await ledger_->claim(WorkerId("bench"), now, now + 1h, 1, AttemptLimits()));
    for (auto& task : tasks) {
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
  std::unique_ptr<PostgresDatabase> database_;
  std::unique_ptr<SqlCatalogue> catalogue_;
  std::unique_ptr<SqlLedger> ledger_;
  std::int64_t added_ = 0, read_ = 0;
};

void run(const std::string& url, int documents) {
  Bench bench(url);
  bench.small_documents(documents / 10, 1);
  bench.small_documents(documents, 32);
  bench.accept(documents, 32);
  bench.claim_only(documents, 1);
  bench.claim_only(documents, 64);
  bench.reads(documents, 32);
  bench.claim_and_complete(documents, 64);
}

}  // namespace
}  // namespace docquarry

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: docquarry-postgres-bench URL [DOCUMENTS]\n", stderr);
    return 2;
  }
  docquarry::run(arguments[1], count > 2 ? std::atoi(arguments[2]) : 4000);
}
