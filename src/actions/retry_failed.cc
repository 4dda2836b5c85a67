#include "actions/retry_failed.h"

#include "domain/error_codes.h"

namespace docquarry {

Async<Result<RetriedFailures>> RetryFailed::operator()() {
  constexpr int at_once = 200;
  DocumentFilter failed;
  failed.state = TaskState::failed;
  RetriedFailures done;
  std::string after;
  while (true) {
    CO_TRY(auto page, co_await catalogue_.list(failed, ListOrder::oldest_first, after, at_once));
    for (auto& document : page.documents) {
      if (!document.failure || !document.failure->retryable) continue;
      CO_CHECK(co_await retry(std::move(document), done));
      progress_(done.started + done.passed_over);
    }
    if (!page.next) co_return done;
    after = std::move(*page.next);
  }
}

Async<Result<void>> RetryFailed::retry(DocumentView document, RetriedFailures& done) {
  auto started = co_await reprocess_(document.id, document.options);
  bool overtaken = !started && (started.error().is(document_not_found) || started.error().is(not_finished));
  if (!started && !overtaken) co_return fail(std::move(started).error());
  ++(overtaken ? done.passed_over : done.started);
  co_return Result<void>{};
}

}  // namespace docquarry
