// What the original service wrote into Redis, imported into real databases.

#include "app/redis_import.h"

#include "actions/read_result.h"
#include "domain/error_codes.h"
#include "drivers/postgres/postgres_database.h"
#include "drivers/redis/redis_link.h"
#include "drivers/sql/sql_catalogue.h"
#include "drivers/sqlite/sqlite_stores_test.h"
#include "tests/servers/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry {
namespace {

using contracts::must;
using contracts::TestServer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RedisImportTest : public testing::Test {
 protected:
  RedisImportTest() : options_(options_for(server())), redis_(stores.loop(), options_), keys_(redis_) {
    ask({"FLUSHALL"});
    watcher.progress = [](double, const std::string&) {};
    watcher.say = [this](const std::string& line) { said.push_back(line); };
    watcher.complain = [this](const std::string& line) { complaints.push_back(line); };
  }

  static TestServer& server() {
    static TestServer server("redis");
    return server;
  }
  static RedisOptions options_for(const TestServer& server) {
    auto options = must(parse_redis_url(server.fact("url")));
    options.limit = std::chrono::seconds(10);
    return options;
  }

  // As its redis-py does it: hset(mapping), rpush, setex.
  Async<Result<Reply>> send(RedisCommand command) {
    co_return co_await redis_.link()->call(std::move(command), redis_.link()->deadline());
  }
  void ask(RedisCommand command) { must(run_on(stores.loop(), send(std::move(command)))); }
  void task(const std::string& id, const std::string& status, std::vector<std::string> more = {}) {
    RedisCommand command{"HSET",         "task:" + id,
                         "task_id",      id,
                         "document_id",  "",
                         "status",       status,
                         "progress",     "0",
                         "filename",     id + ".pdf",
                         "s3_key",       key(id),
                         "s3_bucket",    "scans",
                         "created_at",   "2026-02-16T10:00:00.123456",
                         "started_at",   "",
                         "error",        "",
                         "prompt",       "",
                         "completed_at", ""};
    command.insert(command.end(), more.begin(), more.end());
    ask(std::move(command));
    ask({"RPUSH", "all_tasks", id});
  }
  static std::string key(const std::string& id) { return "uploads/0f8fad5b-d9cb-469f-a165-70867728950" + id + ".pdf"; }
  static std::string result(const std::string& text) {
    return R"({"task_id": "1", "filename": "1.pdf", "page_count": 3, "text": ")" + text +
           R"(", "metadata": {"author": "A. Author", "creator": null, "producer": null, "subject": null, "title": "T", )"
           R"("creation_date": null, "modification_date": null}, "extraction_time_seconds": 1.25, "summary": "in short"})";
  }

  template <class T>
  T run_on(boost::asio::io_context& loop, Async<T> work) {
    return contracts::run(loop, std::move(work));
  }
  int import_into(SqlDatabase& database, bool dry_run = false) {
    said.clear();
    SqlImport rows(database, stores.clock, stores.ids);
    RedisImport work(keys_, rows, dry_run, watcher);
    return must(run_on(stores.loop(), work.run()));
  }
  std::vector<DocumentView> documents(SqlDatabase& database) {
    SqlCatalogue catalogue(database, stores.ids);
    return must(run_on(stores.loop(), catalogue.list_from({}, 0, 100)));
  }

  SqliteStores stores;
  CommandWatcher watcher;
  std::vector<std::string> said, complaints;

 private:
  RedisOptions options_;
  Redis redis_;

 protected:
  OriginalKeys keys_;
};

