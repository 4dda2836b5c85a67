#include "actions/cache_result.h"

#include "actions/joined_text.h"
#include "base/log.h"
#include "formats/original_result.h"

namespace docquarry {

std::string result_cache_key(DocumentId document) { return "result:" + std::to_string(document.value()); }

Async<void> CacheResult::operator()(DocumentId id) {
  auto document = co_await catalogue_.find(id);
  if (!document || document->state != TaskState::completed || document->generation != 1) co_return;
  auto text = co_await body(std::move(*document));
  if (!text) {
    log::debug("result not cached", {{"document", id.value()}, {"error", text.error().describe()}});
    co_return;
  }
  if (text->size() > largest_cached_result) co_return;
  co_await cache_.put(result_cache_key(id), std::move(*text), time_to_live_);
}

// Cut short when it grows larger than what is cached.
Async<Result<std::string>> CacheResult::body(DocumentView document) {
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
