// ResultCache of a single process: at most so many bytes; what was not asked for longest goes first.
#pragma once

#include "drivers/memory/lru_map.h"
#include "ports/clock.h"
#include "ports/live_state.h"

#include <string>

namespace docquarry {

class MemoryResultCache : public ResultCache {
 public:
  explicit MemoryResultCache(Clock& clock, std::size_t most_bytes = 16 << 20) : clock_(clock), most_bytes_(most_bytes) {}

  Async<std::optional<std::string>> get(std::string key) override;
  Async<void> put(std::string key, std::string value, std::chrono::seconds time_to_live) override;
  Async<void> remove(std::string key) override;

  std::size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    std::string value;
    Timestamp until;
  };
  void drop(const std::string& key);

  Clock& clock_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;  // of keys and values
  LruMap<std::string, Kept> kept_;
};

}  // namespace docquarry
