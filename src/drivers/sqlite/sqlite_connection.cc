#include "drivers/sqlite/sqlite_connection.h"

#include "domain/error_codes.h"

#include <sqlite3.h>

namespace docquarry {
namespace {

// What every connection needs. SQLite reads nothing beyond its cache and our own buffers: mapped files would count as our memory.
constexpr const char* common_pragmas =
    "PRAGMA busy_timeout = 5000;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA cache_size = -3000;";  // KiB

// WAL: readers and the writer do not wait for each other. Every 16 MB it is copied into the file; pages that many transactions changed
// are copied once. Deleted text is overwritten where that costs no extra write.
constexpr const char* writer_pragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 33554432;"
    "PRAGMA secure_delete = FAST;";

const ErrorCode& code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_FULL: return storage_full;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE: return internal_error;  // our statements never run into these
    default: return database_unavailable;
  }
}

SqlValue column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return std::int64_t(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
    case SQLITE_NULL: return {};
    default: {
      auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, std::size_t(sqlite3_column_bytes(statement, column)));
    }
  }
}

// The value stays where it is until the statement is reset, so nothing is copied.
int bind_value(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *number);
  if (auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  if (auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  return sqlite3_bind_null(statement, index);
}

}  // namespace

struct SqliteConnection::Prepared {
  explicit Prepared(sqlite3_stmt* prepared) : statement(prepared) {}
  Prepared(const Prepared&) = delete;
  ~Prepared() { sqlite3_finalize(statement); }

  sqlite3_stmt* statement;
  std::vector<int> order;  // SQLite counts parameters by first appearance: its i-th is our $(order[i] + 1)
};

void SqliteConnection::Closer::operator()(sqlite3* handle) const { sqlite3_close(handle); }

SqliteConnection::SqliteConnection(sqlite3* handle, const SqlQueries& queries) : handle_(handle), queries_(&queries) {}
SqliteConnection::SqliteConnection(SqliteConnection&&) noexcept = default;
SqliteConnection& SqliteConnection::operator=(SqliteConnection&&) noexcept = default;
SqliteConnection::~SqliteConnection() = default;

Result<SqliteConnection> SqliteConnection::open(const std::filesystem::path& path, Use use, const SqlQueries& queries,
                                                const std::string& vfs) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (use == Use::write) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  int opened = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  SqliteConnection connection(handle, queries);  // must be closed also after a failure
  if (opened != SQLITE_OK) return fail(connection.failure("cannot open " + path.string()));
  CHECK(connection.execute(common_pragmas));
  CHECK(connection.execute(use == Use::write ? writer_pragmas : "PRAGMA query_only = ON;"));
  return connection;
}

Error SqliteConnection::failure(std::string_view what) const {
  if (!handle_) return Error(database_unavailable, std::string(what) + ": out of memory");
  int result = sqlite3_extended_errcode(handle_.get());
  std::string message = std::string(what) + ": " + sqlite3_errmsg(handle_.get()) + " (SQLite " + std::to_string(result) + ")";
  if ((result & 0xFF) == SQLITE_CORRUPT || (result & 0xFF) == SQLITE_NOTADB) message += "; restore the database from a backup";
  return Error(code_of(result), std::move(message));
}

Result<void> SqliteConnection::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(failure(std::string_view(sql).substr(0, 40)));
}

Result<std::int64_t> SqliteConnection::execute_for_number(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::int64_t number = 0;
  bool done = sqlite3_prepare_v2(handle_.get(), sql, -1, &statement, nullptr) == SQLITE_OK;
  if (done) {
    int stepped = sqlite3_step(statement);
    if (stepped == SQLITE_ROW) number = sqlite3_column_int64(statement, 0);
    done = stepped == SQLITE_ROW || stepped == SQLITE_DONE;
  }
  Result<std::int64_t> result = number;
  if (!done) result = fail(failure(sql));
  sqlite3_finalize(statement);
  return result;
}

Result<void> SqliteConnection::prepare_only(const Query& query) {
  CHECK(prepared(query));
  return {};
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

Result<SqliteConnection::Prepared*> SqliteConnection::prepared(const Query& query) {
  auto& place = prepared_[&query];
  if (place) return place.get();
  sqlite3_stmt* statement = nullptr;
  int result =
      sqlite3_prepare_v3(handle_.get(), query.text.data(), int(query.text.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return fail(failure("prepare " + query.name));
  place = std::make_unique<Prepared>(statement);
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i)
    place->order.push_back(std::atoi(sqlite3_bind_parameter_name(statement, i) + 1) - 1);
  return place.get();
}

Result<void> SqliteConnection::bind(Prepared& prepared, const Query& query, const Statement& statement) {
  for (std::size_t i = 0; i < prepared.order.size(); ++i) {
    auto& value = statement.parameters().at(std::size_t(query.parameters[std::size_t(prepared.order[i])]));
    if (bind_value(prepared.statement, int(i) + 1, value) != SQLITE_OK) return fail(failure("bind " + query.name));
  }
  return {};
}

Result<Rows> SqliteConnection::step_through(Prepared& prepared) {
  Rows rows;
  rows.columns = std::size_t(sqlite3_column_count(prepared.statement));
  rows.cells.reserve(rows.columns);
  int before = sqlite3_total_changes(handle_.get());
  int result;
  while ((result = sqlite3_step(prepared.statement)) == SQLITE_ROW)
    for (std::size_t i = 0; i < rows.columns; ++i) rows.cells.push_back(column_value(prepared.statement, int(i)));
  if (result != SQLITE_DONE) return fail(failure("statement failed"));
  // sqlite3_changes() speaks of the last statement that changed anything; the total tells whether that was this one.
  if (sqlite3_total_changes(handle_.get()) != before) rows.affected = sqlite3_changes64(handle_.get());
  return rows;
}

Result<Rows> SqliteConnection::run(const Statement& statement) {
  const Query& query = queries_->find(statement);
  TRY(auto* prepared_statement, prepared(query));
  auto rows = bind(*prepared_statement, query, statement).and_then([&] { return step_through(*prepared_statement); });
  sqlite3_reset(prepared_statement->statement);
  sqlite3_clear_bindings(prepared_statement->statement);  // the values go away with the statement
  if (!rows) return fail(std::move(rows).error().in(query.name));
  if (statement.code_if_nothing() != nullptr && rows->empty() && rows->affected == 0)
    return fail(*statement.code_if_nothing(), std::string(statement.message_if_nothing()));
  return rows;
}

}  // namespace docquarry
