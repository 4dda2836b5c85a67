#include "drivers/sqlite/sqlite_database.h"

#include "domain/error_codes.h"
#include "drivers/sql/migrate.h"
#include "drivers/sqlite/failing_vfs_test.h"
#include "drivers/sqlite/sqlite_stores_test.h"
#include "drivers/sqlite/sqlite_threads.h"
#include "tests/contracts/ledger_contract.h"

#include <boost/asio/detached.hpp>

#include <fstream>
#include <future>

#include <sys/wait.h>
#include <unistd.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using contracts::code_of;
using contracts::must;
using contracts::run_all;

// The helpers of the contract suites, on SQLite only.
class SqliteDatabaseTest : public contracts::StoresTest<SqliteStores> {
 protected:
  std::vector<Async<Result<std::vector<TaskTicket>>>> many_adds(int count) {
    std::vector<Async<Result<std::vector<TaskTicket>>>> works;
    for (int i = 0; i < count; ++i) {
      std::vector<NewDocument> one{new_document()};
      works.push_back(stores.catalogue().add(std::move(one), true, std::nullopt));
    }
    return works;
  }
};

TEST_F(SqliteDatabaseTest, lets_many_waiting_writers_share_one_commit) {
  auto before = stores.database().stats();

  auto results = run_all(stores.loop(), many_adds(100));

  for (auto& result : results) EXPECT_TRUE(result.has_value());
  auto after = stores.database().stats();
  EXPECT_EQ(after.transactions - before.transactions, 100u);
  EXPECT_LE(after.commits - before.commits, 10u);
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 100);
}

TEST(SqliteJobQueue, waits_for_company_as_long_as_it_was_told) {
  SqliteJobQueue queue;
  queue.push(std::make_shared<SqliteJob>());
  auto taken = std::async(std::launch::async, [&] { return queue.take(10, 3, 1h).size(); });
  queue.push(std::make_shared<SqliteJob>());
  EXPECT_EQ(taken.wait_for(20ms), std::future_status::timeout);
  queue.push(std::make_shared<SqliteJob>());
  EXPECT_EQ(taken.get(), 3u);

  queue.push(std::make_shared<SqliteJob>());
  EXPECT_EQ(queue.take(10, 3, 1ms).size(), 1u);
  queue.push(std::make_shared<SqliteJob>());
  EXPECT_EQ(queue.take(10).size(), 1u);
}

TEST(SqliteJobQueue, gives_what_is_left_at_once_when_it_is_closed) {
  SqliteJobQueue queue;
  queue.push(std::make_shared<SqliteJob>());
  auto taken = std::async(std::launch::async, [&] { return queue.take(10, 3, 1h).size(); });
  queue.close();
  EXPECT_EQ(taken.get(), 1u);
  EXPECT_EQ(queue.take(10, 3, 1h).size(), 0u);
}

TEST_F(SqliteDatabaseTest, syncs_what_was_promised_to_clients_and_nothing_else) {
  add();
  auto accepted = stores.database().stats();
  auto task = claim_one();
  must(run(stores.ledger().save_pages(task.lease, {page(1)}, 2, 2)));
  must(run(stores.ledger().extend(task.lease, stores.clock.now() + 30s)));
  auto working = stores.database().stats();
  complete(task, {page(2)});
  auto completed = stores.database().stats();

  EXPECT_EQ(working.durable_commits, accepted.durable_commits);
  EXPECT_EQ(working.commits, accepted.commits + 3);
  EXPECT_EQ(completed.durable_commits, working.durable_commits + 1);
}

TEST_F(SqliteDatabaseTest, rolls_one_transaction_of_a_group_back_without_the_others) {
  auto works = many_adds(3);
  std::vector<NewDocument> bad{new_document("first.pdf"), new_document("bad.pdf", UserId(99))};
  works.push_back(stores.catalogue().add(std::move(bad), true, std::nullopt));
  for (auto& work : many_adds(3)) works.push_back(std::move(work));

  auto results = run_all(stores.loop(), std::move(works));

  EXPECT_EQ(code_of(results[3]), "user_not_found");
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 6);
  EXPECT_EQ(stores.number("SELECT count(*) FROM tasks"), 6);
}

TEST_F(SqliteDatabaseTest, refuses_a_second_process) {
  SqliteOptions options;
  options.path = stores.file();

  EXPECT_EQ(code_of(SqliteDatabase::open(options, stores.clock.now())), "data_in_use");
}

