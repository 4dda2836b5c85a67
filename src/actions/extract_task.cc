#include "actions/extract_task.h"

#include "actions/saved_pages.h"
#include "base/fault.h"
#include "base/log.h"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>

namespace docquarry {
namespace {

// Failures that say more about the extractor than about the document or the stores. A wrong password stays wrong; what our own extractor says
// about a missing one is final, while others may take every protection for one that needs a password.
bool another_may_help(const Error& error, std::string_view extractor) {
  if (error.is(password_required)) return extractor != to_text(ExtractorChoice::local);
  constexpr std::array curable{&invalid_document,  &unsupported_encryption, &memory_limit,         &time_limit,
                               &output_limit,      &extractor_crashed,      &extractor_misbehaved, &extractor_unavailable,
                               &extractor_refused, &empty_result,           &file_too_large};
  return std::any_of(curable.begin(), curable.end(), [&](const ErrorCode* code) { return error.is(*code); });
}

}  // namespace

// A defect that throws must end the task, not leave keep_lease holding it for ever.
Async<Result<ExtractionSummary>> ExtractTask::operator()(const ClaimedTask& task, SavedPages& pages) {
  std::string defect;
  try {
    co_return co_await extract(task, pages);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;  // we were cancelled
    defect = error.what();
  } catch (const std::exception& error) {
    defect = error.what();
  }
  co_return fail(internal_error, "exception while extracting: " + defect);
}

Async<Result<ExtractionSummary>> ExtractTask::extract(const ClaimedTask& task, SavedPages& pages) {
  CO_TRY(auto done, co_await take_up_earlier_pages(task, pages));
  CO_TRY(auto extractors, extractors_.those_for(task));
  for (std::size_t i = 0;; ++i) {
    auto summary = co_await extract_with(extractors[i], task, done, pages);
    if (summary || i + 1 == extractors.size()) co_return summary;
    // Pages of two extractors are never mixed: once one has saved some, it is the one that is tried again.
    if (pages.any_saved() || !another_may_help(summary.error(), extractors[i].name)) co_return summary;
    log::info("extractor failed, the next one tries", {{"document", task.lease.document.value()},
                                                       {"extractor", std::string(extractors[i].name)},
                                                       {"error", summary.error().describe()}});
  }
}

Async<Result<ExtractionSummary>> ExtractTask::extract_with(Extractors::Named extractor, const ClaimedTask& task,
                                                           std::vector<int> done, SavedPages& pages) {
  auto place = co_await extractor.places->take(task.document.owner);
  CO_CHECK(co_await pages.begin_with(std::string(extractor.name)));
  CO_CHECK(fault_point("process.before_open"));
  auto file = co_await files_.open_file(task.document.content, task.document.sha256);
  if (!file) co_return fail(std::move(file).error().in("open original"));
  CO_CHECK(fault_point("process.before_extract"));
  auto summary = co_await place.extractor().extract(std::move(*file), task.document.options, std::move(done), pages);
  if (summary) CO_CHECK(fault_point("process.after_extract"));
  co_return summary;
}

// Which pages an earlier attempt saved: they are not extracted again, but they count in the summary.
Async<Result<std::vector<int>>> ExtractTask::take_up_earlier_pages(const ClaimedTask& task, SavedPages& pages) {
  std::vector<int> done;
  if (task.pages_saved == 0) co_return done;
  PageRange rest;
  while (true) {
    CO_TRY(auto earlier, co_await catalogue_.pages(task.lease.task, rest, PageParts(), 1000));
    if (earlier.empty()) co_return done;
    for (const auto& page : earlier) {
      pages.count_earlier(page);
      done.push_back(page.number);
    }
    rest.first = done.back() + 1;
  }
}

}  // namespace docquarry
