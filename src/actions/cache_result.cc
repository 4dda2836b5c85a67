#include "actions/cache_result.h"

#include "actions/joined_text.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "formats/original_result.h"

namespace docquarry {

std::string result_cache_key(DocumentId document) { return "result:" + std::to_string(document.value()); }

std::string result_at_hand(DocumentView document, const ExtractionSummary& summary, const std::vector<Page>& pages) {
  document.extraction_seconds = summary.seconds;
  std::string out;
  write_result_before_text(out, document, summary.facts.page_count);
  for (std::size_t i = 0; i < pages.size() && out.size() <= largest_cached_result; ++i)
    append_page_text(out, i == 0, pages[i].text);
  write_result_after_text(out, document, summary.facts.metadata);
  return out;
}

Async<void> CacheResult::operator()(DocumentView document, std::optional<std::string> body) {
  if (document.generation != 1) co_return;
  if (!body) {
    auto read = co_await read_body(document.id);
    if (!read) {
      log::debug("result not cached", {{"document", document.id.value()}, {"error", read.error().describe()}});
      co_return;
    }
    body = std::move(*read);
  }
  if (body->size() > largest_cached_result) co_return;
  co_await cache_.put(result_cache_key(document.id), std::move(*body), time_to_live_);
}

// Cut short when it grows larger than what is cached.
Async<Result<std::string>> CacheResult::read_body(DocumentId id) {
  CO_TRY(auto document, co_await catalogue_.find(id));
  bool is_repeated = document.state != TaskState::completed || document.generation != 1;
  if (is_repeated) co_return fail(no_result, "the document was given a new task meanwhile");
  CO_TRY(auto facts, co_await catalogue_.facts(document.task));
  JoinedText text(catalogue_, document.task);
  std::string out;
  write_result_before_text(out, document, facts.page_count);
  bool more = true;
  while (more && out.size() <= largest_cached_result) {
    CO_TRY(more, co_await text.write_more(out));
  }
  write_result_after_text(out, document, facts.metadata);
  co_return out;
}

}  // namespace docquarry
