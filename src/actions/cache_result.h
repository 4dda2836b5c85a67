// Puts a result into the cache as soon as it is there, in the original's form, so that its tools find it in Redis.
#pragma once

#include "ports/document_catalogue.h"
#include "ports/live_state.h"

#include <chrono>
#include <string>

namespace docquarry {

// The original's key: "result:42".
std::string result_cache_key(DocumentId document);

// Larger results are not cached: they are read from SQL, page by page.
inline constexpr std::size_t largest_cached_result = 256 * 1024;

class CacheResult {
 public:
  CacheResult(DocumentCatalogue& catalogue, ResultCache& cache, std::chrono::seconds time_to_live)
      : catalogue_(catalogue), cache_(cache), time_to_live_(time_to_live) {}

  // For a document that has just been completed. What fails is not told: the cache is a convenience, and fills again when somebody reads.
  // The result of a repeated task (generation above 1) is not cached: its key cannot tell it from the result before it.
  Async<void> operator()(DocumentId document);

 private:
  Async<Result<std::string>> body(DocumentView document);

  DocumentCatalogue& catalogue_;
  ResultCache& cache_;
  std::chrono::seconds time_to_live_;
};

}  // namespace docquarry
