#include "pdf_child/pdf_date.h"

#include <chrono>
#include <cstdio>

namespace docquarry {
namespace {

// The next `digits` digits as a number; -1 when there are none, and the rest is then taken as absent.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

}  // namespace

std::string iso_date(std::string_view pdf_date) {
  std::string_view text = pdf_date;
  if (text.starts_with("D:")) text.remove_prefix(2);
  int year = take_number(text, 4);
  if (year < 0) return std::string(pdf_date);
  int parts[5] = {1, 1, 0, 0, 0};  // month, day, hour, minute, second
  for (int& part : parts) {
    int number = take_number(text, 2);
    if (number < 0) break;
    part = number;
  }
  auto [month, day, hour, minute, second] = parts;
  using namespace std::chrono;
  if (!year_month_day(std::chrono::year(year), std::chrono::month(unsigned(month)), std::chrono::day(unsigned(day))).ok())
    return std::string(pdf_date);
  if (hour > 23 || minute > 59 || second > 59) return std::string(pdf_date);
  char date[64];
  std::snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, hour, minute, second);
  std::string iso = date;
  if (text.empty()) return iso;
  char sign = text.front();
  if (sign == 'Z') return iso + 'Z';
  if (sign != '+' && sign != '-') return std::string(pdf_date);
  text.remove_prefix(1);
  int hours = take_number(text, 2);
  if (text.starts_with('\'')) text.remove_prefix(1);
  int minutes = take_number(text, 2);
  if (hours < 0 || hours > 23 || minutes > 59) return std::string(pdf_date);
  std::snprintf(date, sizeof date, "%c%02d:%02d", sign, hours, minutes < 0 ? 0 : minutes);
  return iso + date;
}

}  // namespace docquarry
