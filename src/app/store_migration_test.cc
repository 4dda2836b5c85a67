// One database copied to another engine and back, with its files, over real stores.

#include "app/store_migration.h"

#include "drivers/disk/disk_object_store.h"
#include "drivers/postgres/postgres_database.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sqlite/sqlite_stores_test.h"
#include "tests/servers/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sqlite3.h>

namespace docquarry {
namespace {

using contracts::must;
using contracts::TestServer;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

// Reads and writes a database file beside the drivers.
class SqliteFile {
 public:
  explicit SqliteFile(const std::filesystem::path& path) { sqlite3_open(path.c_str(), &handle_); }
  ~SqliteFile() { sqlite3_close(handle_); }

  void execute(const std::string& sql) {
    char* error = nullptr;
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK) throw std::runtime_error(sql + ": " + error);
  }
  // One line per row.
  std::vector<std::string> rows(const std::string& sql) {
    std::vector<std::string> lines;
    auto add = [](void* all, int columns, char** values, char**) {
      std::string line;
      for (int i = 0; i < columns; ++i) line += (values[i] != nullptr ? std::string(values[i]) : "NULL") + "|";
      static_cast<std::vector<std::string>*>(all)->push_back(line);
      return 0;
    };
    if (sqlite3_exec(handle_, sql.c_str(), add, &lines, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(handle_));
    return lines;
  }

 private:
  sqlite3* handle_ = nullptr;
};

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    std::size_t size = std::min(into.size(), text_.size());
    std::memcpy(into.data(), text_.data(), size);
    text_.erase(0, size);
    co_return size;
  }

 private:
  std::string text_;
};

class StoreMigrationTest : public testing::Test {
 protected:
  StoreMigrationTest()
      : files(must(DiskObjectStore::open(directory.path() / "files"))),
        new_files(must(DiskObjectStore::open(directory.path() / "new_files"))) {
    watcher.progress = [](double, const std::string&) {};
    watcher.say = [this](const std::string& line) { said.push_back(line); };
    watcher.complain = [this](const std::string& line) { complaints.push_back(line); };
  }

  template <class T>
  T run(Async<T> work) {
    return contracts::run(source.loop(), std::move(work));
  }

  DocumentId add(const std::string& content = "%PDF-1.7 content") {
    NewDocument document;
    document.uid = Uid(source.ids.next());
    document.owner = UserId(3);
    document.filename = "Größe \"" + document.uid.value() + "\".pdf";
    document.content = ObjectKey("uploads/" + document.uid.value() + ".pdf");
    TextSource bytes(content);
    auto stored = must(run(files->put(document.content, bytes)));
    document.bytes = stored.bytes;
    document.sha256 = stored.sha256;
    document.created_at = source.clock.now();
    document.options.pages = {{1, 40}};
    source.clock.advance(1ms);
    std::vector<NewDocument> documents{document};
    IdempotencyKey key{document.owner, "key of " + document.uid.value(), "fingerprint"};
    return must(run(source.catalogue().add(std::move(documents), true, key))).front().document;
  }
  ClaimedTask claim() {
    auto now = source.clock.now();
    return must(run(source.ledger().claim(WorkerId("host/1/a"), now, now + 30s, 1, AttemptLimits()))).tasks.front();
  }
  void complete(const ClaimedTask& task, int pages) {
    std::vector<Page> all;
    for (int i = 1; i <= pages; ++i) {
      Page page;
      page.number = i;
      page.width_pt = 595.28f;
      page.height_pt = 841.89f;
      page.label = std::to_string(i);
      page.has_text_layer = true;
      page.text = "page " + std::to_string(i) + " größer 数";
      page.markdown = "# " + page.text;
      page.lines = R"({"fonts":[],"lines":[]})";
      all.push_back(page);
    }
    ExtractionSummary summary;
    summary.facts.page_count = pages;
    summary.facts.metadata.title = "title";
    summary.extractor = "pdfium-1";
    summary.seconds = 0.1;
    summary.cpu_seconds = 1.0 / 3;
    must(run(source.ledger().complete(task.lease, all, summary, source.clock.now())));
  }
  // Documents in every state, one with more pages than are copied at once.
  void fill() {
    add();
    complete(claim(), 40);
    add();
    complete(claim(), 1);
    add();
    Failure failure{"extractor_crashed", "it crashed", 3, true};
    must(run(source.ledger().record_failure(claim().lease, failure, true, std::nullopt, source.clock.now())));
    auto cancelled = add();
    must(run(source.ledger().request_cancel(cancelled, source.clock.now())));
    add();
    must(run(source.ledger().record_failure(claim().lease, failure, false, source.clock.now() + 1h, source.clock.now())));
    auto again = add();
    complete(claim(), 2);
    must(run(source.ledger().start_again(again, {}, source.clock.now())));
    auto deleted = add();
    must(run(source.catalogue().remove(deleted)));
  }

