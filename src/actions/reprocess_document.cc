#include "actions/reprocess_document.h"

#include "base/log.h"

namespace docquarry {

Async<Result<DocumentView>> ReprocessDocument::operator()(DocumentId document, ExtractionOptions options) {
  auto ticket = co_await ledger_.start_again(document, std::move(options), clock_.now());
  if (!ticket) co_return fail(std::move(ticket).error().in("start again"));
  auto view = co_await catalogue_.find(document);
  if (view) co_await board_.post(standing_of(*view));
  auto announced = co_await queue_.announce(std::move(*ticket));
  if (!announced) log::warn("announcement failed, the rescuer will repeat it", announced.error());
  co_return view;
}

}  // namespace docquarry
