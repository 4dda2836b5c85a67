#include "drivers/aws/xml.h"

#include "base/io_errors.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace docquarry::aws {
namespace {

constexpr int deepest = 16;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name_character(char c) {
  auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' || u == '-' || u == '.' ||
         u == ':' || u >= 0x80;
}

// XML 1.0, 2.2: what a character reference may name.
bool is_character(std::uint32_t code) {
  return code == 9 || code == 10 || code == 13 || (code >= 0x20 && code <= 0xD7FF) || (code >= 0xE000 && code <= 0xFFFD) ||
         (code >= 0x10000 && code <= 0x10FFFF);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out.append({char(0xC0 | code >> 6), char(0x80 | (code & 63))});
  } else if (code < 0x10000) {
    out.append({char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 63)), char(0x80 | (code & 63))});
  } else {
    out.append({char(0xF0 | code >> 18), char(0x80 | (code >> 12 & 63)), char(0x80 | (code >> 6 & 63)), char(0x80 | (code & 63))});
  }
}

class Parser {
 public:
  explicit Parser(std::string_view document) : rest_(document) {}

  Result<XmlElement> document() {
    take("\xEF\xBB\xBF");
    skip_spaces();  // S3 sends some while it is not ready to answer
    if (rest_.starts_with("<?xml") && rest_.size() > 5 && is_space(rest_[5])) CHECK(skip_behind("?>"));
    CHECK(skip_between_elements());
    TRY(auto root, element(1));
    CHECK(skip_between_elements());
    if (!rest_.empty()) return refuse("something behind its end");
    return root;
  }

 private:
  static tl::unexpected<Error> refuse(std::string_view why) {
    return fail(connection_failed, "the answer is not the XML that was expected: " + std::string(why));
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  Result<void> skip_behind(std::string_view mark) {
    auto at = rest_.find(mark);
    if (at == rest_.npos) return refuse("it ends too early");
    rest_.remove_prefix(at + mark.size());
    return {};
  }

  Result<void> skip_between_elements() {
    while (true) {
      skip_spaces();
      if (!take("<!--")) return {};
      CHECK(skip_behind("-->"));
    }
  }

  Result<std::string> name() {
    std::size_t size = 0;
    while (size < rest_.size() && is_name_character(rest_[size])) ++size;
    if (size == 0) return refuse("a tag without a name");
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }

  // Up to '>' or "/>"; true for the latter.
  Result<bool> attributes() {
    while (true) {
      skip_spaces();
      if (take(">")) return false;
      if (take("/>")) return true;
      CHECK(name());
      skip_spaces();
      if (!take("=")) return refuse("an attribute without a value");
      skip_spaces();
      char quote = rest_.empty() ? '\0' : rest_.front();
      if (quote != '"' && quote != '\'') return refuse("an attribute without quotes");
      rest_.remove_prefix(1);
      auto end = rest_.find(quote);
      if (rest_.substr(0, end).find('<') != rest_.npos) return refuse("a tag inside an attribute");
      CHECK(skip_behind(std::string_view(&quote, 1)));
    }
  }

  Result<void> reference(std::string& out) {
    auto end = rest_.substr(0, 12).find(';');
    if (end == rest_.npos) return refuse("a reference without an end");
    auto what = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (what == "amp") out += '&';
    else if (what == "lt") out += '<';
    else if (what == "gt") out += '>';
    else if (what == "quot") out += '"';
    else if (what == "apos") out += '\'';
    else if (what.starts_with('#')) return numeric_reference(what.substr(1), out);
    else return refuse("an unknown entity");
    return {};
  }

  static Result<void> numeric_reference(std::string_view digits, std::string& out) {
    int base = digits.starts_with('x') ? 16 : 10;
    if (base == 16) digits.remove_prefix(1);
    std::uint32_t code = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
    bool is_whole = error == std::errc() && end == digits.data() + digits.size();
    if (!is_whole || !is_character(code)) return refuse("a reference to no character");
    append_utf8(out, code);
    return {};
  }

  Result<XmlElement> element(int level) {
    if (level > deepest) return refuse("it is nested too deeply");
    if (!take("<")) return refuse("no element where one must be");
    XmlElement out;
    TRY(out.name, name());
    TRY(bool is_empty, attributes());
    if (is_empty) return out;
    while (true) {
      auto end = rest_.find_first_of("<&");
      if (end == rest_.npos) return refuse("it ends too early");
      out.text += rest_.substr(0, end);
      rest_.remove_prefix(end);
      if (take("&")) {
        CHECK(reference(out.text));
      } else if (take("</")) {
        TRY(auto closing, name());
        skip_spaces();
        if (closing != out.name || !take(">")) return refuse("tags that do not match");
        if (!out.children.empty()) out.text.clear();
        return out;
      } else if (take("<!--")) {
        CHECK(skip_behind("-->"));
      } else {
        TRY(auto inner, element(level + 1));
        out.children.push_back(std::move(inner));
      }
    }
  }

  std::string_view rest_;
};

}  // namespace

const XmlElement& XmlElement::child(std::string_view child_name) const {
  static const XmlElement none;
  auto found = std::find_if(children.begin(), children.end(), [&](const auto& child) { return child.name == child_name; });
  return found == children.end() ? none : *found;
}

Result<XmlElement> parse_xml(std::string_view document) { return Parser(document).document(); }

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

}  // namespace docquarry::aws
