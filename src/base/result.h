// Result<T>: a value or an Error. The macros below are the only ones of the project; they are statements, not expressions,
// because a co_await inside a statement expression crashes g++ 12.2 (docs/decisions/0002).
#pragma once

#include "base/error.h"

#include <tl/expected.hpp>

#include <utility>

namespace docquarry {

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(const ErrorCode& code, std::string message,
                                  std::source_location where = std::source_location::current()) {
  return tl::unexpected<Error>(Error(code, std::move(message), where));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace docquarry

#define DOCQUARRY_JOIN_(a, b) a##b
#define DOCQUARRY_JOIN(a, b) DOCQUARRY_JOIN_(a, b)

#define DOCQUARRY_TRY_(temporary, leave, declaration, ...)               \
  auto temporary = (__VA_ARGS__);                                        \
  if (!temporary) leave ::docquarry::fail(std::move(temporary).error()); \
  declaration = std::move(*temporary)
#define DOCQUARRY_CHECK_(temporary, leave, ...)                            \
  do {                                                                     \
    auto temporary = (__VA_ARGS__);                                        \
    if (!temporary) leave ::docquarry::fail(std::move(temporary).error()); \
  } while (false)

// TRY(auto file, open(path));       returns the error, or goes on with `file`
// CHECK(sync(file));                the same where there is no value
#define TRY(declaration, ...) DOCQUARRY_TRY_(DOCQUARRY_JOIN(result_, __LINE__), return, declaration, __VA_ARGS__)
#define CHECK(...) DOCQUARRY_CHECK_(DOCQUARRY_JOIN(result_, __LINE__), return, __VA_ARGS__)
// The same inside coroutines.
#define CO_TRY(declaration, ...) DOCQUARRY_TRY_(DOCQUARRY_JOIN(result_, __LINE__), co_return, declaration, __VA_ARGS__)
#define CO_CHECK(...) DOCQUARRY_CHECK_(DOCQUARRY_JOIN(result_, __LINE__), co_return, __VA_ARGS__)
