#include "app/setting_values.h"

#include "domain/error_codes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <arpa/inet.h>

namespace docquarry {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array time_units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array size_units{Unit{"GB", 1 << 30}, Unit{"MB", 1 << 20}, Unit{"kB", 1 << 10}, Unit{"B", 1}};

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the number off the front of `text`; false when there is none or it is too large for the machine.
bool take_number(std::string_view& text, std::int64_t& number) {
  text = trimmed(text);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text = trimmed(text.substr(std::size_t(end - text.data())));
  return true;
}

// A number with one of the units, in the smallest of them; -1 when it is not that.
template <std::size_t N>
std::int64_t parse_with_unit(std::string_view text, const std::array<Unit, N>& units, std::int64_t without_unit) {
  std::int64_t number = 0, product = 0;
  if (!take_number(text, number) || number < 0) return -1;
  std::int64_t factor = text.empty() ? without_unit : 0;
  for (const auto& unit : units)
    if (same_letters(text, unit.name)) factor = unit.factor;
  if (factor == 0 || __builtin_mul_overflow(number, factor, &product)) return -1;
  return product;
}

template <std::size_t N>
std::string format_with_unit(std::int64_t amount, const std::array<Unit, N>& units) {
  for (const auto& unit : units)
    if (amount % unit.factor == 0 && amount != 0) return fmt::format("{}{}", amount / unit.factor, unit.name);
  return fmt::format("{}{}", amount, units.back().name);
}

}  // namespace

Result<std::int64_t> parse_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  if (!take_number(text, number) || !text.empty() || number < least || number > most)
    return fail(invalid_setting, fmt::format("must be a whole number from {} to {}", least, most));
  return number;
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds least,
                                                 std::chrono::milliseconds most) {
  std::chrono::milliseconds time(parse_with_unit(text, time_units, 1'000));
  if (time < least || time > most)
    return fail(invalid_setting,
                fmt::format("must be a time like 500ms, 30s or 2m, from {} to {}", format_duration(least), format_duration(most)));
  return time;
}

std::string format_duration(std::chrono::milliseconds time) { return format_with_unit(time.count(), time_units); }

Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t least, std::uint64_t most) {
  auto bytes = parse_with_unit(text, size_units, 1);
  if (bytes < 0 || std::uint64_t(bytes) < least || std::uint64_t(bytes) > most)
    return fail(invalid_setting,
                fmt::format("must be a size like 64kB, 512MB or 1GB, from {} to {}", format_size(least), format_size(most)));
  return std::uint64_t(bytes);
}

std::string format_size(std::uint64_t bytes) { return format_with_unit(std::int64_t(bytes), size_units); }

Result<std::size_t> parse_choice(std::string_view text, const std::vector<std::string>& choices) {
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (same_letters(trimmed(text), choices[i])) return i;
  return fail(invalid_setting, "must be " + either(choices));
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    auto comma = std::min(text.find(','), text.size());
    auto entry = trimmed(text.substr(0, comma));
    if (!entry.empty()) entries.emplace_back(entry);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return entries;
}

Result<HostAndPort> parse_address(std::string_view text) {
  auto refused = fail(invalid_setting, "must be an address and a port, like 127.0.0.1:8000, 0.0.0.0:80 or [::1]:8000");
  text = trimmed(text);
  auto colon = text.rfind(':');
  if (colon == text.npos) return refused;
  auto port = parse_number(text.substr(colon + 1), 0, 65535);
  if (!port) return refused;
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  unsigned char ignored[sizeof(in6_addr)];
  bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (::inet_pton(brackets ? AF_INET6 : AF_INET, host.c_str(), ignored) != 1) return refused;
  return HostAndPort{host, std::uint16_t(*port)};
}

std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

}  // namespace docquarry
