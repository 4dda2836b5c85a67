#include "drivers/sql/sql_rows.h"

#include "base/text.h"
#include "drivers/sql/facts_json.h"

namespace docquarry {

std::string storable(const std::string& text) { return is_clean(text) ? text : clean_text(text); }

DocumentView read_document(RowReader& row) {
  DocumentView document;
  document.id = DocumentId(row.integer());
  document.uid = Uid(row.text());
  document.owner = UserId(row.integer());
  document.filename = row.text();
  document.content = ObjectKey(row.text());
  document.bytes = std::uint64_t(row.integer());
  document.sha256 = row.text();
  document.prompt = row.maybe_text();
  document.summary = row.maybe_text();
  document.created_at = row.time();
  document.task = TaskId(row.integer());
  document.state = task_state_named(row.text()).value_or(TaskState::failed);
  document.attempt = int(row.integer());
  document.generation = int(row.integer());
  document.options = read_stored_options(row.text());
  document.started_at = row.maybe_time();
  document.completed_at = row.maybe_time();
  Failure failure;
  failure.code = row.text();
  failure.message = row.text();
  failure.page = int(row.integer());
  failure.retryable = row.truth();
  // A task that will be tried again has not failed: what went wrong the last time is kept in its row, but not told.
  if (document.state == TaskState::failed || document.state == TaskState::cancelled) document.failure = std::move(failure);
  document.page_count = row.maybe_integer();
  document.extraction_seconds = row.maybe_real();
  document.pages_saved = int(row.integer());
  document.pages_expected = int(row.integer());
  document.partial = row.truth();
  document.extractor = row.text();
  document.extractor_job = row.text();
  document.credits = row.maybe_real();
  return document;
}

TaskTicket read_ticket(RowReader& row) {
  TaskTicket ticket;
  ticket.task = TaskId(row.integer());
  ticket.document = DocumentId(row.integer());
  ticket.uid = Uid(row.text());
  ticket.content = ObjectKey(row.text());
  ticket.filename = row.text();
  ticket.created_at = row.time();
  return ticket;
}

Page read_page(RowReader& row) {
  Page page;
  page.number = int(row.integer());
  page.width_pt = float(row.real());
  page.height_pt = float(row.real());
  page.rotation = int(row.integer());
  page.label = row.text();
  page.has_text_layer = row.truth();
  page.replaced_characters = std::uint32_t(row.integer());
  auto fault_code = row.maybe_text();
  auto fault_message = row.text();
  if (fault_code) page.fault = PageFault{std::move(*fault_code), std::move(fault_message)};
  page.text = row.text();
  page.markdown = row.text();
  page.lines = row.text();
  return page;
}

void add_pages(Transaction& transaction, const Lease& lease, const std::vector<Page>& pages) {
  for (const auto& page : pages) {
    std::optional<std::string> fault_code, fault_message;
    if (page.fault) {
      fault_code = storable(page.fault->code);
      fault_message = storable(page.fault->message);
    }
    std::string text = storable(page.text), markdown = storable(page.markdown), lines = storable(page.lines);
    transaction.add(Statement("insert_page", lease.task, lease.attempt, lease.holder, page.number, double(page.width_pt),
                              double(page.height_pt), page.rotation, storable(page.label), page.has_text_layer,
                              page.replaced_characters, fault_code, fault_message, text.size(), markdown.size(), lines.size(), text,
                              markdown, lines));
  }
}

}  // namespace docquarry
