#include "app/env_file.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <cctype>

namespace docquarry {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view content) : rest_(content) {}

  Result<std::vector<std::pair<std::string, std::string>>> read() {
    std::vector<std::pair<std::string, std::string>> found;
    while (!rest_.empty()) {
      int line = line_;
      skip_blanks();
      if (at_line_end() || rest_.front() == '#') {
        skip_line();
        continue;
      }
      std::string name = take_name();
      if (name == "export" && !rest_.empty() && rest_.front() != '=') name = take_name();
      skip_blanks();
      if (name.empty() || rest_.empty() || rest_.front() != '=') return unreadable(line, "is not NAME=VALUE");
      advance(1);
      skip_blanks();
      TRY(std::string value, take_value(line));
      found.emplace_back(std::move(name), std::move(value));
    }
    return found;
  }

 private:
  static tl::unexpected<Error> unreadable(int line, const std::string& why) {
    return fail(invalid_setting, "line " + std::to_string(line) + " of .env " + why);
  }

  bool at_line_end() const { return rest_.empty() || rest_.front() == '\n' || rest_.front() == '\r'; }
  void advance(std::size_t characters) {
    line_ += int(std::count(rest_.begin(), rest_.begin() + std::ptrdiff_t(characters), '\n'));
    rest_.remove_prefix(characters);
  }
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) advance(1);
  }
  void skip_line() { advance(std::min(rest_.find('\n'), rest_.size() - 1) + 1); }

  std::string take_name() {
    skip_blanks();
    std::size_t length = 0;
    while (length < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[length])) || rest_[length] == '_' ||
                                     rest_[length] == '.' || rest_[length] == '-'))
      ++length;
    std::string name(rest_.substr(0, length));
    advance(length);
    return name;
  }

  Result<std::string> take_value(int line) {
    if (rest_.starts_with('\'') || rest_.starts_with('"')) {
      TRY(std::string value, take_quoted(line));
      skip_blanks();
      if (!at_line_end() && rest_.front() != '#') return unreadable(line, "goes on after the closing quote");
      if (!rest_.empty()) skip_line();
      return value;
    }
    auto value = rest_.substr(0, rest_.find_first_of("\r\n"));
    for (std::size_t i = 0; i < value.size(); ++i)
      if (value[i] == '#' && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t')) value = value.substr(0, i);
    std::string text(value.substr(0, value.find_last_not_of(" \t") + 1));
    if (!rest_.empty()) skip_line();
    return text;
  }

  Result<std::string> take_quoted(int line) {
    char quote = rest_.front();
    advance(1);
    std::string value;
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\' && rest_.size() > 1) {
        advance(1);
        value += unescaped(rest_.front(), quote);
      } else {
        value += rest_.front();
      }
      advance(1);
    }
    if (rest_.empty()) return unreadable(line, "has a quote that is never closed");
    advance(1);
    return value;
  }

  // What "\c" stands for; an escape that means nothing stays as it is.
  static std::string unescaped(char c, char quote) {
    if (c == '\\' || c == quote) return {c};
    if (quote == '"') {
      if (c == 'n') return "\n";
      if (c == 't') return "\t";
      if (c == 'r') return "\r";
      if (c == '\'') return "'";
    }
    return {'\\', c};
  }

  std::string_view rest_;
  int line_ = 1;
};

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_env_file(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  return Reader(content).read();
}

}  // namespace docquarry
