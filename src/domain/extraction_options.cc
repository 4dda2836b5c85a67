#include "domain/extraction_options.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <charconv>

namespace docquarry {
namespace {

constexpr int highest_page = 1'000'000'000;

Result<int> parse_page(std::string_view text) {
  int page = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page);
  if (error != std::errc() || end != text.data() + text.size() || page < 1 || page > highest_page)
    return fail(invalid_request, "'" + std::string(text.substr(0, 20)) + "' is not a page number (pages start at 1)");
  return page;
}

Result<PageRange> parse_range(std::string_view text) {
  auto dash = text.find('-');
  TRY(int first, parse_page(text.substr(0, dash)));
  if (dash == text.npos) return PageRange{first, first};
  if (dash + 1 == text.size()) return PageRange{first, 0};
  TRY(int last, parse_page(text.substr(dash + 1)));
  if (last < first) return fail(invalid_request, "page range '" + std::string(text) + "' runs backwards");
  return PageRange{first, last};
}

// Sorted, overlapping and touching ranges joined.
std::vector<PageRange> normalised(std::vector<PageRange> ranges) {
  auto end_of = [](const PageRange& range) { return range.last == 0 ? highest_page : range.last; };
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PageRange> joined;
  for (const auto& range : ranges) {
    if (!joined.empty() && range.first <= end_of(joined.back()) + 1) {
      if (end_of(range) > end_of(joined.back())) joined.back().last = range.last;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

}  // namespace

bool ExtractionOptions::includes(int page) const {
  if (pages.empty()) return true;
  return std::any_of(pages.begin(), pages.end(),
                     [&](const PageRange& range) { return page >= range.first && (range.last == 0 || page <= range.last); });
}

Result<std::vector<PageRange>> parse_page_ranges(std::string_view text) {
  std::vector<PageRange> ranges;
  if (text.size() > 4096) return fail(invalid_request, "the list of pages is longer than 4096 characters");
  while (true) {
    auto comma = text.find(',');
    TRY(auto range, parse_range(text.substr(0, comma)));
    ranges.push_back(range);
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  return normalised(std::move(ranges));
}

std::string format_page_ranges(const std::vector<PageRange>& ranges) {
  std::string text;
  for (const auto& range : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first);
    if (range.last == 0) text += '-';
    else if (range.last != range.first) text += '-' + std::to_string(range.last);
  }
  return text;
}

Result<ExtractorChoice> parse_extractor_choice(std::string_view text) {
  for (auto choice : {ExtractorChoice::automatic, ExtractorChoice::local, ExtractorChoice::llamaparse})
    if (text == to_text(choice)) return choice;
  return fail(invalid_request, "the extractor must be auto, local or llamaparse");
}

std::string_view to_text(ExtractorChoice choice) {
  switch (choice) {
    case ExtractorChoice::local: return "local";
    case ExtractorChoice::llamaparse: return "llamaparse";
    case ExtractorChoice::automatic: break;
  }
  return "auto";
}

}  // namespace docquarry
