#include "app/spoken.h"

#include <fmt/core.h>

namespace docquarry {
namespace {

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto i = std::ptrdiff_t(digits.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3) digits.insert(std::size_t(i), ",");
  return digits;
}

}  // namespace

std::string counted(std::int64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string spoken(std::chrono::seconds time) {
  auto seconds = time.count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds % 86400 / 3600);
}

std::string spoken_bytes(std::uint64_t bytes) {
  const char* units[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double number = double(bytes) / 1000;
  std::size_t unit = 0;
  while (number >= 999.95 && unit < 3) {
    number /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", number, units[unit]);
}

std::string Pace::text(std::int64_t done, std::int64_t total, const std::string& noun) const {
  std::string text = grouped(done) + " of " + counted(total, noun);
  auto done_now = done - done_before_;
  if (done_now <= 0 || done >= total) return text;
  std::chrono::duration<double> so_far = std::chrono::steady_clock::now() - began_;
  return text + ", " + spoken(std::chrono::seconds(std::int64_t(so_far.count() / double(done_now) * double(total - done) + 0.5))) +
         " left";
}

}  // namespace docquarry
