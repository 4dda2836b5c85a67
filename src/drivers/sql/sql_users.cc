#include "drivers/sql/sql_users.h"

#include "domain/error_codes.h"
#include "drivers/sql/sql_queue_control.h"

namespace docquarry {

Async<Result<User>> SqlUsers::add(std::string email, std::string api_key, Timestamp now) {
  Transaction transaction(Durability::power);
  transaction.add(
      Statement("insert_user", email, api_key, now).or_fail(user_exists, "a user with this email or API key already exists"));
  transaction.add(changes_allowed());
  CO_TRY(auto answers, co_await database_.run(std::move(transaction)));
  RowReader row(answers[0], 0);
  User user;
  user.id = UserId(row.integer());
  user.email = std::move(email);
  user.api_key = std::move(api_key);
  user.created_at = now;
  co_return user;
}

Async<Result<User>> SqlUsers::find(UserId id) {
  Statement statement("find_user", id);
  CO_TRY(auto rows, co_await database_.read(std::move(statement)));
  if (rows.empty()) co_return fail(user_not_found, "there is no user with this id");
  RowReader row(rows, 0);
  User user;
  user.id = UserId(row.integer());
  user.email = row.text();
  user.api_key = row.text();
  user.created_at = row.time();
  co_return user;
}

}  // namespace docquarry
