#include "drivers/sql/sql_copy.h"

#include "domain/error_codes.h"

#include <fmt/core.h>

#include <limits>
#include <map>
#include <set>

namespace docquarry {
namespace {

constexpr int rows_at_once = 500;
constexpr int pages_at_once = 16;
constexpr std::int64_t no_end = std::numeric_limits<std::int32_t>::max();

// Which columns of the fragments in copy.sql hold times: each engine writes them in its own way.
const std::set<std::size_t> user_times{3}, document_times{8, 9, 10}, task_times{10, 11, 12, 19, 20, 21}, page_times, key_times{4},
    link_times;

// One statement per row. The rows are used up.
void write_rows(Transaction& transaction, std::string_view statement, Rows& rows, const std::set<std::size_t>& times) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<SqlValue> values;
    for (std::size_t column = 0; column < rows.columns; ++column) {
      SqlValue& cell = rows.cells[row * rows.columns + column];
      auto* text = std::get_if<std::string>(&cell);
      auto time = text != nullptr && times.contains(column) ? parse_time(*text) : std::nullopt;
      values.push_back(time ? sql_value(*time) : std::move(cell));
    }
    transaction.add(Statement(statement, std::move(values)));
  }
}

std::int64_t last_id(Rows& rows) {
  RowReader row(rows, rows.size() - 1);
  return row.integer();
}

std::string shown(const std::optional<Timestamp>& time) { return time ? to_rfc3339(*time) : "-"; }

CopiedDocument read_copied(RowReader& row) {
  CopiedDocument document;
  document.id = DocumentId(row.integer());
  document.uid = Uid(row.text());
  document.content = ObjectKey(row.text());
  document.sha256 = row.text();
  document.bytes = std::uint64_t(row.integer());
  for (int i = 0; i < 9; ++i) document.version += row.text() + " ";
  document.version += shown(row.maybe_time());
  document.version += " " + shown(row.maybe_time());
  return document;
}

std::vector<CopiedDocument> read_all_copied(Rows& rows) {
  std::vector<CopiedDocument> documents;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    documents.push_back(read_copied(row));
  }
  return documents;
}

bool have_the_same_file(const CopiedDocument& one, const CopiedDocument& other) {
  return one.uid == other.uid && one.content == other.content && one.sha256 == other.sha256;
}

}  // namespace

Async<Result<void>> SqlCopy::copy_users() {
  std::int64_t after = 0;
  while (true) {
    Statement read("copy_read_users", after, rows_at_once);
    CO_TRY(auto rows, co_await from_.read(std::move(read)));
    if (rows.empty()) co_return Result<void>{};
    after = last_id(rows);
    Transaction write(Durability::power);
    write_rows(write, "copy_write_user", rows, user_times);
    auto written = co_await to_.run(std::move(write));
    if (!written) co_return fail(std::move(written).error().in("copy users (is the target empty, or a copy?)"));
  }
}

Async<Result<CopyBatch>> SqlCopy::compare(DocumentId after) {
  Statement of_source("copy_list_documents", after, no_end, rows_at_once);
  CO_TRY(auto source_rows, co_await from_.read(std::move(of_source)));
  auto documents = read_all_copied(source_rows);
  CopyBatch batch;
  batch.ends = documents.size() < std::size_t(rows_at_once);
  batch.last = batch.ends ? DocumentId(no_end) : documents.back().id;
  Statement of_target("copy_list_documents", after, batch.last, no_end);
  CO_TRY(auto target_rows, co_await to_.read(std::move(of_target)));
  std::map<DocumentId, CopiedDocument> copies;
  for (auto& copy : read_all_copied(target_rows)) copies.emplace(copy.id, copy);
  for (auto& document : documents) {
    auto copy = copies.find(document.id);
    if (copy == copies.end()) {
      batch.missing.push_back(std::move(document));
      continue;
    }
    if (!have_the_same_file(copy->second, document))
      co_return fail(invalid_request,
                     fmt::format("the target holds another document {}: it is neither empty nor a copy", document.id.value()));
    bool is_equal = copy->second.version == document.version;
    copies.erase(copy);
    (is_equal ? batch.equal : batch.different).push_back(std::move(document));
  }
  for (const auto& [id, copy] : copies) batch.superfluous.push_back(id);
  co_return batch;
}

