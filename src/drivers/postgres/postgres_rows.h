// Values between our rows and libpq's, in text form on both ways.
#pragma once

#include "drivers/sql/sql_queries.h"

#include <memory>
#include <string>
#include <vector>

struct pg_result;

namespace docquarry {

struct PostgresResultCloser {
  void operator()(pg_result* result) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresResultCloser>;

Rows read_postgres_rows(pg_result* result);

// The parameters of one call, as libpq wants them. Numbers carry their type, so that an id beyond the column's range is compared and
// found nowhere instead of being an error; text is whatever the statement makes of it, a time for instance.
class PostgresParameterList {
 public:
  // Holds no copies of text: `statement` lives longer. Throws std::logic_error when it has too few parameters.
  PostgresParameterList(const Query& query, const Statement& statement);

  std::size_t size() const { return values_.size(); }
  const unsigned* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }

 private:
  std::vector<unsigned> types_;
  std::vector<const char*> values_;
  std::vector<std::unique_ptr<char[]>> numbers_;
};

}  // namespace docquarry
