#include "drivers/memory/memory_result_cache.h"

namespace docquarry {

void MemoryResultCache::drop(const std::string& key) {
  auto* known = kept_.find(key);
  if (known == nullptr) return;
  bytes_ -= key.size() + known->value.size();
  kept_.erase(key);
}

Async<std::optional<std::string>> MemoryResultCache::get(std::string key) {
  auto* known = kept_.find(key);
  if (known == nullptr) co_return std::nullopt;
  if (known->until <= clock_.now()) {
    drop(key);
    co_return std::nullopt;
  }
  co_return known->value;
}

Async<void> MemoryResultCache::put(std::string key, std::string value, std::chrono::seconds time_to_live) {
  drop(key);
  std::size_t size = key.size() + value.size();
  if (size > most_bytes_) co_return;
  bytes_ += size;
  Kept& place = kept_[key];
  place.value = std::move(value);
  place.until = clock_.now() + time_to_live;
  while (bytes_ > most_bytes_) drop(std::string(kept_.oldest().first));
}

Async<void> MemoryResultCache::remove(std::string key) {
  drop(key);
  co_return;
}

}  // namespace docquarry
