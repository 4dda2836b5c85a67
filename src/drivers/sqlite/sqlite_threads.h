// The threads that touch SQLite: one writes, a few read. Callers wait as suspended coroutines.
//
// Group commit: the writer takes whatever has been queued while it was busy and runs all of it in one BEGIN IMMEDIATE ... COMMIT, each
// transaction in a savepoint of its own. One fsync then pays for all of them, and nobody is answered before it is done. While transactions
// come thick and fast, it also waits for company: a moment per transaction, and far fewer commits. Who is alone never waits.
#pragma once

#include "drivers/sqlite/sqlite_connection.h"
#include "drivers/sqlite/suspended.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace docquarry {

struct SqliteStats {
  std::uint64_t transactions = 0;     // that callers asked for
  std::uint64_t commits = 0;          // groups that were committed
  std::uint64_t durable_commits = 0;  // of these, with an fsync
  std::uint64_t statements = 0;       // run by the writer
  std::uint64_t reads = 0;
};

// Shared by the waiting coroutine, which may be destroyed early, and the thread.
struct SqliteJob {
  Transaction work{Durability::process};
  Result<std::vector<Rows>> answer;
  std::unique_ptr<Suspended> caller;
};
using SqliteJobs = std::vector<std::shared_ptr<SqliteJob>>;

// A queue between the loop and threads. push() never blocks for long; take() waits, and is empty only after close() and when
// everything was taken.
class SqliteJobQueue {
 public:
  void push(std::shared_ptr<SqliteJob> job);
  // At most `limit` jobs. When fewer than `company` are there, it waits for more, but not longer than `patience` from the first on.
  SqliteJobs take(std::size_t limit, std::size_t company = 1, std::chrono::microseconds patience = {});
  void close();

 private:
  std::mutex mutex_;
  std::size_t awaited_ = 1;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<SqliteJob>> jobs_;
  bool closed_ = false;
};

class SqliteWriter {
 public:
  explicit SqliteWriter(SqliteConnection connection);
  ~SqliteWriter();  // finishes what was queued

  void push(std::shared_ptr<SqliteJob> job) { queue_.push(std::move(job)); }
  // Once the disk has refused a write or an fsync, nothing may be promised any more until the process was started anew.
  bool is_broken() const { return broken_; }
  SqliteStats stats() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run();
  void note_pace(std::size_t transactions);
  void run_group(SqliteJobs& group);
  Result<void> commit_group(SqliteJobs& group);
  Result<std::vector<Rows>> run_one(const Transaction& transaction);
  Result<void> set_durability(Durability durability);

  SqliteConnection connection_;
  Durability durability_ = Durability::power;
  SqliteJobQueue queue_;
  double pace_;  // milliseconds between transactions, of late
  SteadyTime last_group_ = std::chrono::steady_clock::now();
  std::atomic<bool> broken_ = false;
  std::atomic<std::uint64_t> transactions_ = 0, commits_ = 0, durable_commits_ = 0, statements_ = 0;
  std::thread thread_;
};

class SqliteReaders {
 public:
  explicit SqliteReaders(std::vector<SqliteConnection> connections);
  ~SqliteReaders();

  void push(std::shared_ptr<SqliteJob> job) { queue_.push(std::move(job)); }
  std::uint64_t reads() const { return reads_; }

 private:
  void run(SqliteConnection& connection);

  std::vector<SqliteConnection> connections_;
  SqliteJobQueue queue_;
  std::atomic<std::uint64_t> reads_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace docquarry
