#include "drivers/llamaparse/llamaparse_extractor.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/llamaparse/deliver_pages.h"
#include "drivers/llamaparse/llama_errors.h"

#include <algorithm>

namespace docquarry {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

LlamaParseExtractor::LlamaParseExtractor(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, Clock& clock,
                                         IdSource& ids, LlamaParseOptions options)
    : cloud_(loop, helpers, std::move(options)), clock_(clock), ids_(ids) {}

std::string LlamaParseExtractor::name() const { return "llamaparse-" + cloud_.options().tier; }

Async<Result<ExtractionSummary>> LlamaParseExtractor::extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                                              PageSink& pages) {
  if (!options.password.empty())
    co_return fail(unsupported_encryption, "LlamaCloud takes no passwords (ask for the extractor local)");
  bool goes_on = !pages.noted().file.empty();
  auto summary = co_await extract_with_job(std::move(file), std::move(options), std::move(skip), pages);
  if (summary || !goes_on || !summary.error().is(extractor_refused)) co_return summary;
  // The service forgets files and jobs after days. If it is the key that is refused, the next attempt will say so.
  ExtractionNote nothing;
  nothing.extractor = "llamaparse";
  CO_CHECK(co_await pages.note(std::move(nothing)));
  co_return fail(extractor_unavailable, "what an earlier attempt began is gone: " + summary.error().message());
}

Async<Result<ExtractionSummary>> LlamaParseExtractor::extract_with_job(ReadOnlyFile file, ExtractionOptions options,
                                                                       std::vector<int> skip, PageSink& pages) {
  auto began = steady_clock::now();
  CO_TRY(auto note, co_await begin_job(file.fd.get(), file.bytes, format_page_ranges(options.pages), pages));
  CO_TRY(auto job, co_await wait_for(note.job));
  if (job.status != "COMPLETED") {
    // A next attempt, if there is one, must begin a new job.
    ExtractionNote only_file;
    only_file.extractor = note.extractor;
    only_file.file = note.file;
    CO_CHECK(co_await pages.note(std::move(only_file)));
    if (job.status == "FAILED") co_return fail(job_failure(job.error_message));
    co_return fail(extractor_unavailable, "LlamaCloud cancelled the job");
  }
  DeliverPages deliver(cloud_, note.job, std::move(skip), pages);
  CO_TRY(auto delivered, co_await deliver(job, options.pages.empty()));

  ExtractionSummary summary;
  summary.facts.page_count = delivered.page_count;
  summary.partial = delivered.any_fault;
  summary.extractor = name();
  summary.job = note.job;
  summary.credits = job.credits;
  summary.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  co_return summary;
}

// The job of this task: the one that an earlier attempt created, or a new one.
Async<Result<ExtractionNote>> LlamaParseExtractor::begin_job(int fd, std::uint64_t bytes, std::string target_pages,
                                                             PageSink& pages) {
  auto note = pages.noted();
  note.extractor = "llamaparse";
  if (!note.job.empty()) co_return note;
  if (note.file.empty()) {
    CO_TRY(note.file, co_await cloud_.upload(fd, bytes));
  }
  bool may_exist = !note.mark.empty();
  if (!may_exist) {
    note.mark = ids_.next();
    note.since = to_rfc3339(clock_.now() - 10min);  // clocks differ
    CO_CHECK(co_await pages.note(note));
  }
  LlamaJobOrder order{note.file, std::move(target_pages), note.mark, note.since};
  if (may_exist) {
    CO_TRY(note.job, co_await cloud_.find_job(order));
  }
  if (note.job.empty()) {
    CO_TRY(note.job, co_await cloud_.create_job(order));
  }
  CO_CHECK(co_await pages.note(note));
  co_return note;
}

Async<Result<LlamaJob>> LlamaParseExtractor::wait_for(std::string job) {
  const auto& options = cloud_.options();
  auto give_up_at = steady_clock::now() + options.job_time;
  auto interval = options.first_poll;
  while (true) {
    co_await pause_for(cloud_.jittered(interval, 0.8, 1.2));
    auto seen = co_await cloud_.look_at(job);
    if (!seen) co_return seen;
    if (seen->status == "COMPLETED" || seen->status == "FAILED" || seen->status == "CANCELLED") co_return seen;
    if (seen->status != "PENDING" && seen->status != "RUNNING")
      co_return fail(extractor_misbehaved, "LlamaCloud sent a job without a known status");
    if (steady_clock::now() >= give_up_at) {
      ExtractionNote note;
      note.job = job;
      co_await abandon(std::move(note));
      co_return fail(time_limit, "LlamaCloud did not finish the document in " + std::to_string(options.job_time.count()) + " s");
    }
    interval = std::min(interval * 3 / 2, options.longest_poll);
  }
}

Async<void> LlamaParseExtractor::abandon(ExtractionNote note) {
  std::string job = note.job;
  auto cancelled = co_await with_timeout(cloud_.options().cancel_time, cancel(std::move(note)));
  if (!cancelled) log::warn("LlamaCloud did not answer the cancelling of a job", {{"job", job}});
  else if (!*cancelled) log::warn("LlamaCloud did not cancel a job", cancelled->error(), {{"job", job}});
}

// Also when the attempt was stopped before it heard what its job is called.
Async<Result<void>> LlamaParseExtractor::cancel(ExtractionNote note) {
  bool may_exist = note.job.empty() && !note.mark.empty();
  if (may_exist) {
    LlamaJobOrder order;
    order.mark = note.mark;
    order.since = note.since;
    CO_TRY(note.job, co_await cloud_.find_job(order));
  }
  if (note.job.empty()) co_return Result<void>{};
  auto cancelled = co_await cloud_.cancel(note.job);
  co_return cancelled;
}

}  // namespace docquarry