TEST_F(SqliteDatabaseTest, lets_a_command_read_and_write_beside_the_service) {
  SqliteOptions options;
  options.path = stores.file();
  options.beside = true;
  auto command = contracts::must(SqliteDatabase::open(options, stores.clock.now()));
  SqlQueueControl control(*command);
  contracts::must(contracts::run(stores.loop(), control.turn_on(Switch::paused, stores.clock.now())));

  auto seen = contracts::must(contracts::run(stores.loop(), stores.control().overview(stores.clock.now(), 0)));

  EXPECT_TRUE(seen.paused_since);
}

TEST_F(SqliteDatabaseTest, keeps_a_command_away_from_a_service_of_another_version) {
  SqliteOptions options;
  options.path = stores.file();
  options.beside = true;
  SqlQueries queries("sqlite");
  auto later = contracts::must(SqliteConnection::open(stores.file(), SqliteConnection::Use::write, queries));
  contracts::must(later.execute("INSERT INTO schema_migrations VALUES (9999, 'later', '')"));

  EXPECT_EQ(code_of(SqliteDatabase::open(options, stores.clock.now())), "data_in_use");
}

TEST_F(SqliteDatabaseTest, lets_a_service_start_beside_a_command) {
  TemporaryDirectory directory;
  SqliteOptions options;
  options.path = directory.path() / "docquarry.db";
  options.beside = true;
  auto command = contracts::must(SqliteDatabase::open(options, stores.clock.now()));
  options.beside = false;

  auto service = SqliteDatabase::open(options, stores.clock.now());

  EXPECT_TRUE(service.has_value());
}

TEST_F(SqliteDatabaseTest, applies_migrations_once) {
  std::vector<std::string> names;
  for (const auto& migration : migrations_for("sqlite")) names.emplace_back(migration.name);
  EXPECT_EQ(stores.database().applied_migrations(), names);
  stores.reopen();
  EXPECT_TRUE(stores.database().applied_migrations().empty());
  EXPECT_EQ(stores.number("SELECT count(*) FROM schema_migrations"), std::int64_t(names.size()));
}

TEST_F(SqliteDatabaseTest, finishes_what_was_queued_when_its_caller_is_gone) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto add_and_leave = [&]() -> Async<void> {
    std::vector<NewDocument> one{new_document()};
    boost::asio::steady_timer at_once(stores.loop(), std::chrono::seconds(0));
    auto first =
        co_await (stores.catalogue().add(std::move(one), true, std::nullopt) || at_once.async_wait(boost::asio::use_awaitable));
    EXPECT_EQ(first.index(), 1u);
  };
  contracts::run(stores.loop(), add_and_leave());

  stores.reopen();
  EXPECT_EQ(must(run(stores.catalogue().count({}))), 1);
}

// ---- damage ----------------------------------------------------------------------------------------------------------------------

class SqliteDiskTest : public testing::Test {
 protected:
  SqliteDiskTest() {
    FailingDisk::reset();
    SqliteOptions options;
    options.path = directory_.path() / "docquarry.db";
    options.vfs = FailingDisk::vfs();
    database = must(SqliteDatabase::open(options, Timestamp()));
    users = std::make_unique<SqlUsers>(*database);
  }
  ~SqliteDiskTest() override { FailingDisk::reset(); }

  Result<User> add_user(std::string name) {
    return contracts::run(loop, users->add(name + "@example.com", name + std::string(32, 'k'), Timestamp()));
  }

  TemporaryDirectory directory_;
  boost::asio::io_context loop;
  std::unique_ptr<SqliteDatabase> database;
  std::unique_ptr<SqlUsers> users;
};

TEST_F(SqliteDiskTest, never_trusts_the_disk_again_after_a_failed_fsync) {
  must(add_user("before"));
  FailingDisk::sync_fails = true;

  EXPECT_EQ(code_of(add_user("during")), "database_unavailable");
  FailingDisk::sync_fails = false;
  EXPECT_EQ(code_of(add_user("after")), "database_unavailable");

  EXPECT_EQ(code_of(contracts::run(loop, database->check())), "database_unavailable");
  EXPECT_TRUE(contracts::run(loop, users->find(UserId(1))).has_value()) << "what was stored can still be read";
}

