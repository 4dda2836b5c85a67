// What a refusal of PostgreSQL means for whoever asked. Codes: PostgreSQL documentation, appendix A.
#pragma once

#include "base/error.h"
#include "drivers/postgres/postgres_connection.h"

namespace docquarry {

// The server goes away, or is one that cannot be written to any more: another connection may do better.
bool ends_connection(const PostgresRefusal& refusal);
// Another transaction was in the way, and this one was rolled back: the same again may well succeed.
bool is_conflict(const PostgresRefusal& refusal);
// `step`: the name of the statement.
Error error_of(const PostgresRefusal& refusal, const std::string& step);

}  // namespace docquarry
