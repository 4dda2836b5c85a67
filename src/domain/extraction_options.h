// What a client may ask of an extraction, and how it is written in requests, on the command line and in SQL.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

// 1-based, inclusive. An open end is written as last = 0 ("5-").
struct PageRange {
  int first = 1;
  int last = 0;
  bool operator==(const PageRange&) const = default;
};

// Who is to extract: this machine, LlamaCloud, or those that the operator set, in that order.
enum class ExtractorChoice { automatic, local, llamaparse };

struct ExtractionOptions {
  std::vector<PageRange> pages;              // empty: all. Ascending, disjoint
  std::string password;                      // secret: never logged, removed from SQL when the task ends
  std::optional<ExtractorChoice> extractor;  // empty: as the owner or else the operator set it

  bool includes(int page) const;
  bool operator==(const ExtractionOptions&) const = default;
};

// "1-5,9", "3-", "7". Errors: invalid_request with a sentence that says what is wrong.
Result<std::vector<PageRange>> parse_page_ranges(std::string_view text);
std::string format_page_ranges(const std::vector<PageRange>& ranges);

// "auto", "local", "llamaparse". Errors: invalid_request.
Result<ExtractorChoice> parse_extractor_choice(std::string_view text);
std::string_view to_text(ExtractorChoice choice);

}  // namespace docquarry
