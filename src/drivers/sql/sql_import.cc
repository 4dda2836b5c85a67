#include "drivers/sql/sql_import.h"

#include "domain/error_codes.h"
#include "drivers/sql/facts_json.h"
#include "drivers/sql/sql_rows.h"

namespace docquarry {
namespace {

constexpr std::string_view owner_email = "migrated@system.local";
constexpr std::string_view no_lines = R"({"fonts":[],"lines":[]})";
constexpr std::size_t longest_result_text = 4 << 20;  // of documents.result_text; the page holds every result whole

template <class T>
std::optional<std::string> storable(const std::optional<T>& text) {
  return text ? std::optional(docquarry::storable(*text)) : std::nullopt;
}

}  // namespace

Async<Result<void>> SqlImport::make_owner() {
  auto now = clock_.now();
  std::string day = to_rfc3339(now).substr(0, 10);
  std::erase(day, '-');
  Transaction transaction(Durability::power);
  transaction.add(Statement("import_owner", owner_email, "migrated_user_api_key_" + day, now));
  CO_CHECK(co_await database_.run(std::move(transaction)));
  co_return Result<void>{};
}

Async<Result<bool>> SqlImport::knows(ObjectKey file) {
  Statement statement("known_object", file);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  co_return !rows.empty();
}

Async<Result<bool>> SqlImport::add(OriginalDocument document) {
  bool completed = document.state == TaskState::completed && document.result;
  auto state = document.state == TaskState::completed && !completed ? TaskState::pending : document.state;
  bool ended = state != TaskState::pending;
  std::optional<std::string> error, text, facts;
  std::optional<int> page_count;
  std::optional<double> seconds;
  if (state == TaskState::failed) error = document.error.empty() ? "it failed in the original service" : document.error;
  if (completed) {
    DocumentFacts known;
    known.page_count = document.result->page_count;
    known.metadata = document.result->metadata;
    facts = write_stored_facts(known);
    text = docquarry::storable(document.result->text);
    page_count = document.result->page_count;
    seconds = document.result->seconds;
  }
  auto result_text = text && text->size() <= longest_result_text ? text : std::nullopt;
  auto summary = completed ? document.result->summary : std::nullopt;
  auto started_at = ended ? document.started_at : std::nullopt;
  auto completed_at = ended ? document.completed_at : std::nullopt;
  std::string uid = ids_.next();
  Transaction transaction(Durability::power);
  transaction.add(Statement("import_document", owner_email, docquarry::storable(document.filename), document.s3_key,
                            document.created_at.value_or(clock_.now()), storable(document.prompt), uid, to_text(state),
                            storable(error), page_count, seconds, started_at, completed_at, storable(summary), result_text));
  auto error_code = error ? std::optional(internal_error.name) : std::nullopt;
  transaction.add(Statement("import_task", uid, ended ? 1 : 0, error_code, completed ? 1 : 0, facts));
  if (completed) transaction.add(Statement("import_page", uid, text->empty() ? 0 : 1, text->size(), *text, no_lines));
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  co_return answers[0].affected > 0;
}

}  // namespace docquarry
