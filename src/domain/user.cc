// The rules and the words are those of the Python package email-validator 2 (syntax.py), which pydantic's EmailStr uses without asking
// the DNS. Beyond ASCII less is checked: any letter may stand in a domain, and nothing is converted by IDNA.
#include "domain/user.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace docquarry {
namespace {

constexpr std::size_t longest_text = 2048;    // pydantic's own limit
constexpr std::size_t longest_address = 254;  // RFC 5321, 4.5.3.1.3
constexpr std::size_t longest_domain = 253;   // RFC 1035, 2.3.4
constexpr std::size_t longest_label = 63;

// Names that cannot have mail (IANA's special-use names).
constexpr std::string_view special_domains[] = {"arpa", "invalid", "local", "localhost", "onion", "test"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_local_character(char c) {  // atext of RFC 5322, 3.2.3, and RFC 6531, 3.3
  return is_letter(c) || is_digit(c) || is_beyond_ascii(c) ||
         std::string_view("_!#$%&'*+-/=?^`{|}~.").find(c) != std::string_view::npos;
}
bool is_domain_character(char c) { return is_letter(c) || is_digit(c) || is_beyond_ascii(c) || c == '-' || c == '.'; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\f\v";
  auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

std::size_t characters_in(std::string_view text) {
  return std::size_t(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shown(char c) {
  if (c == ' ') return "SPACE";
  if (c == '\\') return "\"\\\"";
  if (c == '\'') return "\"'\"";
  static constexpr char hex[] = "0123456789ABCDEF";
  if (c < ' ' || c == 0x7F) return std::string("U+00") + hex[(c >> 4) & 15] + hex[c & 15];
  return std::string("'") + c + "'";
}

template <class Allowed>
std::string bad_characters(std::string_view text, Allowed is_allowed) {
  std::set<std::string> bad;
  for (char c : text)
    if (!is_allowed(c)) bad.insert(shown(c));
  std::string list;
  for (const auto& one : bad) list += (list.empty() ? "" : ", ") + one;
  return list;
}

std::string too_many(std::size_t size, std::size_t limit) {
  auto excess = size - limit;
  return "(" + std::to_string(excess) + (excess > 1 ? " characters" : " character") + " too many)";
}

std::string why_not_local(std::string_view local) {
  if (local.empty()) return "There must be something before the @-sign.";
  auto bad = bad_characters(local, is_local_character);
  if (!bad.empty()) return "The email address contains invalid characters before the @-sign: " + bad + ".";
  if (local.ends_with('.')) return "An email address cannot have a period immediately before the @-sign.";
  if (local.starts_with('.')) return "An email address cannot start with a period.";
  if (local.find("..") != local.npos) return "An email address cannot have two periods in a row.";
  return {};
}

std::string why_not_dotted(std::string_view domain) {
  if (domain.ends_with('.')) return "An email address cannot end with a period.";
  if (domain.starts_with('.')) return "An email address cannot have a period immediately after the @-sign.";
  if (domain.find("..") != domain.npos) return "An email address cannot have two periods in a row.";
  if (domain.ends_with('-')) return "An email address cannot end with a hyphen.";
  if (domain.starts_with('-')) return "An email address cannot have a hyphen immediately after the @-sign.";
  if (domain.find(".-") != domain.npos || domain.find("-.") != domain.npos)
    return "An email address cannot have a period and a hyphen next to each other.";
  return {};
}

std::string why_not_labels(std::string_view domain) {
  std::vector<std::string_view> labels;
  for (auto rest = domain;;) {
    auto dot = rest.find('.');
    labels.push_back(rest.substr(0, dot));
    if (dot == rest.npos) break;
    rest.remove_prefix(dot + 1);
  }
  for (auto label : labels) {
    if (label.size() >= 4 && label.substr(2, 2) == "--" && lower(label.substr(0, 2)) != "xn")
      return "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, "
             "except "
             "Punycode.";
  }
  for (auto label : labels) {
    if (label.size() > longest_label)
      return "After the @-sign, periods cannot be separated by so many characters " + too_many(label.size(), longest_label) + ".";
  }
  return {};
}

std::string why_not_domain(std::string_view domain) {
  if (domain.empty()) return "There must be something after the @-sign.";
  if (domain.starts_with('[') && domain.ends_with(']')) return "A bracketed IP address after the @-sign is not allowed here.";
  if (characters_in(domain) > longest_domain)
    return "The email address is too long after the @-sign " + too_many(characters_in(domain), longest_domain) + ".";
  auto bad = bad_characters(domain, is_domain_character);
  if (!bad.empty()) return "The part after the @-sign contains invalid characters: " + bad + ".";
  if (auto reason = why_not_dotted(domain); !reason.empty()) return reason;
  if (auto reason = why_not_labels(domain); !reason.empty()) return reason;
  if (domain.find('.') == domain.npos) return "The part after the @-sign is not valid. It should have a period.";
  if (!is_letter(domain.back()) && !is_beyond_ascii(domain.back()))
    return "The part after the @-sign is not valid. It is not within a valid top-level domain.";
  auto name = lower(domain);
  for (auto special : special_domains) {
    if (name == special || name.ends_with("." + std::string(special)))
      return "The part after the @-sign is a special-use or reserved name that cannot be used with email.";
  }
  return {};
}

// The first @-sign or angle bracket that does not stand within quotes; npos: none.
std::size_t find_unquoted(std::string_view text) {
  bool quoted = false, escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!quoted && (c == '@' || c == '<')) return i;
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = quoted && c == '\\' && !escaped;
  }
  return text.npos;
}

}  // namespace

std::string why_not_an_email(std::string_view text) {
  if (characters_in(text) > longest_text) return "Length must not exceed 2048 characters";
  if (text.find_first_of("\r\n") != text.npos) return "Carriage return and line feed characters are not allowed";
  text = trimmed(text);
  auto at = find_unquoted(text);
  if (at == text.npos) {
    if (text.find("\xEF\xBC\xA0") != text.npos)
      return "The email address has the \"full-width\" at-sign (@) character instead of a regular at-sign.";
    return "An email address must have an @-sign.";
  }
  if (text[at] == '<') return "A display name and angle brackets around the email address are not permitted here.";
  auto local = text.substr(0, at), domain = text.substr(at + 1);
  if (local.starts_with('"')) return "Quoting the part before the @-sign is not allowed here.";
  if (auto reason = why_not_local(local); !reason.empty()) return reason;
  if (auto reason = why_not_domain(domain); !reason.empty()) return reason;
  if (text.size() > longest_address) return "The email address is too long " + too_many(text.size(), longest_address) + ".";
  return {};
}

std::string normalised_email(std::string_view text) {
  text = trimmed(text);
  auto at = text.rfind('@');
  if (at == text.npos) return std::string(text);
  return std::string(text.substr(0, at)) + lower(text.substr(at));
}

}  // namespace docquarry