  int migrate(SqlDatabase& to) {
    StorePair stores{source.database(), to, files.get(), new_files.get(), source.control(), true};
    StoreMigration migration(stores, source.clock, watcher, 10s);
    return must(run(migration.run()));
  }
  QueueOverview overview() { return must(run(source.control().overview(source.clock.now(), 0))); }

  SqliteStores source;
  SqliteStores target;
  TemporaryDirectory directory;
  std::unique_ptr<DiskObjectStore> files, new_files;
  CommandWatcher watcher;
  std::vector<std::string> said, complaints;
};

const std::vector<std::string> tables{"users",          "documents", "tasks", "pages", "idempotency_keys", "idempotency_documents",
                                      "sqlite_sequence"};

std::vector<std::string> content(SqliteFile& file, const std::string& table) {
  return file.rows("SELECT * FROM " + table + " ORDER BY 1, 2");
}

TEST_F(StoreMigrationTest, copies_everything_to_postgres_and_back_without_a_difference) {
  TestServer server("postgres");
  PostgresOptions options;
  options.url = server.fact("url");
  auto postgres = must(PostgresDatabase::open(source.loop(), options, source.clock.now()));
  fill();
  SqliteFile original(source.file());
  original.execute("UPDATE users SET extractor = 'local'");
  original.execute(
      "UPDATE tasks SET priority = 7, cancel_requested = 1, partial = 1, error_page = 4, peak_memory_bytes = 5000000000, "
      "credits = 1.5, extractor_job = 'job', extraction_note = '{}', password = 'open sesame' WHERE id % 2 = 1");
  original.execute("UPDATE documents SET prompt = 'what?', summary = 'this' WHERE id = 1");
  original.execute("UPDATE pages SET fault_code = 'page_unreadable', fault_message = 'why', rotation = 90 WHERE number = 2");

  EXPECT_EQ(migrate(*postgres), 0);
  StorePair back{*postgres, target.database(), nullptr, nullptr, source.control(), true};
  StoreMigration migration(back, source.clock, watcher, 10s);
  EXPECT_EQ(must(run(migration.run())), 0);

  SqliteFile copy(target.file());
  for (const auto& table : tables) {
    auto rows = content(original, table);
    EXPECT_FALSE(rows.empty()) << table;
    EXPECT_EQ(content(copy, table), rows) << table;
  }
  for (const auto& key : original.rows("SELECT s3_key FROM documents")) {
    auto file = must(run(new_files->open_file(ObjectKey(key.substr(0, key.size() - 1)), "")));
    EXPECT_GT(file.bytes, 0u);
  }
  postgres.reset();
}

TEST_F(StoreMigrationTest, leaves_the_old_service_reading_only) {
  fill();

  EXPECT_EQ(migrate(target.database()), 0);

  EXPECT_TRUE(overview().paused_since);
  EXPECT_TRUE(overview().read_only_since);
  EXPECT_FALSE(must(run(target.control().overview(source.clock.now(), 0))).paused_since);
}

