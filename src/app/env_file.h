// A .env file, as python-dotenv and pydantic-settings read it for the original service:
//
//   # comment
//   NAME=value            # comment after a space
//   export NAME='value'   taken as it stands; \' and \\ are the only escapes
//   NAME="va\nlue"        with escapes; may run over several lines
//
// ${NAME} is not expanded.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry {

// In the order of the file; names as written. Errors: invalid_setting with the number of the line that cannot be read.
Result<std::vector<std::pair<std::string, std::string>>> parse_env_file(std::string_view content);

}  // namespace docquarry
