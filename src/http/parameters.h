// "text/plain; charset=utf-8": a value with parameters, as many headers have it (RFC 9110 section 5.6.6).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::http {

struct WithParameters {
  std::string value;                                            // in lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values unquoted

  // Null when there is none.
  const std::string* parameter(std::string_view lower_case_name) const;
};

// Quoted values may hold anything; in them \" and \\ are undone and other backslashes stay, because browsers once sent whole Windows
// paths. Values without quotes go to the next ';'. Empty when a quote is not closed, a name is no token or stands twice.
std::optional<WithParameters> parse_with_parameters(std::string_view text);

}  // namespace docquarry::http
