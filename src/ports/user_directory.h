// Who owns documents.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "domain/user.h"

#include <string>

namespace docquarry {

class UserDirectory {
 public:
  virtual ~UserDirectory() = default;
  // Errors: user_exists when the email or the key is taken.
  virtual Async<Result<User>> add(std::string email, std::string api_key, Timestamp now) = 0;
  // Errors: user_not_found.
  virtual Async<Result<User>> find(UserId id) = 0;
};

}  // namespace docquarry