TEST_F(SqliteDiskTest, says_that_the_disk_is_full_and_goes_on_when_there_is_space) {
  FailingDisk::is_full = true;
  EXPECT_EQ(code_of(add_user("during")), "storage_full");
  FailingDisk::is_full = false;

  EXPECT_EQ(code_of(add_user("after")), "no error");
  EXPECT_EQ(code_of(contracts::run(loop, database->check())), "no error");
}

TEST_F(SqliteDiskTest, syncs_before_it_answers) {
  int before = FailingDisk::syncs;
  must(add_user("one"));
  EXPECT_GT(FailingDisk::syncs, before);
}

TEST(SqliteFile, is_refused_when_it_is_not_ours_or_damaged_or_newer) {
  TemporaryDirectory directory;
  SqlQueries queries("sqlite");
  SqliteOptions options;
  auto open = [&] { return SqliteDatabase::open(options, Timestamp()); };

  options.path = directory.path() / "garbage.db";
  std::ofstream(options.path) << std::string(8192, 'x');
  EXPECT_EQ(code_of(open()), "database_unavailable");

  options.path = directory.path() / "foreign.db";
  {
    auto foreign = must(SqliteConnection::open(options.path, SqliteConnection::Use::write, queries));
    must(foreign.execute("CREATE TABLE bookmarks (url TEXT)"));
  }
  EXPECT_EQ(code_of(open()), "database_unavailable");

  options.path = directory.path() / "newer.db";
  must(open()).reset();
  {
    auto newer = must(SqliteConnection::open(options.path, SqliteConnection::Use::write, queries));
    must(newer.execute("INSERT INTO schema_migrations VALUES (9999, '9999_future', '2030-01-01')"));
  }
  EXPECT_EQ(code_of(open()), "schema_too_new");
}

// Adds documents for ever and writes the id of each into the pipe when it was answered.
void keep_adding(const SqliteOptions& options, int pipe) {
  boost::asio::io_context loop;
  contracts::CountingIds ids;
  auto database = must(SqliteDatabase::open(options, Timestamp()));
  SqlCatalogue catalogue(*database, ids);
  auto client = [&]() -> Async<void> {
    while (true) {
      NewDocument document;
      document.uid = Uid(ids.next());
      document.owner = default_user;
      document.filename = "a.pdf";
      document.content = ObjectKey("uploads/" + document.uid.value());
      std::vector<NewDocument> one{document};
      auto added = co_await catalogue.add(std::move(one), true, std::nullopt);
      auto id = must(std::move(added)).front().document.value();
      if (::write(pipe, &id, sizeof id) != sizeof id) ::_exit(1);
    }
  };
  for (int i = 0; i < 8; ++i) boost::asio::co_spawn(loop, client(), boost::asio::detached);
  loop.run();
}

TEST(SqliteFile, holds_every_answered_document_after_kill_9) {
  TemporaryDirectory directory;
  SqliteOptions options;
  options.path = directory.path() / "docquarry.db";
  int answers[2];
  ASSERT_EQ(::pipe(answers), 0);
  pid_t child = ::fork();
  if (child == 0) {
    try {
      keep_adding(options, answers[1]);
    } catch (...) {
    }
    ::_exit(1);
  }
  ::close(answers[1]);
  std::vector<std::int64_t> ids;
  std::int64_t id = 0;
  while (::read(answers[0], &id, sizeof id) == sizeof id) {
    ids.push_back(id);
    if (ids.size() == 50) ::kill(child, SIGKILL);
  }
  ::close(answers[0]);
  ::waitpid(child, nullptr, 0);
  ASSERT_GE(ids.size(), 50u);

  boost::asio::io_context loop;
  contracts::CountingIds more_ids;
  auto database = must(SqliteDatabase::open(options, Timestamp()));
  SqlCatalogue catalogue(*database, more_ids);
  for (auto answered : ids) EXPECT_TRUE(contracts::run(loop, catalogue.find(DocumentId(answered))).has_value()) << answered;
  SqlQueries queries("sqlite");
  auto file = must(SqliteConnection::open(options.path, SqliteConnection::Use::read, queries));
  EXPECT_EQ(must(file.execute_for_number("SELECT count(*) FROM documents WHERE id NOT IN (SELECT document_id FROM tasks)")), 0);
  EXPECT_EQ(must(file.execute_for_number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'")), 0);
}

}  // namespace
}  // namespace docquarry
