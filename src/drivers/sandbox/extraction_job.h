// One document on its way through as many children as it takes: what has been delivered, what it may still cost, what went wrong.
#pragma once

#include "drivers/sandbox/child.h"
#include "ports/extractor.h"

#include <optional>
#include <string>
#include <vector>

namespace docquarry {

class ExtractionJob {
 public:
  using Clock = std::chrono::steady_clock;

  ExtractionJob(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip, PageSink& sink, const SandboxLimits& limits,
                boost::asio::thread_pool& helpers);

  int file() const { return file_.fd.get(); }
  std::uint64_t bytes() const { return file_.bytes; }

  // The request for the next child, numbered `number`.
  std::string request(std::uint32_t number) const;

  // What the document may still use.
  Budget budget() const;

  // Takes everything that this child says. True: the document is done. False: the child broke, and another one may go on. `fresh`:
  // the child has read no other document, so what breaks it is this one's fault.
  // Errors end the document: those of the sink, those of the document, and breaks beyond what the limits allow.
  Async<Result<bool>> follow(Child& child, std::uint32_t number, bool fresh);

  // What is known in the end.
  Result<ExtractionSummary> summary(std::string extractor);

 private:
  Async<Result<void>> take(wire::Begin begin, Child& child);
  Async<Result<void>> take(wire::PageFrame frame, Child& child);
  Async<Result<void>> take_broken(int number, const Error& why);
  Async<Result<void>> deliver(Page page);
  Async<Result<void>> after_break(Error why, Child& child, bool fresh);
  Async<Result<void>> give_up(Error why);
  bool may_send(int page) const;
  bool may_be_innocent(const Error& why) const;
  int next_wanted(int after) const;
  void note(std::string fault);

  ReadOnlyFile file_;
  ExtractionOptions options_;
  std::vector<PageRange> done_;  // skipped from the start, delivered or found broken
  PageSink& sink_;
  const SandboxLimits& limits_;
  boost::asio::thread_pool& helpers_;

  Clock::time_point started_ = Clock::now();
  Clock::duration cpu_spent_{}, wall_spent_{}, lost_{};
  double cpu_seconds_ = 0;
  std::uint64_t peak_memory_ = 0;
  int breaks_ = 0;

  std::optional<wire::Begin> begin_;
  bool facts_read_ = false, without_facts_ = false, without_labels_ = false, without_context_ = false, context_missed_ = false;
  bool tried_again_ = false;
  int last_page_ = 0;  // delivered, or found broken
  int pages_from_this_child_ = 0;
  bool any_good_page_ = false;
  std::vector<Page> broken_;  // held back until a good page shows that the document is worth a result
  std::optional<Error> first_break_;
  ExtractionSummary summary_;
};

}  // namespace docquarry
