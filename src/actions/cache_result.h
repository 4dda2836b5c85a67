// Puts a result into the cache as soon as it is there, in the original's form, so that its tools find it in Redis.
#pragma once

#include "domain/document_facts.h"
#include "domain/page.h"
#include "ports/document_catalogue.h"
#include "ports/live_state.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

// The original's key: "result:42".
std::string result_cache_key(DocumentId document);

// Larger results are not cached: they are read from SQL, page by page.
inline constexpr std::size_t largest_cached_result = 256 * 1024;

// The body of a document whose task is about to be completed, from what its worker holds: `pages` are all there are. The same, byte for byte,
// as is read from SQL afterwards; cut short when it grows larger than what is cached.
std::string result_at_hand(DocumentView document, const ExtractionSummary& summary, const std::vector<Page>& pages);

class CacheResult {
 public:
  CacheResult(DocumentCatalogue& catalogue, ResultCache& cache, std::chrono::seconds time_to_live)
      : catalogue_(catalogue), cache_(cache), time_to_live_(time_to_live) {}

  // For a document that has just been completed. A body that is not at hand is read from SQL. What fails is not told: the cache is a
  // convenience, and fills again when somebody reads. The result of a repeated task (generation above 1) is not cached: its key cannot
  // tell it from the result before it.
  Async<void> operator()(DocumentView document, std::optional<std::string> body);

 private:
  Async<Result<std::string>> read_body(DocumentId document);

  DocumentCatalogue& catalogue_;
  ResultCache& cache_;
  std::chrono::seconds time_to_live_;
};

}  // namespace docquarry