Async<Result<void>> SqlCopy::copy(DocumentId document) {
  std::vector<Statement> reads;
  reads.push_back(Statement("copy_read_document", document));
  reads.push_back(Statement("copy_read_tasks", document));
  reads.push_back(Statement("copy_read_pages", document, 0, 0, pages_at_once));
  CO_TRY(auto rows, co_await from_.read(std::move(reads)));
  bool has_more_pages = rows[2].size() == std::size_t(pages_at_once);
  std::int64_t task = 0, number = 0;
  if (has_more_pages) {
    RowReader last(rows[2], rows[2].size() - 1);
    task = last.integer();
    number = last.integer();
  }
  Transaction write(Durability::power);
  write.add(Statement("copy_forget_document", document));
  write_rows(write, "copy_write_document", rows[0], document_times);
  write_rows(write, "copy_write_task", rows[1], task_times);
  write_rows(write, "copy_write_page", rows[2], page_times);
  CO_CHECK(co_await to_.run(std::move(write)));
  // Until all of its pages are there, the copy does not count as equal.
  if (has_more_pages) CO_CHECK(co_await copy_more_pages(document, task, number));
  co_return Result<void>{};
}

Async<Result<void>> SqlCopy::copy_more_pages(DocumentId document, std::int64_t task, std::int64_t number) {
  while (true) {
    Statement read("copy_read_pages", document, task, number, pages_at_once);
    CO_TRY(auto rows, co_await from_.read(std::move(read)));
    if (rows.empty()) co_return Result<void>{};
    RowReader last(rows, rows.size() - 1);
    task = last.integer();
    number = last.integer();
    Transaction write(Durability::power);
    write_rows(write, "copy_write_page", rows, page_times);
    CO_CHECK(co_await to_.run(std::move(write)));
  }
}

Async<Result<void>> SqlCopy::forget(DocumentId document) {
  Transaction write(Durability::power);
  write.add(Statement("copy_forget_document", document));
  CO_CHECK(co_await to_.run(std::move(write)));
  co_return Result<void>{};
}

Async<Result<void>> SqlCopy::copy_keys_and_sequences() {
  Transaction forget(Durability::power);
  forget.add(Statement("copy_forget_keys"));
  CO_CHECK(co_await to_.run(std::move(forget)));
  std::int64_t after = 0;
  while (true) {
    Statement read("copy_read_keys", after, rows_at_once);
    CO_TRY(auto keys, co_await from_.read(std::move(read)));
    if (keys.empty()) break;
    std::vector<Statement> read_links;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      RowReader row(keys, i);
      after = row.integer();
      read_links.push_back(Statement("copy_read_links", after));
    }
    CO_TRY(auto links, co_await from_.read(std::move(read_links)));
    Transaction write(Durability::power);
    write_rows(write, "copy_write_key", keys, key_times);
    for (auto& of_one_key : links) write_rows(write, "copy_write_link", of_one_key, link_times);
    CO_CHECK(co_await to_.run(std::move(write)));
  }
  Statement read_sequences("copy_read_sequences");
  CO_TRY(auto sequences, co_await from_.read(std::move(read_sequences)));
  Transaction raise(Durability::power);
  raise.add(Statement("copy_make_sequences"));
  raise.add(Statement("copy_raise_sequences", std::move(sequences.cells)));
  CO_CHECK(co_await to_.run(std::move(raise)));
  co_return Result<void>{};
}

Async<Result<StoreCounts>> SqlCopy::count(SqlDatabase& database) {
  Statement statement("count_store");
  CO_TRY(auto rows, co_await database.read(std::move(statement)));
  RowReader row(rows, 0);
  StoreCounts counts;
  counts.users = row.integer();
  counts.documents = row.integer();
  counts.tasks = row.integer();
  counts.pages = row.integer();
  counts.bytes = row.integer();
  co_return counts;
}

}  // namespace docquarry
