// Brings a database's schema up to date: numbered files, forward only, each in its own transaction.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

struct Migration {
  int number = 0;         // from the file's name: 0001_documents.sql
  std::string_view name;  // "0001_documents"
  std::string_view sql;
};

// What an engine must offer. Blocking: used before the service starts.
class MigrationTarget {
 public:
  virtual ~MigrationTarget() = default;
  // Until the target is destroyed nobody else may migrate. Then the number of the newest migration that was applied; 0 on an empty
  // database. Makes the table schema_migrations (version, name, applied_at) where it is missing.
  virtual Result<int> lock_and_read_version() = 0;
  // The statements of the migration and its row in schema_migrations, together or not at all.
  virtual Result<void> apply(const Migration& migration, Timestamp now) = 0;
};

// The files of sql/migrations/<engine>, ascending.
std::vector<Migration> migrations_for(std::string_view engine);

// The names of what was applied; empty when everything was there already. Errors: schema_too_new; those of the target.
Result<std::vector<std::string>> migrate(MigrationTarget& target, const std::vector<Migration>& migrations, Timestamp now);

}  // namespace docquarry
