#include "drivers/sql/sql_value.h"

#include <cstdlib>

namespace docquarry {

std::int64_t RowReader::integer() {
  SqlValue& cell = *next_++;
  if (auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (auto* real = std::get_if<double>(&cell)) return std::int64_t(*real);
  if (auto* text = std::get_if<std::string>(&cell)) return std::strtoll(text->c_str(), nullptr, 10);
  return 0;
}

double RowReader::real() {
  SqlValue& cell = *next_++;
  if (auto* real = std::get_if<double>(&cell)) return *real;
  if (auto* number = std::get_if<std::int64_t>(&cell)) return double(*number);
  if (auto* text = std::get_if<std::string>(&cell)) return std::strtod(text->c_str(), nullptr);
  return 0;
}

std::string RowReader::text() {
  SqlValue& cell = *next_++;
  if (auto* text = std::get_if<std::string>(&cell)) return std::move(*text);
  if (auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  return {};
}

}  // namespace docquarry
