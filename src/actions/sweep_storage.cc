#include "actions/sweep_storage.h"

#include <algorithm>

namespace docquarry {

Async<Result<int>> SweepStorage::operator()() {
  constexpr int at_once = 500;
  constexpr std::chrono::hours keys_are_kept{24};
  auto now = clock_.now();
  CO_CHECK(co_await catalogue_.forget_keys(now - keys_are_kept));
  CO_TRY(int removed, co_await files_.remove_unfinished(now - grace_));
  ObjectKey after;
  while (true) {
    CO_TRY(auto stored, co_await files_.list(after, now - grace_, at_once));
    if (stored.empty()) break;
    after = stored.back();
    CO_TRY(auto known, co_await catalogue_.known_objects(stored));
    std::sort(known.begin(), known.end());
    for (const auto& key : stored) {
      if (std::binary_search(known.begin(), known.end(), key)) continue;
      CO_CHECK(co_await files_.remove(key));
      ++removed;
    }
  }
  co_return removed;
}

}  // namespace docquarry
