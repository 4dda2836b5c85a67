// Points in time as the whole product speaks of them: UTC, microseconds. Durations are measured on the steady clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// "2026-01-02T03:04:05.123456Z", always six digits (RFC 3339): sorts as text, and is how SQL stores a time.
std::string to_rfc3339(Timestamp time);
// "2026-01-02T03:04:05.123456", the original service's form: no offset, digits left out when they are all 0.
std::string to_naive_iso(Timestamp time);
// RFC 3339 with any number of fraction digits and any offset, with 'T' or ' ' between; also a plain date, and naive times
// (taken as UTC). Empty when it is none of these.
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace docquarry
