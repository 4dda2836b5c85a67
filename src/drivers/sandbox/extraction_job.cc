#include "drivers/sandbox/extraction_job.h"

#include "base/fault.h"
#include "domain/error_codes.h"
#include "formats/page_lines.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace docquarry {
namespace {

constexpr std::size_t faults_told = 8;
constexpr std::size_t lines_off_the_loop_from = 400;

std::vector<PageRange> as_ranges(const std::vector<int>& pages) {
  std::vector<PageRange> ranges;
  for (int page : pages) {
    if (!ranges.empty() && ranges.back().last + 1 == page) ranges.back().last = page;
    else ranges.push_back({page, page});
  }
  return ranges;
}

void add_page(std::vector<PageRange>& ranges, int page) {
  auto at =
      std::lower_bound(ranges.begin(), ranges.end(), page, [](const PageRange& range, int number) { return range.last < number; });
  if (at != ranges.end() && at->first <= page) return;
  if (at != ranges.begin() && std::prev(at)->last + 1 == page) std::prev(at)->last = page;
  else ranges.insert(at, {page, page});
}

bool holds(const std::vector<PageRange>& ranges, int page) {
  auto at =
      std::lower_bound(ranges.begin(), ranges.end(), page, [](const PageRange& range, int number) { return range.last < number; });
  return at != ranges.end() && at->first <= page;
}

double seconds(std::chrono::steady_clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

ExtractionJob::ExtractionJob(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip, PageSink& sink,
                             const SandboxLimits& limits, boost::asio::thread_pool& helpers)
    : file_(std::move(file)),
      options_(std::move(options)),
      done_(as_ranges(skip)),
      sink_(sink),
      limits_(limits),
      helpers_(helpers),
      any_good_page_(!skip.empty()) {}

std::string ExtractionJob::request(std::uint32_t number) const {
  wire::ExtractRequest request;
  request.document = number;
  request.bytes = file_.bytes;
  request.limits = child_limits(limits_);
  request.password = options_.password;
  request.pages = options_.pages;
  request.skip = done_;
  request.without_facts = without_facts_;
  request.without_labels = without_labels_;
  request.without_context = without_context_;
  return wire::encode(request);
}

Budget ExtractionJob::budget() const {
  Clock::duration cpu = limits_.cpu_base;
  if (begin_) cpu += limits_.cpu_per_page * std::int64_t(begin_->expected);
  cpu = std::min<Clock::duration>(cpu, limits_.cpu_most);
  auto wall = cpu * limits_.wall_factor;
  return {std::max(cpu - cpu_spent_, Clock::duration::zero()), std::max(wall - wall_spent_, Clock::duration::zero())};
}

bool ExtractionJob::may_send(int page) const { return page <= limits_.pages && options_.includes(page) && !holds(done_, page); }

Async<Result<bool>> ExtractionJob::follow(Child& child, std::uint32_t number, bool fresh) {
  wire::FrameReader reader(number, [this](int page) { return may_send(page); });
  pages_from_this_child_ = 0;
  bool done = false;
  while (!done) {
    auto message = co_await child.receive(reader, helpers_);
    if (!message) co_return fail(std::move(message).error());
    if (!*message) {
      auto why = co_await child.cause_of_death();
      auto next = co_await after_break(std::move(why), child, fresh);
      if (!next) co_return fail(std::move(next).error());
      co_return facts_read_;
    }
    wire::Message content = std::move(**message);
    if (auto* begin = std::get_if<wire::Begin>(&content)) {
      auto taken = co_await take(*begin, child);
      if (!taken) co_return fail(std::move(taken).error());
    } else if (auto* frame = std::get_if<wire::PageFrame>(&content)) {
      wire::PageFrame page = std::move(*frame);
      auto taken = co_await take(std::move(page), child);
      if (!taken) co_return fail(std::move(taken).error());
    } else if (auto* facts = std::get_if<DocumentFacts>(&content)) {
      auto without_text = std::move(summary_.facts.pages_without_text);
      summary_.facts = std::move(*facts);
      summary_.facts.pages_without_text = std::move(without_text);
    } else if (auto* failed = std::get_if<wire::Failed>(&content)) {
      co_return fail(*failed->code, std::move(failed->message));
    } else if (auto* end = std::get_if<wire::End>(&content)) {
      summary_.partial = summary_.partial || end->partial;
      for (auto& fault : end->faults) note(std::move(fault));
      cpu_seconds_ += end->cpu_seconds;
      peak_memory_ = std::max({peak_memory_, end->peak_memory_bytes, child.peak_memory_bytes()});
      done = true;
    }
  }
  if (!reader.idle()) co_return fail(extractor_misbehaved, "the extractor's answer goes on after its end");
  if (next_wanted(last_page_) != 0) co_return fail(extractor_misbehaved, "the extractor's answer lacks pages");
  CO_CHECK(fault_point("extract.before_end"));
  facts_read_ = true;
  co_return true;
}

Async<Result<void>> ExtractionJob::take(wire::Begin begin, Child& child) {
  if (begin_) {
    bool same = begin_->page_count == begin.page_count && begin_->expected == begin.expected;
    if (!same) co_return fail(extractor_misbehaved, "two children see different numbers of pages in one document");
    co_return Result<void>();
  }
  begin_ = begin;
  auto more = budget();
  child.extend(more);
  child.pause_clocks();
  auto taken = co_await sink_.expect(int(begin.expected), int(begin.page_count));
  child.resume_clocks();
  co_return taken;
}

Async<Result<void>> ExtractionJob::take(wire::PageFrame frame, Child& child) {
  auto write_lines = [&] { return write_page_lines(frame.fonts, frame.lines); };
  if (frame.lines.size() < lines_off_the_loop_from) frame.page.lines = write_lines();
  else frame.page.lines = co_await off_loop(helpers_, write_lines);
  ++pages_from_this_child_;
  if (without_labels_ && !any_good_page_) note("the page labels were left out, because reading them broke the extractor");
  if (without_context_ && !std::exchange(context_missed_, true))
    note("pages from " + std::to_string(frame.page.number) +
         " on were read without what earlier pages tell of the document's style");
  last_page_ = frame.page.number;
  add_page(done_, last_page_);
  summary_.partial = summary_.partial || frame.page.fault.has_value();
  child.pause_clocks();
  any_good_page_ = true;
  for (auto& broken : broken_) {
    Page page = std::move(broken);
    auto delivered = co_await deliver(std::move(page));
    if (!delivered) co_return delivered;
  }
  broken_.clear();
  auto delivered = co_await deliver(std::move(frame.page));
  child.resume_clocks();
  co_return delivered;
}

Async<Result<void>> ExtractionJob::deliver(Page page) {
  if (!page.has_text_layer && !page.fault) summary_.facts.pages_without_text.push_back(page.number);
  ++summary_.pages_extracted;
  auto added = co_await sink_.add(std::move(page));
  co_return added;
}

// The first wanted page behind `after` that is neither delivered nor broken; 0 when there is none.
int ExtractionJob::next_wanted(int after) const {
  int last = begin_ ? std::min(int(begin_->page_count), limits_.pages) : 0;
  for (int page = after + 1; page <= last; ++page)
    if (may_send(page)) return page;
  return 0;
}

// What else the child reads before a page's frame: the page's label, and known pages, so that they tell what the page means.
bool ExtractionJob::may_be_innocent(const Error& why) const {
  return (why.is(extractor_crashed) && !without_labels_) || (!done_.empty() && !without_context_);
}

// A child has died. Whose fault was it, and is it worth another one?
Async<Result<void>> ExtractionJob::after_break(Error why, Child& child, bool fresh) {
  cpu_spent_ += child.cpu_used();
  wall_spent_ += child.wall_used();
  cpu_seconds_ += seconds(child.cpu_used());
  peak_memory_ = std::max(peak_memory_, child.peak_memory_bytes());
  ++breaks_;
  bool launcher_failed = why.is(extractor_unavailable);
  if (launcher_failed && breaks_ > 2) co_return fail(std::move(why));
  if (launcher_failed) co_return Result<void>();                // not the document's fault: the same again
  if (!fresh && !why.is(time_limit)) co_return Result<void>();  // perhaps the fault of the documents before it
  bool no_page = pages_from_this_child_ == 0;
  // Time that gave pages is not lost.
  lost_ += no_page ? child.wall_used() : Clock::duration::zero();
  if (!first_break_) first_break_ = why;
  if (!begin_) co_return fail(std::move(why));  // it broke while opening: there is nothing to go on with

  int culprit = next_wanted(last_page_);
  bool hung = why.is(time_limit);
  if (why.is(extractor_crashed) && (culprit == 0 || no_page) && !tried_again_) {
    tried_again_ = true;  // once: something else on this machine may have killed the child, and the result should not suffer for it
  } else if (culprit == 0) {
    if (without_facts_) co_return fail(std::move(why));
    without_facts_ = true;
    note("the document's metadata and outline could not be read: " + why.message());
  } else if (no_page && may_be_innocent(why)) {
    without_labels_ = without_labels_ || why.is(extractor_crashed);
    without_context_ = true;
  } else if (no_page || hung) {
    auto taken = co_await take_broken(culprit, why);
    if (!taken) co_return taken;
  }
  // Else it may have been the pages before: a fresh child has to break on this page too before the page is blamed.
  auto left = budget();
  bool spent = left.cpu == Clock::duration::zero() || left.wall == Clock::duration::zero() || lost_ > limits_.lost_most ||
               breaks_ > limits_.restarts;
  if (!spent) co_return Result<void>();
  auto given_up = co_await give_up(std::move(why));
  co_return given_up;
}

Async<Result<void>> ExtractionJob::take_broken(int number, const Error& why) {
  Page page;
  page.number = number;
  page.fault = PageFault{std::string(why.code().name), why.message()};
  last_page_ = number;
  add_page(done_, number);
  without_context_ = true;  // it would break the next child too
  note("page " + std::to_string(number) + " could not be read: " + why.message());
  if (!any_good_page_) {
    broken_.push_back(std::move(page));
    co_return Result<void>();
  }
  auto delivered = co_await deliver(std::move(page));
  co_return delivered;
}

// The pages that are left are delivered with the fault that ended the work, so that a result names every page.
Async<Result<void>> ExtractionJob::give_up(Error why) {
  note("the document was given up: " + why.message());
  Error rest(why.code(), "not tried, because earlier pages used up what the document may use");
  for (int page = next_wanted(last_page_); page != 0; page = next_wanted(last_page_)) {
    auto taken = co_await take_broken(page, rest);
    if (!taken) co_return taken;
  }
  summary_.facts.page_count = int(begin_->page_count);
  facts_read_ = true;  // there is nothing more to ask for
  co_return Result<void>();
}

Result<ExtractionSummary> ExtractionJob::summary(std::string extractor) {
  // Every page broke: that is no result.
  if (!broken_.empty() && first_break_) return fail(*first_break_);
  summary_.extractor = std::move(extractor);
  summary_.seconds = seconds(Clock::now() - started_);
  summary_.cpu_seconds = cpu_seconds_;
  summary_.peak_memory_bytes = peak_memory_;
  return std::move(summary_);
}

void ExtractionJob::note(std::string fault) {
  summary_.partial = true;
  if (summary_.faults.size() < faults_told) summary_.faults.push_back(std::move(fault));
}

}  // namespace docquarry
