#include "drivers/sqlite/sqlite_threads.h"

#include "base/fault.h"
#include "base/log.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <exception>

namespace docquarry {
namespace {

constexpr std::size_t largest_group = 256;

// While transactions come every 2.5 ms or faster, a commit waits up to 1 ms for two more of them: as many documents per second, a tenth less
// CPU, 0.8 commits for each instead of 1.4 (one-page documents; with more patience uploads and workers stand still too long). An idle service
// has a pace of 100 ms, and it takes some thirty transactions in a row to be busy.
constexpr std::size_t company = 3;
constexpr std::chrono::milliseconds patience{1};
constexpr double slowest_pace = 100, busy_pace = 2.5, weight = 1.0 / 8;

// A mistake in a statement is a defect, but it must not end the thread on which everybody waits.
template <class Work>
std::invoke_result_t<Work> guarded(Work work) {
  try {
    return work();
  } catch (const std::exception& defect) {
    return fail(internal_error, std::string("defect in a statement: ") + defect.what());
  }
}

void answer(SqliteJob& job, Result<std::vector<Rows>> with) {
  job.answer = std::move(with);
  auto caller = std::move(job.caller);
  caller->resume();
}

}  // namespace

void SqliteJobQueue::push(std::shared_ptr<SqliteJob> job) {
  bool is_awaited = false;
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    is_awaited = jobs_.size() >= awaited_;
  }
  if (is_awaited) changed_.notify_one();
}

SqliteJobs SqliteJobQueue::take(std::size_t limit, std::size_t company, std::chrono::microseconds patience) {
  std::unique_lock lock(mutex_);
  awaited_ = 1;
  changed_.wait(lock, [&] { return !jobs_.empty() || closed_; });
  awaited_ = company;
  if (company > 1) changed_.wait_for(lock, patience, [&] { return jobs_.size() >= company || closed_; });
  SqliteJobs taken;
  while (!jobs_.empty() && taken.size() < limit) {
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  return taken;
}

void SqliteJobQueue::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

SqliteWriter::SqliteWriter(SqliteConnection connection)
    : connection_(std::move(connection)), pace_(slowest_pace), thread_([this] { run(); }) {}

SqliteWriter::~SqliteWriter() {
  queue_.close();
  thread_.join();
}

SqliteStats SqliteWriter::stats() const { return {transactions_, commits_, durable_commits_, statements_, 0}; }

void SqliteWriter::run() {
  while (true) {
    auto group = pace_ < busy_pace ? queue_.take(largest_group, company, patience) : queue_.take(largest_group);
    if (group.empty()) return;
    note_pace(group.size());
    run_group(group);
  }
}

void SqliteWriter::note_pace(std::size_t transactions) {
  auto now = std::chrono::steady_clock::now();
  double passed = std::chrono::duration<double, std::milli>(now - last_group_).count();
  double latest = std::min(passed / double(transactions), slowest_pace);
  for (std::size_t i = 0; i < transactions; ++i) pace_ += weight * (latest - pace_);
  last_group_ = now;
}

void SqliteWriter::run_group(SqliteJobs& group) {
  transactions_ += group.size();
  bool was_broken = broken_;
  Result<void> committed;
  if (was_broken) committed = fail(database_unavailable, "the disk failed earlier: check it, then restart the service");
  else committed = commit_group(group);
  if (!committed && connection_.in_transaction()) std::ignore = connection_.execute("ROLLBACK");
  if (!committed && !was_broken) log::error("transactions were not committed", committed.error(), {{"transactions", group.size()}});
  for (auto& job : group) {
    if (!job->caller) continue;  // answered too early, by storm.answer_first
    if (!committed) job->answer = fail(committed.error());
    answer(*job, std::move(job->answer));
  }
}

// Leaves each job its answer; an error belongs to all of them.
Result<void> SqliteWriter::commit_group(SqliteJobs& group) {
  bool durable = std::any_of(group.begin(), group.end(), [](auto& job) { return job->work.durability == Durability::power; });
  CHECK(set_durability(durable ? Durability::power : Durability::process));
  CHECK(connection_.execute("BEGIN IMMEDIATE"));
  for (auto& job : group) {
    job->answer = guarded([&] { return run_one(job->work); });
    // A full disk or a failed write may have ended the transaction around all of them.
    if (!job->answer && !connection_.in_transaction()) return fail(job->answer.error());
  }
  if (fault_switch("storm.answer_first")) {
    for (auto& job : group) answer(*job, std::move(job->answer));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  auto committed = connection_.execute("COMMIT");
  if (!committed) {
    // After a failed fsync nobody knows what reached the disk, and asking again would be answered with success.
    if (committed.error().is(database_unavailable)) broken_ = true;
    return committed;
  }
  ++commits_;
  if (durable) ++durable_commits_;
  return {};
}

Result<std::vector<Rows>> SqliteWriter::run_one(const Transaction& transaction) {
  bool several = transaction.statements.size() > 1;  // one alone undoes itself when it fails
  if (several) CHECK(connection_.execute("SAVEPOINT one"));
  std::vector<Rows> answers;
  for (const auto& statement : transaction.statements) {
    ++statements_;
    auto rows = connection_.run(statement);
    if (!rows) {
      if (several && connection_.in_transaction()) CHECK(connection_.execute("ROLLBACK TO one; RELEASE one"));
      return fail(std::move(rows).error());
    }
    answers.push_back(std::move(*rows));
  }
  if (several) CHECK(connection_.execute("RELEASE one"));
  return answers;
}

Result<void> SqliteWriter::set_durability(Durability durability) {
  if (durability == durability_) return {};
  CHECK(connection_.execute(durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  durability_ = durability;
  return {};
}

SqliteReaders::SqliteReaders(std::vector<SqliteConnection> connections) : connections_(std::move(connections)) {
  for (auto& connection : connections_) threads_.emplace_back([this, &connection] { run(connection); });
}

SqliteReaders::~SqliteReaders() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
}

void SqliteReaders::run(SqliteConnection& connection) {
  while (true) {
    auto jobs = queue_.take(1);
    if (jobs.empty()) return;
    ++reads_;
    auto& statements = jobs.front()->work.statements;
    auto read_all = [&]() -> Result<std::vector<Rows>> {
      bool several = statements.size() > 1;
      if (several) CHECK(connection.execute("BEGIN"));
      Result<std::vector<Rows>> answers;
      for (const auto& statement : statements) {
        auto rows = connection.run(statement);
        if (rows) answers->push_back(std::move(*rows));
        else answers = fail(std::move(rows).error());
        if (!answers) break;
      }
      if (several) std::ignore = connection.execute("ROLLBACK");
      return answers;
    };
    answer(*jobs.front(), guarded(read_all));
  }
}

}  // namespace docquarry
