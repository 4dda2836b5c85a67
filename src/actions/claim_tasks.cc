#include "actions/claim_tasks.h"

#include "base/log.h"

namespace docquarry {

Async<Result<std::vector<ClaimedTask>>> ClaimTasks::operator()(int limit) {
  auto now = clock_.now();
  CO_TRY(auto claim, co_await ledger_.claim(holder_, now, now + rules_.lease, limit, rules_.attempts));
  for (auto document : claim.ended) co_await tell_end(document);
  co_return std::move(claim.tasks);
}

Async<void> ClaimTasks::tell_end(DocumentId document) {
  auto view = co_await catalogue_.find(document);
  if (!view) {
    // Deleted meanwhile, and then whoever watched it was told; or the database is away, and then whoever asks is told so.
    log::info("the end of an interrupted task was not announced",
              {{"document", document.value()}, {"why", view.error().describe()}});
    co_return;
  }
  if (!is_final(view->state)) co_return;  // a client has started it again already
  metrics_.count_finished(to_text(view->state), 0, 0);
  log::info("an interrupted task has ended", {{"document", document.value()}, {"state", to_text(view->state)}});
  co_await board_.post(standing_of(*view));
}

}  // namespace docquarry
