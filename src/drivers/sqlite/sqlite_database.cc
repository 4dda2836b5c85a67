#include "drivers/sqlite/sqlite_database.h"

#include "domain/error_codes.h"
#include "drivers/sql/migrate.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

namespace docquarry {
namespace {

// Marks the file as ours, so that a wrong path does not fill somebody else's database with our tables ("DOCQ").
constexpr std::int64_t application_id = 0x444F4351;

Result<UniqueFd> lock_directory(const std::filesystem::path& directory) {
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return fail(database_unavailable, "cannot make " + directory.string() + ": " + made.message());
  auto file = directory / "lock";
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail(database_unavailable, describe_errno("cannot open " + file.string()));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK)
    return fail(data_in_use, directory.string() + " is used by another process: stop it, or set DOCQUARRY_DATA");
  return fail(database_unavailable, describe_errno("cannot lock " + file.string()));
}

class SqliteMigrationTarget : public MigrationTarget {
 public:
  explicit SqliteMigrationTarget(SqliteConnection& connection) : connection_(connection) {}

  // The lock on the data directory is the lock.
  Result<int> lock_and_read_version() override {
    TRY(auto id, connection_.execute_for_number("PRAGMA application_id"));
    TRY(auto tables, connection_.execute_for_number("SELECT count(*) FROM sqlite_schema"));
    if (id != application_id && tables > 0)
      return fail(database_unavailable, "the database file was not made by docquarry: choose another path");
    if (id != application_id) CHECK(connection_.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str()));
    CHECK(
        connection_.execute("CREATE TABLE IF NOT EXISTS schema_migrations ("
                            "version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"));
    TRY(auto version, connection_.execute_for_number("SELECT coalesce(max(version), 0) FROM schema_migrations"));
    return int(version);
  }

  Result<void> apply(const Migration& migration, Timestamp now) override {
    std::string script = "BEGIN IMMEDIATE;\n" + std::string(migration.sql) + "\nINSERT INTO schema_migrations VALUES (" +
                         std::to_string(migration.number) + ", '" + std::string(migration.name) + "', '" + to_rfc3339(now) +
                         "');\nCOMMIT;";
    auto done = connection_.execute(script.c_str());
    if (!done && connection_.in_transaction()) std::ignore = connection_.execute("ROLLBACK");
    return done;
  }

 private:
  SqliteConnection& connection_;
};

// What another process has open stays as that process knows it.
Result<void> check_schema_beside(SqliteConnection& connection) {
  TRY(auto version, connection.execute_for_number("SELECT coalesce(max(version), 0) FROM schema_migrations"));
  if (version == migrations_for("sqlite").back().number) return {};
  return fail(data_in_use, "the data is used by another version of docquarry: use that one, or stop it first");
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(SqliteOptions options, Timestamp now) {
  auto directory = options.path.parent_path();
  auto locked = lock_directory(directory.empty() ? "." : directory);
  bool in_use = !locked && locked.error().is(data_in_use);
  if (!locked && !(in_use && options.beside)) return fail(std::move(locked).error());
  UniqueFd lock = locked ? std::move(*locked) : UniqueFd();
  auto queries = std::make_unique<SqlQueries>("sqlite");
  TRY(auto writer, SqliteConnection::open(options.path, SqliteConnection::Use::write, *queries, options.vfs));
  std::vector<std::string> applied;
  if (in_use) {
    CHECK(check_schema_beside(writer));
  } else {
    SqliteMigrationTarget target(writer);
    TRY(applied, migrate(target, migrations_for("sqlite"), now));
  }
  if (options.beside) lock = UniqueFd();  // a service may start meanwhile
  std::vector<SqliteConnection> readers;
  for (int i = 0; i < options.readers; ++i) {
    TRY(auto reader, SqliteConnection::open(options.path, SqliteConnection::Use::read, *queries, options.vfs));
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<SqliteDatabase>(
      new SqliteDatabase(std::move(queries), std::move(lock), std::move(applied), std::move(writer), std::move(readers)));
}

SqliteDatabase::SqliteDatabase(std::unique_ptr<SqlQueries> queries, UniqueFd lock, std::vector<std::string> applied,
                               SqliteConnection writer, std::vector<SqliteConnection> readers)
    : queries_(std::move(queries)),
      lock_(std::move(lock)),
      applied_(std::move(applied)),
      writer_(std::move(writer)),
      readers_(std::move(readers)) {}

Async<Result<std::vector<Rows>>> SqliteDatabase::run(Transaction transaction) {
  auto job = std::make_shared<SqliteJob>();
  job->work = std::move(transaction);
  auto queue_it = [this, job](std::unique_ptr<Suspended> caller) {
    job->caller = std::move(caller);
    writer_.push(job);
  };
  co_await suspend(queue_it);
  co_return std::move(job->answer);
}

Async<Result<std::vector<Rows>>> SqliteDatabase::read(std::vector<Statement> statements) {
  auto job = std::make_shared<SqliteJob>();
  job->work.statements = std::move(statements);
  auto queue_it = [this, job](std::unique_ptr<Suspended> caller) {
    job->caller = std::move(caller);
    readers_.push(job);
  };
  co_await suspend(queue_it);
  co_return std::move(job->answer);
}

Async<Result<Rows>> SqliteDatabase::read(Statement statement) {
  std::vector<Statement> one;
  one.push_back(std::move(statement));
  CO_TRY(auto answers, co_await read(std::move(one)));
  co_return std::move(answers.front());
}

Async<Result<void>> SqliteDatabase::check() {
  if (writer_.is_broken()) co_return fail(database_unavailable, "the disk failed earlier: check it, then restart the service");
  Statement statement("ping");
  CO_CHECK(co_await read(std::move(statement)));
  co_return Result<void>{};
}

SqlWork SqliteDatabase::work() const {
  auto so_far = stats();
  return {so_far.statements + so_far.reads, so_far.commits, so_far.durable_commits, 0};
}

SqliteStats SqliteDatabase::stats() const {
  SqliteStats stats = writer_.stats();
  stats.reads = readers_.reads();
  return stats;
}

}  // namespace docquarry
