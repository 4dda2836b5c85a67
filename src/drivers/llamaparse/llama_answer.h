// Reads the answers of GET /api/v2/parse/{id} piece by piece, so that no result is ever held whole: what is not asked for is passed over,
// and pages are handed out as they come. At most one page, a piece of the answer and a few names are held.
//
//   {"job":{"status":…,"error_message":…,"usage":{"credits":…}},
//    "metadata":{"pages":[{"page_number":1,…},…],"document":{"confidence_breakdown":{"total_pages":…}}},
//    "text":{"pages":[{"page_number":1,"text":…},…]},
//    "markdown":{"pages":[{"page_number":1,"markdown":…,"success":true},{"page_number":2,"error":…,"success":false},…]}}
//
// Source: the types of the official clients, llama_cloud/types/parsing_get_response.py (2.19).
#pragma once

#include "base/result.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

struct LlamaPage {
  int number = 0;  // 1-based
  std::string content;
  std::optional<std::string> error;  // why the service could not read the page
};

// What is said about a job, outside of its pages.
struct LlamaJob {
  std::string status;  // PENDING, RUNNING, COMPLETED, FAILED, CANCELLED
  std::string error_message;
  std::optional<double> credits;  // known some time after the job is complete
  int pages_listed = 0;           // in the metadata
  int highest_page = 0;           // likewise
  int total_pages = 0;            // of the document; 0: not said
};

class LlamaAnswer {
 public:
  // `kind` is "text" or "markdown": which pages are handed out; empty: none. No value of the answer may be longer than `value_bytes`.
  LlamaAnswer(std::string kind, std::size_t value_bytes);
  ~LlamaAnswer();
  LlamaAnswer(LlamaAnswer&&) noexcept;

  // Errors: extractor_misbehaved when this is no such answer; output_limit when a value is too long.
  Result<void> feed(std::string_view piece);
  Result<void> finish();  // after the last piece

  std::deque<LlamaPage>& pages();  // those that have come and were not taken yet
  const LlamaJob& job() const;

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace docquarry
