// Follows json.decoder and json.scanner of CPython 3.11 step by step, so that positions and reasons agree with the original's answers.
#include "api/json_body.h"

namespace docquarry::api {
namespace {

constexpr int deepest = 64;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<JsonFault> run() {
    space();
    if (value(0)) {
      space();
      if (at_ < text_.size()) note(at_, "Extra data");
    }
    return fault_;
  }

 private:
  // All of these return false once a fault is noted.
  bool value(int depth) {
    if (depth > deepest) return note(at_, "Too deeply nested");
    switch (peek()) {
      case '"': return string();
      case '{': return object(depth);
      case '[': return array(depth);
      default: return word("null") || word("true") || word("false") || number() || note(at_, "Expecting value");
    }
  }

  bool object(int depth) {
    ++at_;
    space();
    if (take('}')) return true;
    while (true) {
      if (peek() != '"') return note(at_, "Expecting property name enclosed in double quotes");
      if (!string()) return false;
      space();
      if (!take(':')) return note(at_, "Expecting ':' delimiter");
      space();
      if (!value(depth + 1)) return false;
      space();
      if (take('}')) return true;
      if (!take(',')) return note(at_, "Expecting ',' delimiter");
      space();
    }
  }

  bool array(int depth) {
    ++at_;
    space();
    if (take(']')) return true;
    while (true) {
      if (!value(depth + 1)) return false;
      space();
      if (take(']')) return true;
      if (!take(',')) return note(at_, "Expecting ',' delimiter");
      space();
    }
  }

  bool string() {
    auto begin = at_++;
    while (at_ < text_.size()) {
      unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') return ++at_, true;
      if (c < 0x20) return note(at_, "Invalid control character at");
      if (c == '\\' && !escape(begin)) return false;
      if (c != '\\') ++at_;
    }
    return note(begin, "Unterminated string starting at");
  }

  bool escape(std::size_t begin) {
    if (at_ + 1 >= text_.size()) return note(begin, "Unterminated string starting at");
    char kind = text_[at_ + 1];
    if (kind == 'u') {
      auto digits = text_.substr(std::min(at_ + 2, text_.size()), 4);
      bool all = digits.size() == 4 && digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos;
      if (!all) return note(at_ + 1, "Invalid \\uXXXX escape");
      at_ += 6;
      return true;
    }
    if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) return note(at_, "Invalid \\escape");
    at_ += 2;
    return true;
  }

  bool number() {
    auto at = at_;
    auto digit = [&](std::size_t i) { return i < text_.size() && text_[i] >= '0' && text_[i] <= '9'; };
    if (at < text_.size() && text_[at] == '-') ++at;
    if (!digit(at)) return false;
    if (text_[at] == '0') ++at;
    else
      while (digit(at)) ++at;
    if (at < text_.size() && text_[at] == '.' && digit(at + 1))
      for (++at; digit(at);) ++at;
    if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
      auto exponent = at + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (digit(exponent))
        for (at = exponent; digit(at);) ++at;
    }
    at_ = at;
    return true;
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  void space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool note(std::size_t at, std::string_view reason) {
    std::size_t characters = 0;
    for (char c : text_.substr(0, at)) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    fault_ = JsonFault{characters, std::string(reason)};
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> json_fault(std::string_view text) { return Scanner(text).run(); }

}  // namespace docquarry::api
