#include "api/negotiation.h"

#include <algorithm>
#include <charconv>

namespace docquarry::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the part before the next `mark` off the front of `rest`. Quoted strings do not occur in what is read here, except in ETags,
// which hold no comma of ours.
std::string_view next_part(std::string_view& rest, char mark) {
  auto end = rest.find(mark);
  auto part = trimmed(rest.substr(0, end));
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }
bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// "0.8" -> 800; what cannot be read counts as 1.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    auto parameter = next_part(parameters, ';');
    if (parameter.size() < 3 || lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    auto text = parameter.substr(2);
    if (text[0] != '0') return 1000;
    int value = 0, digits = 0;
    for (char c : text.substr(std::min<std::size_t>(2, text.size())))
      if (digits < 3 && c >= '0' && c <= '9') value = value * 10 + (c - '0'), ++digits;
    for (; digits < 3; ++digits) value *= 10;
    return value;
  }
  return 1000;
}

// 3: the type itself, 2: "text/*", 1: "*/*", 0: no match.
int closeness(std::string_view range, std::string_view type) {
  if (same_word(range, type)) return 3;
  if (range == "*/*" || range == "*") return 1;
  bool family = range.ends_with("/*") && range.size() <= type.size() + 1 &&
                same_word(range.substr(0, range.size() - 1), type.substr(0, range.size() - 1));
  return family ? 2 : 0;
}

int liking(std::string_view accept, std::string_view type) {
  int best = 0, closest = 0;
  while (!accept.empty()) {
    auto item = next_part(accept, ',');
    auto range = next_part(item, ';');
    int close = closeness(range, type);
    if (close <= closest) continue;
    closest = close;
    best = quality(item);
  }
  return best;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_attribute_character(unsigned char c) {  // attr-char of RFC 8187
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&+-.^_`|~").find(char(c)) != std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> preferred_type(std::string_view accept, std::initializer_list<std::string_view> offers) {
  if (trimmed(accept).empty()) return *offers.begin();
  std::optional<std::string_view> best;
  int most = 0;
  for (auto offer : offers) {
    int liked = liking(accept, offer);
    if (liked <= most) continue;
    most = liked;
    best = offer;
  }
  return best;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    auto item = next_part(if_none_match, ',');
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag) return true;
  }
  return false;
}

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer) {
  while (!prefer.empty()) {
    auto item = next_part(prefer, ',');
    auto preference = next_part(item, ';');
    auto name = next_part(preference, '=');
    if (!same_word(name, "wait")) continue;
    auto seconds = number(preference);
    if (!seconds) return std::nullopt;
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, std::uint64_t(longest_wait.count())));
  }
  return std::nullopt;
}

RangeWish wished_range(std::string_view range, std::uint64_t size) {
  RangeWish wish;
  if (!range.starts_with("bytes=") || range.find(',') != range.npos) return wish;
  range.remove_prefix(6);
  auto dash = range.find('-');
  if (dash == range.npos) return wish;
  auto first = number(trimmed(range.substr(0, dash))), last = number(trimmed(range.substr(dash + 1)));
  bool suffix = trimmed(range.substr(0, dash)).empty();
  bool open_end = trimmed(range.substr(dash + 1)).empty();
  if ((suffix && !last) || (!suffix && !first) || (!open_end && !last) || (!suffix && last && *last < *first)) return wish;
  if (suffix) {
    wish.kind = *last == 0 || size == 0 ? RangeWish::unsatisfiable : RangeWish::part;
    wish.count = std::min(*last, size);
    wish.first = size - wish.count;
    return wish;
  }
  wish.kind = *first >= size ? RangeWish::unsatisfiable : RangeWish::part;
  if (wish.kind == RangeWish::unsatisfiable) return wish;
  wish.first = *first;
  wish.count = std::min(last.value_or(size - 1), size - 1) - *first + 1;
  return wish;
}

std::string attachment_named(std::string_view filename) {
  std::string ascii, encoded;
  bool plain = true;
  for (unsigned char c : filename) {
    bool safe = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    if (!safe) plain = false;
    if (safe) ascii += char(c);
    else if ((c & 0xC0) != 0x80) ascii += '_';
    static constexpr char hex[] = "0123456789ABCDEF";
    if (is_attribute_character(c)) encoded += char(c);
    else encoded.append({'%', hex[c >> 4], hex[c & 15]});
  }
  std::string header = "attachment; filename=\"" + ascii + "\"";
  if (!plain) header += "; filename*=UTF-8''" + encoded;
  return header;
}

}  // namespace docquarry::api
