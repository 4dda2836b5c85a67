// How the values of settings are written: "30s", "512MB", "api,worker", "127.0.0.1:8000". Every refusal is the end of a sentence that
// begins with the setting's name: "must be …".
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

Result<std::int64_t> parse_number(std::string_view text, std::int64_t least, std::int64_t most);

// "500ms", "30s", "2m", "1h", "7d"; a plain number counts seconds, as the original's settings do.
Result<std::chrono::milliseconds> parse_duration(std::string_view text, std::chrono::milliseconds least,
                                                 std::chrono::milliseconds most);
std::string format_duration(std::chrono::milliseconds time);

// "64kB", "512MB", "10GB", case does not matter; a plain number counts bytes. 1 kB is 1,024 bytes, as MAX_FILE_SIZE_MB always counted.
Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t least, std::uint64_t most);
std::string format_size(std::uint64_t bytes);

// Which of `choices` it is.
Result<std::size_t> parse_choice(std::string_view text, const std::vector<std::string>& choices);
// Comma-separated, spaces around entries do not count, empty entries are dropped.
std::vector<std::string> parse_list(std::string_view text);

struct HostAndPort {
  std::string address;
  std::uint16_t port;
};
// "127.0.0.1:8000", "[::1]:8000", "localhost:0". Names other than localhost are refused: which address they mean can change.
Result<HostAndPort> parse_address(std::string_view text);

// "one, two or three".
std::string either(const std::vector<std::string>& words);

}  // namespace docquarry
