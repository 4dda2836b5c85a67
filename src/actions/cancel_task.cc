#include "actions/cancel_task.h"

namespace docquarry {

Async<Result<DocumentView>> CancelTask::operator()(DocumentId document) {
  auto state = co_await ledger_.request_cancel(document, clock_.now());
  if (!state) co_return fail(std::move(state).error().in("cancel task"));
  auto view = co_await catalogue_.find(document);
  if (view) co_await board_.post(standing_of(*view));
  co_return view;
}

}  // namespace docquarry
