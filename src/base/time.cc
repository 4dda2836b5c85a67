#include "base/time.h"

#include <charconv>
#include <cstdio>

namespace docquarry {
namespace {

struct CivilTime {
  int year;
  unsigned month, day;
  int hour, minute, second, micros;
};

CivilTime civil(Timestamp time) {
  using namespace std::chrono;
  auto day = floor<days>(time);
  year_month_day date(day);
  auto rest = time - day;
  auto h = duration_cast<hours>(rest);
  auto m = duration_cast<minutes>(rest - h);
  auto s = duration_cast<seconds>(rest - h - m);
  return {int(date.year()), unsigned(date.month()), unsigned(date.day()),           int(h.count()),
          int(m.count()),   int(s.count()),         int((rest - h - m - s).count())};
}

// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

int take_micros(std::string_view& text) {
  int micros = 0, digits = 0;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits)
    if (digits < 6) micros = micros * 10 + (text[0] - '0');
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  auto t = civil(time);
  char text[40];
  int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", t.year, t.month, t.day, t.hour, t.minute,
                           t.second, t.micros);
  return {text, std::size_t(size)};
}

std::string to_naive_iso(Timestamp time) {
  std::string text = to_rfc3339(time);
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  using namespace std::chrono;
  auto y = take_number(text, 4);
  if (!y || !take(text, "-")) return std::nullopt;
  auto mo = take_number(text, 2);
  if (!mo || !take(text, "-")) return std::nullopt;
  auto d = take_number(text, 2);
  if (!d) return std::nullopt;
  year_month_day date{year(*y), month(unsigned(*mo)), day(unsigned(*d))};
  if (!date.ok()) return std::nullopt;
  Timestamp result = sys_days(date);
  if (text.empty()) return result;

  if (!take(text, "Tt ")) return std::nullopt;
  auto h = take_number(text, 2);
  if (!h || *h > 23 || !take(text, ":")) return std::nullopt;
  auto m = take_number(text, 2);
  if (!m || *m > 59) return std::nullopt;
  result += hours(*h) + minutes(*m);
  if (take(text, ":")) {
    auto s = take_number(text, 2);
    if (!s || *s > 60) return std::nullopt;
    result += seconds(*s);
    if (take(text, ".,")) {
      if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
      result += microseconds(take_micros(text));
    }
  }
  if (text.empty() || text == "Z" || text == "z") return result;

  int sign = text[0] == '-' ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  auto oh = take_number(text, 2);
  if (!oh || *oh > 23) return std::nullopt;
  take(text, ":");
  int om = 0;
  if (!text.empty()) {
    auto minutes_part = take_number(text, 2);
    if (!minutes_part || *minutes_part > 59) return std::nullopt;
    om = *minutes_part;
  }
  if (!text.empty()) return std::nullopt;
  return result - sign * (hours(*oh) + minutes(om));
}

}  // namespace docquarry
