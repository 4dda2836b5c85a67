#include "pdf_child/raw_search.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace docquarry {
namespace {

constexpr std::size_t window = 1 << 20;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }

bool ends_name(char c) { return is_space(c) || std::string_view("()<>[]{}/%").find(c) != std::string_view::npos; }

std::string_view head(std::string_view file) { return file.substr(0, window); }
std::string_view tail(std::string_view file) { return file.size() > window ? file.substr(file.size() - window) : file; }

// N of the last "/Info N G R" near the end (or, for linearised files, the start) of the file.
std::uint32_t information_object(std::string_view file) {
  for (auto part : {tail(file), head(file)}) {
    for (auto at = part.rfind("/Info"); at != std::string_view::npos && at > 0; at = part.rfind("/Info", at - 1)) {
      auto rest = part.substr(at + 5, 24);
      while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
      std::uint32_t number = 0;
      auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
      if (error == std::errc() && end < rest.data() + rest.size() && is_space(*end)) return number;
    }
  }
  return 0;
}

// What follows "N G obj", at most 64 kB of it.
std::string_view object_body(std::string_view file, std::uint32_t number) {
  std::string start = std::to_string(number) + ' ';
  for (auto part : {tail(file), head(file)}) {
    for (auto at = part.rfind(start); at != std::string_view::npos; at = part.rfind(start, at - 1)) {
      bool alone = at == 0 || is_space(part[at - 1]);
      auto rest = part.substr(at + start.size());
      auto generation = std::min(rest.find_first_not_of("0123456789"), rest.size());
      if (alone && generation > 0 && generation < 6 && rest.substr(generation).starts_with(" obj"))
        return rest.substr(generation + 4, 64 * 1024);
      if (at == 0) break;
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> information_keys(std::string_view file) {
  std::vector<std::string> keys;
  auto number = information_object(file);
  if (number == 0) return keys;
  auto body = object_body(file, number);
  int depth = 0;           // of << >> and [ ]
  bool expect_key = true;  // names alternate with values on the first level
  for (std::size_t i = 0; i < body.size() && keys.size() < 100; ++i) {
    char c = body[i];
    if (c == '(') {  // a literal string, with balanced parentheses and escapes
      int open = 0;
      for (; i < body.size(); ++i) {
        if (body[i] == '\\') ++i;
        else if (body[i] == '(') ++open;
        else if (body[i] == ')' && --open == 0) break;
      }
      expect_key = expect_key || depth == 1;
    } else if (c == '<' && i + 1 < body.size() && body[i + 1] == '<') {
      ++depth, ++i;
    } else if (c == '<') {
      i = std::min(body.find('>', i), body.size());
      expect_key = expect_key || depth == 1;
    } else if (c == '>' && i + 1 < body.size() && body[i + 1] == '>') {
      ++i;
      if (--depth <= 0) break;
      if (depth == 1) expect_key = true;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      if (--depth == 1) expect_key = true;
    } else if (c == '/') {
      std::size_t end = i + 1;
      while (end < body.size() && !ends_name(body[end])) ++end;
      if (depth == 1 && expect_key) {
        auto key = body.substr(i + 1, end - i - 1);
        bool plain = !key.empty() && key.size() <= 60 && key.find('#') == std::string_view::npos &&
                     std::all_of(key.begin(), key.end(), [](char k) { return k > 0x20 && k < 0x7F; });
        if (plain && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.emplace_back(key);
        expect_key = false;
      } else if (depth == 1) {
        expect_key = true;  // a name as value
      }
      i = end - 1;
    } else if (depth == 1 && !is_space(c)) {
      // A number, a reference or a keyword as value; the next name is a key.
      expect_key = true;
    }
  }
  return keys;
}

std::string_view xmp_packet(std::string_view file) {
  constexpr std::string_view start = "<x:xmpmeta", end = "</x:xmpmeta>";
  for (auto part : {tail(file), head(file)}) {
    auto at = part.rfind(start);
    if (at == std::string_view::npos) continue;
    auto stop = part.find(end, at);
    if (stop != std::string_view::npos) return part.substr(at, stop + end.size() - at);
  }
  return {};
}

}  // namespace docquarry
