#include "http/accept.h"

#include "http/characters.h"
#include "http/parameters.h"

#include <vector>

namespace docquarry::http {
namespace {

// Thousandths, as exact as RFC 9110 section 12.4.2 allows; empty when it is no quality.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.'))
    return std::nullopt;
  int thousandths = (text[0] - '0') * 1000, unit = 100;
  for (char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c)) return std::nullopt;
    thousandths += (c - '0') * unit;
    unit /= 10;
  }
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

struct Choice {
  WithParameters what;
  int quality = 1000;
};

// The elements of a list; those that cannot be read are left out.
std::vector<Choice> parse_list(std::string_view list) {
  std::vector<Choice> choices;
  while (!list.empty()) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (quoted || list[end] != ','); ++end) {
      if (list[end] == '"') quoted = !quoted;
    }
    auto parsed = parse_with_parameters(trimmed(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!parsed || parsed->value.empty()) continue;
    const auto* quality_text = parsed->parameter("q");
    auto quality = quality_text != nullptr ? parse_quality(*quality_text) : std::optional(1000);
    if (quality) choices.push_back({std::move(*parsed), *quality});
  }
  return choices;
}

// How closely `range` describes `offer`: 0 not at all, 1 for */*, 2 for type/*, 3 and more with each parameter.
int closeness(const WithParameters& range, const WithParameters& offer) {
  auto type = std::string_view(range.value).substr(0, range.value.find('/') + 1);
  int close = range.value == offer.value                                     ? 3
              : range.value == "*/*"                                         ? 1
              : range.value.ends_with("/*") && offer.value.starts_with(type) ? 2
                                                                             : 0;
  if (close == 0) return 0;
  for (const auto& [name, value] : range.parameters) {
    if (name == "q" || name == "charset") continue;
    const auto* offered = offer.parameter(name);
    if (offered == nullptr || !same_ignoring_case(*offered, value)) return 0;
    ++close;
  }
  return close;
}

}  // namespace

std::optional<std::size_t> best_media_type(std::string_view accept, std::span<const std::string_view> offered) {
  auto ranges = parse_list(accept);
  if (ranges.empty()) return offered.empty() ? std::nullopt : std::optional<std::size_t>(0);
  std::optional<std::size_t> best;
  int best_quality = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    auto offer = parse_with_parameters(offered[i]);
    int closest = 0, quality = 0;
    for (const auto& range : ranges) {
      int close = offer ? closeness(range.what, *offer) : 0;
      if (close > closest) {
        closest = close;
        quality = range.quality;
      }
    }
    if (quality > best_quality) {
      best = i;
      best_quality = quality;
    }
  }
  return best;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool by_star = false;
  for (const auto& choice : parse_list(accept_encoding)) {
    if (choice.what.value == coding) return choice.quality > 0;
    if (choice.what.value == "*") by_star = choice.quality > 0;
  }
  return by_star;
}

}  // namespace docquarry::http
