#include "drivers/postgres/postgres_migration.h"

#include "drivers/postgres/postgres_stores_test.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using contracts::code_of;
using contracts::must;

// What the original's code makes of its models (SQLAlchemy's CREATE statements), with a vector column that needs no extension.
constexpr const char* original_users_and_documents = R"(
  CREATE TABLE users (
    id SERIAL NOT NULL,
    email VARCHAR(255) NOT NULL,
    api_key VARCHAR(255) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id));
  CREATE UNIQUE INDEX ix_users_email ON users (email);
  CREATE UNIQUE INDEX ix_users_api_key ON users (api_key);
  CREATE INDEX ix_users_id ON users (id);
  CREATE TABLE documents (
    id SERIAL NOT NULL,
    user_id INTEGER NOT NULL,
    filename VARCHAR(255) NOT NULL,
    s3_key VARCHAR(512) NOT NULL,
    status VARCHAR(50) NOT NULL,
    result_text TEXT,
    error_message TEXT,
    page_count INTEGER,
    extraction_time_seconds DOUBLE PRECISION,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    started_at TIMESTAMP WITHOUT TIME ZONE,
    completed_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE);
  CREATE INDEX ix_documents_id ON documents (id);
  CREATE INDEX ix_documents_user_id ON documents (user_id);
  CREATE INDEX ix_documents_status ON documents (status);
  CREATE INDEX idx_user_status ON documents (user_id, status);
  CREATE INDEX idx_created_at ON documents (created_at);
)";
constexpr const char* original_later = R"(
  ALTER TABLE documents ADD COLUMN prompt TEXT, ADD COLUMN summary TEXT;
  CREATE TABLE document_chunks (
    id SERIAL PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    chunk_index INTEGER NOT NULL, text_content TEXT NOT NULL, embedding REAL[], token_count INTEGER);
)";
constexpr const char* original_rows = R"(
  INSERT INTO users (email, api_key, created_at) VALUES
    ('default@docprocessor.com', 'default_key_0123456789abcdef0123456789', '2026-02-01 10:00:00'),
    ('ann@example.com', 'ann_key_0123456789abcdef0123456789abcdef', '2026-02-02 10:00:00.5');
  INSERT INTO documents (user_id, filename, s3_key, status, result_text, error_message, page_count, extraction_time_seconds,
                         created_at, started_at, completed_at) VALUES
    (1, 'done.pdf', 'uploads/1.pdf', 'COMPLETED', E'# Title\n\nText of "two" pages', NULL, 2, 3.25, '2026-02-01 10:00:01.123456',
     '2026-02-01 10:00:02', '2026-02-01 10:00:05.25'),
    (2, 'broken.pdf', 'uploads/2.pdf', 'FAILED', NULL, 'PDF is broken', NULL, NULL, '2026-02-01 11:00:00', '2026-02-01 11:00:01',
     '2026-02-01 11:00:02'),
    (2, 'waiting.pdf', 'uploads/3.pdf', 'PENDING', NULL, NULL, NULL, NULL, '2026-02-01 12:00:00', NULL, NULL),
    (1, 'stuck.pdf', 'uploads/4.pdf', 'PROCESSING', NULL, NULL, NULL, NULL, '2026-02-01 13:00:00', '2026-02-01 13:00:01', NULL),
    (1, 'empty.pdf', 'uploads/5.pdf', 'COMPLETED', NULL, 'first attempt failed', NULL, NULL, '2026-02-01 14:00:00', NULL, NULL);
)";

class PostgresMigrationTest : public testing::Test {
 protected:
  PostgresMigrationTest() {
    server.create_database("migrated");
    options.url = server.url("migrated");
  }
  std::string value(const std::string& sql) { return server.execute(sql, "migrated"); }
  void open() {
    database = must(PostgresDatabase::open(loop, options, clock.now()));
    catalogue = std::make_unique<SqlCatalogue>(*database, ids);
    ledger = std::make_unique<SqlLedger>(*database, ids);
    users = std::make_unique<SqlUsers>(*database);
  }
  DocumentView find(int id) { return must(contracts::run(loop, catalogue->find(DocumentId(id)))); }

  PostgresServer& server = PostgresServer::shared();
  PostgresOptions options;
  boost::asio::io_context loop;
  contracts::ManualClock clock;
  contracts::CountingIds ids;
  std::unique_ptr<PostgresDatabase> database;
  std::unique_ptr<SqlCatalogue> catalogue;
  std::unique_ptr<SqlLedger> ledger;
  std::unique_ptr<SqlUsers> users;
};

