// UserDirectory for every SQL engine.
#pragma once

#include "drivers/sql/sql_database.h"
#include "ports/user_directory.h"

namespace docquarry {

class SqlUsers : public UserDirectory {
 public:
  explicit SqlUsers(SqlDatabase& database) : database_(database) {}

  Async<Result<User>> add(std::string email, std::string api_key, Timestamp now) override;
  Async<Result<User>> find(UserId id) override;

 private:
  SqlDatabase& database_;
};

}  // namespace docquarry