TEST_F(StoreMigrationTest, goes_on_where_it_was_interrupted) {
  fill();
  SqlCopy copy(source.database(), target.database());
  must(run(copy.copy_users()));
  must(run(copy.copy(DocumentId(2))));
  must(run(copy.copy(DocumentId(1))));
  SqliteFile(target.file()).execute("DELETE FROM pages WHERE number > 16");  // it died between the pages

  EXPECT_EQ(migrate(target.database()), 0);

  EXPECT_THAT(said, Contains(HasSubstr("Copied while the old service works: 5 documents and 4 files")));
  EXPECT_THAT(said, Contains(HasSubstr("Copied while the old service only reads: 0 documents and 0 files")));
  SqliteFile original(source.file()), copied(target.file());
  for (const auto& table : tables) EXPECT_EQ(content(copied, table), content(original, table)) << table;
}

TEST_F(StoreMigrationTest, takes_over_what_changed_since_an_earlier_run) {
  fill();
  EXPECT_EQ(migrate(target.database()), 0);
  must(run(source.control().turn_off(Switch::read_only)));
  must(run(source.control().turn_off(Switch::paused)));
  must(run(source.catalogue().remove(DocumentId(2))));
  must(run(source.ledger().start_again(DocumentId(1), {}, source.clock.now())));
  add();

  EXPECT_EQ(migrate(target.database()), 0);

  SqliteFile original(source.file()), copied(target.file());
  for (const auto& table : tables) EXPECT_EQ(content(copied, table), content(original, table)) << table;
}

TEST_F(StoreMigrationTest, refuses_a_target_that_holds_other_documents) {
  fill();
  SqliteFile(target.file())
      .execute(
          "INSERT INTO users VALUES (1, 'a', 'b', '', NULL); INSERT INTO documents (id, user_id, filename, s3_key, created_at, "
          "uid, "
          "bytes, sha256) VALUES (2, 1, 'f', 'k', '', 'other', 0, '')");

  StorePair stores{source.database(), target.database(), files.get(), new_files.get(), source.control(), true};
  StoreMigration migration(stores, source.clock, watcher, 10s);
  EXPECT_EQ(contracts::code_of(run(migration.run())), "invalid_request");

  EXPECT_FALSE(overview().read_only_since) << "the old service works on";
}

TEST_F(StoreMigrationTest, notices_a_damaged_file_and_lets_the_old_service_work_again) {
  add("%PDF-1.7 as it was");
  SqliteFile(source.file()).execute("UPDATE documents SET sha256 = 'something else'");

  StorePair stores{source.database(), target.database(), files.get(), new_files.get(), source.control(), true};
  StoreMigration migration(stores, source.clock, watcher, 10s);
  EXPECT_EQ(contracts::code_of(run(migration.run())), "storage_unavailable");

  EXPECT_FALSE(overview().paused_since);
}

TEST_F(StoreMigrationTest, ends_with_one_and_a_sentence_when_a_file_is_missing) {
  auto document = add();
  must(run(files->remove(must(run(source.catalogue().find(document))).content)));

  EXPECT_EQ(migrate(target.database()), 1);

  EXPECT_THAT(complaints, Contains(HasSubstr("is missing at the source")));
}

TEST_F(StoreMigrationTest, gives_up_when_running_tasks_do_not_end) {
  add();
  claim();
  StorePair stores{source.database(), target.database(), files.get(), new_files.get(), source.control(), true};
  StoreMigration migration(stores, source.clock, watcher, 0s);

  EXPECT_EQ(contracts::code_of(run(migration.run())), "not_finished");

  EXPECT_FALSE(overview().paused_since);
  EXPECT_FALSE(overview().read_only_since);
}

TEST_F(StoreMigrationTest, copies_only_files_when_the_database_stays) {
  fill();
  StorePair stores{source.database(), source.database(), files.get(), new_files.get(), source.control(), false};
  StoreMigration migration(stores, source.clock, watcher, 10s);

  EXPECT_EQ(must(run(migration.run())), 0);

  EXPECT_THAT(said, Contains(HasSubstr("works: 0 documents and 6 files")));
  EXPECT_THAT(said, Contains(HasSubstr("reads: 0 documents and 0 files")));
}

}  // namespace
}  // namespace docquarry
