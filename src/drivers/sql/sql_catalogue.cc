#include "drivers/sql/sql_catalogue.h"

#include "base/fault.h"
#include "domain/error_codes.h"
#include "drivers/sql/facts_json.h"
#include "drivers/sql/sql_queue_control.h"
#include "drivers/sql/sql_rows.h"

#include <charconv>
#include <limits>

namespace docquarry {
namespace {

constexpr std::int64_t most_bytes_of_pages = 1 << 20;  // of one answer; it always holds at least one page

// A reserved name (RFC 2606): mail to it can go nowhere, and address checks accept it, as they do not with .local or .invalid.
std::string email_of_created_owner(UserId id) { return "user-" + std::to_string(id.value()) + "@docquarry.example"; }

std::string like_pattern(const std::string& text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
  }
  return pattern + "%";
}

// A statement over {filter}: $1 is its own, $2 to $6 belong to the filter, $7 is the limit.
Statement filtered(std::string_view name, std::int64_t first, const DocumentFilter& filter, std::int64_t limit) {
  using namespace std::chrono;
  auto from = filter.created_from.value_or(Timestamp(sys_days(year_month_day(year(1), month(1), day(1)))));
  auto before = filter.created_before.value_or(Timestamp(sys_days(year_month_day(year(9999), month(12), day(31)))));
  auto state = filter.state ? std::optional<std::string_view>(to_text(*filter.state)) : std::nullopt;
  Statement statement(name, first, filter.owner, state, from, before, like_pattern(filter.filename_contains), limit);
  if (filter.owner) statement.include("owner");
  if (filter.state) statement.include("state");
  if (filter.created_from || filter.created_before) statement.include("dates");
  if (!filter.filename_contains.empty()) statement.include("name");
  return statement;
}

// "n42": newest first, behind document 42; "o42": oldest first.
char cursor_mark(ListOrder order) { return order == ListOrder::newest_first ? 'n' : 'o'; }

Result<std::int64_t> start_of_list(ListOrder order, const std::string& after) {
  if (after.empty()) return order == ListOrder::newest_first ? std::numeric_limits<std::int64_t>::max() : 0;
  std::int64_t id = 0;
  auto [end, error] = std::from_chars(after.data() + 1, after.data() + after.size(), id);
  bool ours = after[0] == cursor_mark(order) && error == std::errc() && end == after.data() + after.size() && id > 0;
  if (!ours)
    return fail(invalid_request, "the cursor is not one that this list gave out (use `next` of the page before, same order)");
  return id;
}

std::vector<DocumentView> read_documents(Rows& rows) {
  std::vector<DocumentView> documents;
  documents.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    documents.push_back(read_document(row));
  }
  return documents;
}

void add_document(Transaction& transaction, const NewDocument& document) {
  transaction.add(Statement("insert_document", document.owner, storable(document.filename), document.content, document.created_at,
                            document.prompt ? std::optional(storable(*document.prompt)) : std::nullopt, document.uid,
                            document.bytes, document.sha256)
                      .or_fail(user_not_found, "there is no user with this id"));
  auto password = document.options.password.empty() ? std::nullopt : std::optional(document.options.password);
  transaction.add(Statement("insert_task", document.uid, write_stored_options(document.options), password, document.created_at));
}

// Behind the documents, so that an unknown owner is called so.
void add_key(Transaction& transaction, const IdempotencyKey& key, const std::vector<NewDocument>& documents) {
  transaction.add(Statement("insert_key", key.owner, storable(key.key), key.fingerprint, documents.front().created_at)
                      .or_fail(key_reused, "another request with this Idempotency-Key was finished meanwhile"));
  for (const auto& document : documents) transaction.add(Statement("link_key", key.owner, storable(key.key), document.uid));
}

}  // namespace

Async<Result<std::vector<TaskTicket>>> SqlCatalogue::add(std::vector<NewDocument> documents, bool create_owner,
                                                         std::optional<IdempotencyKey> key) {
  if (documents.empty()) co_return std::vector<TaskTicket>();
  Transaction transaction(Durability::power);
  const NewDocument& first = documents.front();
  if (create_owner)
    transaction.add(
        Statement("insert_owner", first.owner, email_of_created_owner(first.owner), ids_.next() + ids_.next(), first.created_at));
  std::size_t answer = transaction.statements.size();
  for (const auto& document : documents) add_document(transaction, document);
  if (key) add_key(transaction, *key, documents);
  transaction.add(changes_allowed());
  CO_CHECK(fault_point("accept.before_commit"));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  // From here on the documents are accepted: they survive a power loss and will be processed.
  CO_CHECK(fault_point("accept.after_commit"));

  std::vector<TaskTicket> tickets;
  for (const auto& document : documents) {
    RowReader row(answers[answer + 1], 0);
    TaskTicket ticket;
    ticket.task = TaskId(row.integer());
    ticket.document = DocumentId(row.integer());
    ticket.uid = document.uid;
    ticket.content = document.content;
    ticket.filename = document.filename;
    ticket.created_at = document.created_at;
    ticket.prompt = document.prompt;
    tickets.push_back(std::move(ticket));
    answer += 2;
  }
  co_return tickets;
}

