#include "actions/remove_document.h"

#include "actions/cache_result.h"
#include "base/log.h"

namespace docquarry {

Async<Result<void>> RemoveDocument::operator()(DocumentId document) {
  auto content = co_await catalogue_.remove(document);
  if (!content) co_return fail(std::move(content).error().in("remove document"));
  // From here on the document is gone; what follows only frees space, and the sweeper repeats it.
  co_await cache_.remove(result_cache_key(document));
  co_await board_.forget(document);
  auto removed = co_await files_.remove(std::move(*content));
  if (!removed) log::warn("cannot remove the original, the sweeper will", removed.error());
  co_return Result<void>{};
}

}  // namespace docquarry
