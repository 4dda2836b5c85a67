// Values that go into a database and rows that come out of it, the same for every engine.
#pragma once

#include "base/time.h"
#include "domain/ids.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace docquarry {

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;  // monostate is NULL; truth is 0 or 1

inline SqlValue sql_value(std::integral auto number) { return std::int64_t(number); }
inline SqlValue sql_value(double number) { return number; }
inline SqlValue sql_value(std::string text) { return SqlValue(std::move(text)); }
inline SqlValue sql_value(std::string_view text) { return std::string(text); }
inline SqlValue sql_value(const char* text) { return std::string(text); }
inline SqlValue sql_value(Timestamp time) { return to_rfc3339(time); }
inline SqlValue sql_value(std::monostate) { return {}; }
template <class Tag>
SqlValue sql_value(NumberId<Tag> id) {
  return id.value();
}
template <class Tag>
SqlValue sql_value(const TextId<Tag>& id) {
  return id.value();
}
template <class T>
SqlValue sql_value(const std::optional<T>& maybe) {
  return maybe ? sql_value(*maybe) : SqlValue();
}

// What a statement gave back. `affected` counts the rows that it inserted, changed or deleted itself.
struct Rows {
  std::size_t columns = 0;
  std::vector<SqlValue> cells;  // row by row
  std::int64_t affected = 0;

  std::size_t size() const { return columns == 0 ? 0 : cells.size() / columns; }
  bool empty() const { return cells.empty(); }
};

// Takes the cells of one row in the order of the statement's columns. An engine may give a number as text.
class RowReader {
 public:
  RowReader(Rows& rows, std::size_t row) : next_(rows.cells.data() + row * rows.columns) {}

  std::int64_t integer();
  double real();
  std::string text();  // empty for NULL
  bool truth() { return integer() != 0; }
  Timestamp time() { return maybe_time().value_or(Timestamp()); }

  std::optional<int> maybe_integer() { return is_null() ? skip<int>() : std::optional<int>(int(integer())); }
  std::optional<double> maybe_real() { return is_null() ? skip<double>() : std::optional<double>(real()); }
  std::optional<std::string> maybe_text() { return is_null() ? skip<std::string>() : std::optional<std::string>(text()); }
  std::optional<Timestamp> maybe_time() { return is_null() ? skip<Timestamp>() : parse_time(text()); }

 private:
  bool is_null() const { return std::holds_alternative<std::monostate>(*next_); }
  template <class T>
  std::optional<T> skip() {
    ++next_;
    return std::nullopt;
  }

  SqlValue* next_;
};

}  // namespace docquarry