TEST_F(PostgresMigrationTest, applies_each_migration_once) {
  open();
  std::vector<std::string> names;
  for (const auto& migration : migrations_for("postgres")) names.emplace_back(migration.name);
  EXPECT_EQ(database->applied_migrations(), names);
  open();
  EXPECT_TRUE(database->applied_migrations().empty());
  EXPECT_EQ(value("SELECT count(*) FROM schema_migrations"), std::to_string(names.size()));
}

TEST_F(PostgresMigrationTest, lets_one_of_many_starting_processes_do_it_while_the_others_wait) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      boost::asio::io_context own_loop;
      auto opened = PostgresDatabase::open(own_loop, options, Timestamp());
      ::_exit(opened ? int((*opened)->applied_migrations().size()) : 99);
    }
    children.push_back(child);
  }
  std::multiset<int> applied;
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    applied.insert(WEXITSTATUS(status));
  }

  EXPECT_EQ(applied.count(int(migrations_for("postgres").size())), 1u);
  EXPECT_EQ(applied.count(0), 7u);
}

TEST_F(PostgresMigrationTest, refuses_a_schema_that_a_newer_version_made) {
  open();
  value("INSERT INTO schema_migrations VALUES (9999, '9999_future', now())");

  EXPECT_EQ(code_of(PostgresDatabase::open(loop, options, clock.now())), "schema_too_new");
}

TEST_F(PostgresMigrationTest, leaves_everything_as_it_was_when_it_fails_half_way) {
  value("CREATE TABLE pages (somebody TEXT)");

  EXPECT_EQ(code_of(PostgresDatabase::open(loop, options, clock.now())), "database_unavailable");

  EXPECT_EQ(value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "2") << "theirs and schema_migrations";
}

class PostgresAdoptionTest : public PostgresMigrationTest, public testing::WithParamInterface<bool> {};