Async<Result<std::vector<TaskTicket>>> SqlCatalogue::find_by_key(IdempotencyKey key) {
  Statement statement("find_by_key", key.owner, storable(key.key));
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  std::vector<TaskTicket> tickets;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    if (row.text() != key.fingerprint) co_return fail(key_reused, "this Idempotency-Key belongs to a request with other content");
    tickets.push_back(read_ticket(row));
  }
  co_return tickets;
}

Async<Result<DocumentView>> SqlCatalogue::find_one(Statement statement) {
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  if (rows.empty()) co_return fail(document_not_found, "there is no such document");
  RowReader row(rows, 0);
  co_return read_document(row);
}

Async<Result<DocumentView>> SqlCatalogue::find(DocumentId id) {
  Statement statement("find_document", id);
  co_return co_await find_one(std::move(statement));
}

Async<Result<DocumentView>> SqlCatalogue::find(Uid uid) {
  Statement statement("find_document_by_uid", uid);
  co_return co_await find_one(std::move(statement));
}

Async<Result<DocumentPage>> SqlCatalogue::list(DocumentFilter filter, ListOrder order, std::string after, int limit) {
  CO_TRY(auto start, start_of_list(order, after));
  std::string_view name = order == ListOrder::newest_first ? "list_newest_first" : "list_oldest_first";
  Statement statement = filtered(name, start, filter, std::int64_t(limit) + 1);  // one more tells whether there is a next page
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  DocumentPage page;
  page.documents = read_documents(rows);
  if (page.documents.size() > std::size_t(limit)) {
    page.documents.resize(std::size_t(limit));
    if (limit > 0) page.next = cursor_mark(order) + std::to_string(page.documents.back().id.value());
  }
  co_return page;
}

Async<Result<std::vector<DocumentView>>> SqlCatalogue::list_from(DocumentFilter filter, std::int64_t skip, int limit) {
  Statement statement = filtered("list_from", skip, filter, limit);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  co_return read_documents(rows);
}

Async<Result<std::int64_t>> SqlCatalogue::count(DocumentFilter filter) {
  Statement statement = filtered("count_documents", 0, filter, 0);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  RowReader row(rows, 0);
  co_return row.integer();
}

Async<Result<StateCounts>> SqlCatalogue::count_by_state() {
  Statement statement("count_by_state");
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  StateCounts counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    auto state = task_state_named(row.text());
    if (!state) continue;
    std::int64_t* count[] = {&counts.pending, &counts.processing, &counts.completed, &counts.failed, &counts.cancelled};
    *count[std::size_t(*state)] = row.integer();
  }
  co_return counts;
}

Async<Result<std::vector<Page>>> SqlCatalogue::pages(TaskId task, PageRange range, PageParts parts, int limit) {
  int last = range.last == 0 ? std::numeric_limits<int>::max() : range.last;
  Statement statement("read_pages", task, range.first, last, limit, parts.text, parts.markdown, parts.lines, most_bytes_of_pages);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  std::vector<Page> pages;
  pages.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowReader row(rows, i);
    pages.push_back(read_page(row));
  }
  co_return pages;
}

Async<Result<DocumentFacts>> SqlCatalogue::facts(TaskId task) {
  Statement statement("read_facts", task);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  if (rows.empty()) co_return fail(no_result, "the task has no result");
  RowReader row(rows, 0);
  co_return read_stored_facts(row.text());
}

Async<Result<ObjectKey>> SqlCatalogue::remove(DocumentId id) {
  Transaction transaction(Durability::power);
  transaction.add(Statement("forget_key_of_last_document", id));
  transaction.add(Statement("delete_document", id).or_fail(document_not_found, "there is no such document"));
  transaction.add(changes_allowed());
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  CO_CHECK(fault_point("delete.after_commit"));
  RowReader row(answers[1], 0);
  co_return ObjectKey(row.text());
}

Async<Result<std::vector<ObjectKey>>> SqlCatalogue::known_objects(std::vector<ObjectKey> keys) {
  std::vector<Statement> statements;
  for (const auto& key : keys) statements.push_back(Statement("known_object", key));
  CO_TRY(auto answers, co_await database_.read(std::move(statements)));
  std::vector<ObjectKey> known;
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i].empty()) known.push_back(std::move(keys[i]));
  co_return known;
}

Async<Result<void>> SqlCatalogue::forget_keys(Timestamp before) {
  Transaction transaction(Durability::process);
  transaction.add(Statement("forget_keys", before));
  CO_CHECK(co_await database_.run(std::move(transaction)));
  co_return Result<void>{};
}

Async<Result<void>> SqlCatalogue::check() { co_return co_await database_.check(); }

}  // namespace docquarry
