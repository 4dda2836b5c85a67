#include "domain/error_codes.h"

namespace docquarry {

const ErrorCode& error_code_named(std::string_view name) {
  for (const ErrorCode* code : error_codes)
    if (code->name == name) return *code;
  return internal_error;
}

}  // namespace docquarry