TEST_P(PostgresAdoptionTest, keeps_what_the_original_stored_and_goes_on_with_it) {
  value(original_users_and_documents);
  if (GetParam()) value(original_later);
  value(original_rows);
  std::string columns =
      "id, user_id, filename, s3_key, result_text, error_message, page_count, extraction_time_seconds, created_at, completed_at";
  std::string fingerprint = "SELECT md5(string_agg(CAST(ROW(" + columns + ") AS TEXT), ';' ORDER BY id)) FROM documents";
  auto before = value(fingerprint);
  if (GetParam()) {
    value("UPDATE documents SET prompt = 'short', summary = 'in brief' WHERE id = 1");
    value("INSERT INTO document_chunks (document_id, user_id, chunk_index, text_content) VALUES (1, 1, 0, 'chunk')");
  }

  open();

  EXPECT_EQ(value(fingerprint), before);
  EXPECT_EQ(value("SELECT string_agg(status, ' ' ORDER BY id) FROM documents"), "COMPLETED FAILED PENDING PENDING COMPLETED");
  auto done = find(1);
  EXPECT_EQ(done.state, TaskState::completed);
  EXPECT_EQ(done.uid.value().size(), 32u);
  EXPECT_EQ(done.bytes, 0u);
  EXPECT_EQ(done.sha256, "");
  EXPECT_EQ(done.page_count, 2);
  EXPECT_EQ(done.extraction_seconds, 3.25);
  EXPECT_EQ(done.created_at, *parse_time("2026-02-01T10:00:01.123456Z"));
  EXPECT_EQ(done.completed_at, *parse_time("2026-02-01T10:00:05.25Z"));
  EXPECT_EQ(done.summary, GetParam() ? std::optional<std::string>("in brief") : std::nullopt);
  auto pages = must(contracts::run(loop, catalogue->pages(done.task, PageRange(), PageParts{true, true, true}, 10)));
  ASSERT_EQ(pages.size(), 1u);
  EXPECT_EQ(pages[0].text, "# Title\n\nText of \"two\" pages");
  EXPECT_EQ(pages[0].markdown, pages[0].text);
  EXPECT_EQ(must(contracts::run(loop, catalogue->facts(done.task))).page_count, 2);
  EXPECT_EQ(must(contracts::run(loop, catalogue->facts(find(5).task))).page_count, 0);
  EXPECT_FALSE(find(5).failure) << "the original did not clear the error of an earlier attempt";
  auto broken = find(2);
  EXPECT_EQ(broken.state, TaskState::failed);
  EXPECT_EQ(broken.failure->message, "PDF is broken");
  EXPECT_EQ(must(contracts::run(loop, users->find(UserId(2)))).api_key, "ann_key_0123456789abcdef0123456789abcdef");

  auto now = clock.now();
  auto tasks = must(contracts::run(loop, ledger->claim(WorkerId("w"), now, now + 30s, 10, AttemptLimits()))).tasks;
  std::set<std::string> names;
  for (const auto& task : tasks) names.insert(task.document.filename);
  EXPECT_EQ(names, std::set<std::string>({"waiting.pdf", "stuck.pdf"}));
  EXPECT_EQ(must(contracts::run(loop, ledger->start_again(DocumentId(1), {}, now))).document, DocumentId(1));
  EXPECT_EQ(must(contracts::run(loop, users->add("new@example.com", std::string(32, 'k'), now))).id, UserId(3));
  must(contracts::run(loop, catalogue->remove(DocumentId(1))));
  if (GetParam()) {
    EXPECT_EQ(value("SELECT count(*) FROM document_chunks"), "0");
  }
  value("DELETE FROM users WHERE id = 2");
  EXPECT_EQ(value("SELECT count(*) FROM documents WHERE user_id = 2"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM tasks WHERE user_id = 2"), "0");
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithWhatTheOriginalAddedLater, PostgresAdoptionTest, testing::Bool());

TEST_F(PostgresMigrationTest, makes_the_tables_columns_and_indexes_of_the_original) {
  open();

  auto tables = server.psql("\\dt", "migrated");
  for (std::string table : {"users", "documents"}) EXPECT_NE(tables.find("public|" + table + "|table|"), tables.npos) << tables;
  auto described = server.psql("\\d documents", "migrated");
  for (std::string line : {"id|integer||not null|nextval('documents_id_seq'::regclass)",
                           "user_id|integer||not null|",
                           "filename|character varying(255)||not null|",
                           "s3_key|character varying(512)||not null|",
                           "status|character varying(50)||not null|'PENDING'::character varying",
                           "result_text|text|||",
                           "error_message|text|||",
                           "page_count|integer|||",
                           "extraction_time_seconds|double precision|||",
                           "created_at|timestamp without time zone||not null|",
                           "started_at|timestamp without time zone|||",
                           "completed_at|timestamp without time zone|||",
                           "prompt|text|||",
                           "summary|text|||",
                           "\"documents_pkey\" PRIMARY KEY, btree (id)",
                           "\"ix_documents_user_id\" btree (user_id)",
                           "\"ix_documents_status\" btree (status)",
                           "\"idx_user_status\" btree (user_id, status)",
                           "\"idx_created_at\" btree (created_at)",
                           "FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE"})
    EXPECT_NE(described.find(line), described.npos) << line << "\n" << described;
  auto users_described = server.psql("\\d users", "migrated");
  for (std::string line : {"email|character varying(255)||not null|", "api_key|character varying(255)||not null|",
                           "\"ix_users_api_key\" UNIQUE, btree (api_key)", "\"ix_users_email\" UNIQUE, btree (email)"})
    EXPECT_NE(users_described.find(line), users_described.npos) << line << "\n" << users_described;
}

// The queries of the original's INTEGRATION_COMPLETE.md and DATABASE guide, as they stand there.
TEST_F(PostgresMigrationTest, answers_the_documented_queries_of_the_original) {
  open();
  NewDocument document;
  document.uid = Uid(ids.next());
  document.owner = default_user;
  document.filename = "report.pdf";
  document.content = ObjectKey("uploads/report.pdf");
  document.created_at = clock.now();
  std::vector<NewDocument> one{document};
  must(contracts::run(loop, catalogue->add(one, true, std::nullopt)));
  auto tasks = must(contracts::run(loop, ledger->claim(WorkerId("w"), clock.now(), clock.now() + 30s, 1, AttemptLimits()))).tasks;
  Page page;
  page.number = 1;
  page.text = "It was a dark and stormy night";
  std::vector<Page> pages{page};
  ExtractionSummary summary;
  summary.facts.page_count = 1;
  must(contracts::run(loop, ledger->complete(tasks[0].lease, pages, summary, clock.now())));

  auto answer = [&](const std::string& sql) { return server.psql(sql, "migrated"); };
  EXPECT_NE(answer("SELECT status, COUNT(*) FROM documents GROUP BY status;").find("COMPLETED|1"), std::string::npos);
  EXPECT_NE(answer("SELECT id, filename, status, created_at FROM documents ORDER BY created_at DESC LIMIT 10;")
                .find("1|report.pdf|COMPLETED|2026-01-02 03:04:05.123456"),
            std::string::npos);
  EXPECT_NE(answer("SELECT id, filename, LEFT(result_text, 13) AS preview FROM documents WHERE status = 'COMPLETED';")
                .find("1|report.pdf|It was a dark"),
            std::string::npos);
  EXPECT_NE(answer("SELECT u.email, COUNT(d.id) AS document_count FROM users u LEFT JOIN documents d ON u.id = d.user_id GROUP BY "
                   "u.id, u.email;")
                .find("|1"),
            std::string::npos);
}

}  // namespace
}  // namespace docquarry
