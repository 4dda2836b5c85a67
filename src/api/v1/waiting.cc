#include "api/v1/waiting.h"

namespace docquarry::api::v1 {

std::chrono::seconds wished_wait(const http::Request& request, const Parameters& query) {
  auto asked = query.maybe_integer("wait", wait_bounds);
  if (asked) return std::chrono::seconds(*asked);
  return preferred_wait(request.header("prefer")).value_or(std::chrono::seconds(0));
}

Async<Result<void>> wait_for(Api& api, std::vector<DocumentId> documents, std::chrono::seconds limit) {
  auto deadline = std::chrono::steady_clock::now() + limit;
  for (auto document : documents) {
    auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) break;
    CO_CHECK(co_await api.services.progress.wait_until_final(document, left));
  }
  co_return Result<void>{};
}

Async<Result<ShownDocument>> find_after_wait(Api& api, std::string uid, std::chrono::seconds wait) {
  CO_TRY(auto document, co_await api.documents.find(uid));
  if (wait.count() == 0 || is_final(document.view.state)) co_return document;
  std::vector<DocumentId> one{document.view.id};
  CO_CHECK(co_await wait_for(api, std::move(one), wait));
  co_return co_await api.documents.find(std::move(uid));
}

}  // namespace docquarry::api::v1
