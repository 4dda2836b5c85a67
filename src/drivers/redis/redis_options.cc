#include "drivers/redis/redis_options.h"

#include "domain/error_codes.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace docquarry {
namespace {

bool read_number(std::string_view digits, int most, int& number) {
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() && number >= 0 && number <= most;
}

tl::unexpected<Error> not_understood() {
  return fail(invalid_setting, "the address of redis must read redis[s]://[[user]:password@]host[:port][/database][?ca_file=PATH]");
}

}  // namespace

Result<RedisOptions> parse_redis_url(std::string_view text) {
  auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return not_understood();
  const auto& url = *parsed;
  bool known_scheme = url.scheme() == "redis" || url.scheme() == "rediss";
  if (!known_scheme || url.host_address().empty() || url.has_fragment()) return not_understood();

  RedisOptions options;
  options.tls = url.scheme() == "rediss";
  options.host = url.host_address();
  std::string port = url.has_port() ? std::string(url.port()) : std::to_string(options.port);
  if (!read_number(port, 65535, options.port) || options.port == 0) return not_understood();
  options.user = url.user();
  options.password = url.password();

  std::string path = url.path();
  if (!path.empty() && path != "/") {
    if (!read_number(std::string_view(path).substr(1), 1'000'000, options.database)) return not_understood();
  }
  for (auto parameter : url.params()) {
    if (parameter.key != "ca_file" || !options.tls) return not_understood();
    options.ca_file = parameter.value;
  }
  return options;
}

}  // namespace docquarry
