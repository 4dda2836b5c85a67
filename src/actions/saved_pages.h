// Where the extractor's pages go: into SQL in batches while the task runs, the last batch together with its completion.
#pragma once

#include "actions/process_task.h"

#include <chrono>
#include <string>
#include <vector>

namespace docquarry {

class SavedPages : public PageSink {
 public:
  SavedPages(TaskLedger& ledger, ProgressBoard& board, const ClaimedTask& task, const ProcessingRules& rules);

  Async<Result<void>> expect(int pages, int page_count) override;
  Async<Result<void>> add(Page page) override;

  // Counts what an earlier attempt saved, so that the summary speaks of the whole document.
  void count_earlier(const Page& page) { count(page); }

  // From now on pages come from this extractor; what another one delivered and nobody saved is dropped. Only while !any_saved(), or with the
  // extractor that saved them.
  Async<Result<void>> begin_with(std::string extractor);
  ExtractionNote noted() const override { return note_.extractor == extractor_ ? note_ : ExtractionNote(); }
  Async<Result<void>> note(ExtractionNote note) override;
  const ExtractionNote& last_note() const { return note_; }

  bool any_saved() const { return saved_ > 0; }
  const std::vector<Page>& unsaved() const { return unsaved_; }
  std::vector<Page> take_unsaved() { return std::move(unsaved_); }
  int pages() const { return pages_; }
  const std::vector<int>& without_text() const { return without_text_; }
  bool any_fault() const { return any_fault_; }

 private:
  void count(const Page& page);
  bool save_is_due() const;
  Async<Result<void>> save();
  Async<void> post_progress();

  TaskLedger& ledger_;
  ProgressBoard& board_;
  const ClaimedTask& task_;
  const ProcessingRules& rules_;
  std::vector<Page> unsaved_;
  std::size_t unsaved_bytes_ = 0;
  std::chrono::steady_clock::time_point last_save_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point started_ = last_save_;
  std::string extractor_;
  ExtractionNote note_;
  int expected_ = 0, page_count_ = 0;
  int pages_ = 0, saved_ = 0, saved_before_ = 0;
  bool any_fault_ = false;
  std::vector<int> without_text_;
};

}  // namespace docquarry
