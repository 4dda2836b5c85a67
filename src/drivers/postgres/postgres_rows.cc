#include "drivers/postgres/postgres_rows.h"

#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <libpq-fe.h>

namespace docquarry {
namespace {

// Of pg_type.dat; they never change.
constexpr Oid boolean_type = 16, bigint_type = 20, smallint_type = 21, integer_type = 23, oid_type = 26, real_type = 700,
              double_type = 701, unspecified_type = 0;

constexpr std::size_t longest_number = 32;

SqlValue value_of(Oid type, std::string_view text) {
  switch (type) {
    case boolean_type: return std::int64_t(text == "t");
    case bigint_type:
    case smallint_type:
    case integer_type:
    case oid_type: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case real_type:
    case double_type: {
      double number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    default: return std::string(text);
  }
}

// "INSERT 0 3", "UPDATE 3"; what SELECT counts was only read.
std::int64_t affected_by(PGresult* result) {
  if (std::string_view(PQcmdStatus(result)).starts_with("SELECT")) return 0;
  std::string_view count = PQcmdTuples(result);
  std::int64_t number = 0;
  std::from_chars(count.data(), count.data() + count.size(), number);
  return number;
}

}  // namespace

void PostgresResultCloser::operator()(pg_result* result) const { PQclear(result); }

Rows read_postgres_rows(pg_result* result) {
  Rows rows;
  int columns = PQnfields(result), count = PQntuples(result);
  rows.columns = std::size_t(columns);
  rows.affected = affected_by(result);
  rows.cells.reserve(rows.columns * std::size_t(count));
  for (int row = 0; row < count; ++row)
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) rows.cells.emplace_back();
      else
        rows.cells.push_back(value_of(PQftype(result, column), std::string_view(PQgetvalue(result, row, column),
                                                                                std::size_t(PQgetlength(result, row, column)))));
    }
  return rows;
}

PostgresParameterList::PostgresParameterList(const Query& query, const Statement& statement) {
  auto add_number = [&](auto number, Oid type) {
    auto& text = numbers_.emplace_back(new char[longest_number]);
    auto end = std::to_chars(text.get(), text.get() + longest_number - 1, number).ptr;
    *end = '\0';
    types_.push_back(type);
    values_.push_back(text.get());
  };
  for (int place : query.parameters) {
    if (std::size_t(place) >= statement.parameters().size())
      throw std::logic_error(query.name + " needs more parameters than it was given");
    const SqlValue& value = statement.parameters()[std::size_t(place)];
    if (auto* number = std::get_if<std::int64_t>(&value)) {
      add_number(*number, bigint_type);
    } else if (auto* real = std::get_if<double>(&value)) {
      add_number(*real, double_type);
    } else {
      auto* text = std::get_if<std::string>(&value);
      types_.push_back(unspecified_type);
      values_.push_back(text != nullptr ? text->c_str() : nullptr);
    }
  }
}

}  // namespace docquarry