TEST_F(RedisImportTest, imports_each_state_once_into_both_engines) {
  TestServer postgres("postgres");
  PostgresOptions options;
  options.url = postgres.fact("url");
  auto shared = must(PostgresDatabase::open(stores.loop(), options, stores.clock.now()));
  task("1", "COMPLETED", {"started_at", "2026-02-16T10:00:01", "completed_at", "2026-02-16T10:00:05.500000", "progress", "100"});
  ask({"SETEX", "result:1", "3600", result("# Title\\n\\nText \\u00e4 end.")});
  task("2", "FAILED", {"error", "no such bucket", "completed_at", "2026-02-16T11:00:00"});
  task("3", "PROCESSING", {"progress", "40"});
  task("4", "COMPLETED");  // its result has expired
  task("5", "PENDING", {"prompt", "what is it?"});

  for (SqlDatabase* database : {static_cast<SqlDatabase*>(&stores.database()), static_cast<SqlDatabase*>(shared.get())}) {
    EXPECT_EQ(import_into(*database), 0);
    EXPECT_THAT(said, Contains(HasSubstr("5 tasks in Redis: 5 imported, 0 in the database already")));
    EXPECT_THAT(said, Contains(HasSubstr("3 documents will be processed again")));
    EXPECT_EQ(import_into(*database), 0);
    EXPECT_THAT(said, Contains(HasSubstr("5 tasks in Redis: 0 imported, 5 in the database already")));

    auto all = documents(*database);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[0].state, TaskState::completed);
    EXPECT_EQ(all[0].filename, "1.pdf");
    EXPECT_EQ(all[0].content, ObjectKey(key("1")));
    EXPECT_EQ(all[0].page_count, 3);
    EXPECT_EQ(all[0].extraction_seconds, 1.25);
    EXPECT_EQ(all[0].summary, "in short");
    EXPECT_EQ(all[0].created_at, *parse_time("2026-02-16T10:00:00.123456Z"));
    EXPECT_EQ(all[0].completed_at, *parse_time("2026-02-16T10:00:05.5Z"));
    EXPECT_EQ(all[1].state, TaskState::failed);
    EXPECT_EQ(all[1].failure->message, "no such bucket");
    EXPECT_EQ(all[2].state, TaskState::pending);
    EXPECT_EQ(all[3].state, TaskState::pending);
    EXPECT_EQ(all[4].prompt, "what is it?");

    SqlCatalogue catalogue(*database, stores.ids);
    PageParts text;
    text.text = true;
    auto pages = must(run_on(stores.loop(), catalogue.pages(all[0].task, PageRange(), text, 10)));
    ASSERT_EQ(pages.size(), 1u);
    EXPECT_EQ(pages[0].text, "# Title\n\nText \u00e4 end.");
    auto facts = must(run_on(stores.loop(), catalogue.facts(all[0].task)));
    EXPECT_EQ(facts.page_count, 3);
    EXPECT_EQ(facts.metadata.author, "A. Author");
  }
  shared.reset();
}

TEST_F(RedisImportTest, finds_tasks_that_no_list_names_and_passes_over_what_has_no_file) {
  ask({"HSET", "task:9", "status", "PENDING", "filename", "9.pdf", "s3_key", key("9"), "created_at", "2026-02-16T10:00:00"});
  ask({"HSET", "task:8", "status", "PROCESSING", "progress", "40"});  // written about a document that was deleted
  ask({"RPUSH", "all_tasks", "7"});                                   // its hash is gone

  EXPECT_EQ(import_into(stores.database()), 0);

  EXPECT_THAT(
      said, Contains(HasSubstr("3 tasks in Redis: 1 imported, 0 in the database already, 0 of this service itself, 2 without a")));
}

TEST_F(RedisImportTest, only_says_what_it_would_do_in_a_dry_run) {
  task("1", "PENDING");

  EXPECT_EQ(import_into(stores.database(), true), 0);

  EXPECT_THAT(said, Contains(HasSubstr("1 task in Redis: 1 would be imported")));
  EXPECT_TRUE(documents(stores.database()).empty());
  EXPECT_EQ(contracts::code_of(run_on(stores.loop(), stores.users().find(UserId(1)))), "user_not_found");
}

TEST_F(RedisImportTest, leaves_alone_what_this_service_wrote_itself) {
  task("1", "PENDING", {"dq_standing", "{}"});

  EXPECT_EQ(import_into(stores.database()), 0);

  EXPECT_TRUE(documents(stores.database()).empty());
}

TEST_F(RedisImportTest, goes_on_after_a_damaged_result_and_ends_with_one) {
  task("1", "COMPLETED");
  ask({"SET", "result:1", "not JSON"});
  task("2", "PENDING");

  EXPECT_EQ(import_into(stores.database()), 1);

  EXPECT_THAT(complaints, ElementsAre(HasSubstr("task 1: its result is not a JSON object")));
  EXPECT_EQ(documents(stores.database()).size(), 1u);
}

TEST_F(RedisImportTest, clears_every_key_of_the_service_and_none_of_others) {
  task("1", "COMPLETED");
  ask({"SET", "result:1", "x"});
  ask({"SET", "rate_limit:127.0.0.1:/upload", "1"});
  ask({"SET", "health:sqs_queue_depth", "0"});
  ask({"SET", "docquarry:events:1", "x"});
  ask({"SET", "somebody:else", "x"});

  EXPECT_EQ(must(run_on(stores.loop(), keys_.clear(false))), 6);
  EXPECT_EQ(must(run_on(stores.loop(), keys_.clear(true))), 6);
  EXPECT_EQ(must(run_on(stores.loop(), keys_.clear(true))), 0);

  auto left = must(run_on(stores.loop(), send({"DBSIZE"})));
  EXPECT_EQ(left.number, 1);
}

}  // namespace
}  // namespace docquarry
