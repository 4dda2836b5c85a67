// People (or programs) that own documents.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

#include <string>
#include <string_view>

namespace docquarry {

struct User {
  UserId id;
  std::string email;
  std::string api_key;
  Timestamp created_at;
};

inline constexpr UserId default_user{1};  // who owns uploads that name nobody, as in the original

// Empty when acceptable, else the reason in pydantic's words, because the original's clients parse them.
std::string why_not_an_email(std::string_view text);

// The form in which an acceptable address is kept: without space around it, the part after the @-sign in lower case.
std::string normalised_email(std::string_view text);

}  // namespace docquarry
