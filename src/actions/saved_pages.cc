#include "actions/saved_pages.h"

#include "base/fault.h"

namespace docquarry {

SavedPages::SavedPages(TaskLedger& ledger, ProgressBoard& board, const ClaimedTask& task, const ProcessingRules& rules)
    : ledger_(ledger),
      board_(board),
      task_(task),
      rules_(rules),
      note_(task.note),
      saved_(task.pages_saved),
      saved_before_(task.pages_saved) {}

Async<Result<void>> SavedPages::expect(int pages, int page_count) {
  expected_ = pages;
  page_count_ = page_count;
  co_return Result<void>{};
}

Async<Result<void>> SavedPages::add(Page page) {
  count(page);
  unsaved_bytes_ += page.text.size() + page.markdown.size() + page.lines.size();
  unsaved_.push_back(std::move(page));
  if (save_is_due()) CO_CHECK(co_await save());
  co_return Result<void>{};
}

Async<Result<void>> SavedPages::begin_with(std::string extractor) {
  extractor_ = std::move(extractor);
  if (!any_saved()) {
    unsaved_.clear();
    unsaved_bytes_ = 0;
    pages_ = 0;
    any_fault_ = false;
    without_text_.clear();
  }
  // The next attempt must know that the one that was noted has failed. A task that never left this machine needs no note.
  if (note_.extractor.empty() || note_.extractor == extractor_) co_return Result<void>{};
  ExtractionNote changed;
  changed.extractor = extractor_;
  co_return co_await note(std::move(changed));
}

Async<Result<void>> SavedPages::note(ExtractionNote note) {
  auto noted = co_await ledger_.note(task_.lease, note);
  if (!noted) co_return fail(std::move(noted).error().in("note the extractor"));
  note_ = std::move(note);
  co_return Result<void>{};
}

void SavedPages::count(const Page& page) {
  ++pages_;
  if (page.fault) any_fault_ = true;
  if (!page.has_text_layer) without_text_.push_back(page.number);
}

bool SavedPages::save_is_due() const {
  if (pages_ >= expected_) return false;  // the rest is saved by the transaction that completes the task
  return int(unsaved_.size()) >= rules_.pages_per_save || unsaved_bytes_ >= rules_.bytes_per_save ||
         std::chrono::steady_clock::now() - last_save_ >= rules_.time_per_save;
}

Async<Result<void>> SavedPages::save() {
  CO_CHECK(fault_point("pages.before_save"));
  std::vector<Page> batch = std::move(unsaved_);
  unsaved_.clear();
  int batch_size = int(batch.size());
  auto saved = co_await ledger_.save_pages(task_.lease, std::move(batch), expected_, page_count_);
  if (!saved) co_return fail(std::move(saved).error().in("save pages"));
  unsaved_bytes_ = 0;
  last_save_ = std::chrono::steady_clock::now();
  saved_ += batch_size;
  co_await post_progress();
  co_return Result<void>{};
}

Async<void> SavedPages::post_progress() {
  Standing standing = standing_of(task_.document);
  standing.pages_done = saved_;
  standing.pages_total = expected_;
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  int done_now = saved_ - saved_before_;
  if (done_now > 0) standing.seconds_left = seconds / done_now * (expected_ - saved_);
  co_await board_.post(std::move(standing));
}

}  // namespace docquarry
