// Which files `docquarry extract` was asked for, and where each one's output goes.
#pragma once

#include "base/result.h"
#include "formats/result_writer.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

struct ExtractInput {
  std::filesystem::path path;                   // "-": standard input
  std::optional<std::filesystem::path> output;  // empty: standard output
  std::string problem;                          // why it cannot be read; it then counts as failed
};

// Directories are searched for *.pdf (any case), their files sorted by name; a file that was named is taken whatever it is called. With
// `output` a directory (it exists, ends in '/', or there is more than one input), each file becomes NAME.md, NAME.txt … in it, below the
// same folders. Errors: invalid_request when two inputs would be written to one place, or nothing was found.
Result<std::vector<ExtractInput>> find_inputs(const std::vector<std::string>& named, const std::optional<std::string>& output,
                                              ResultFormat format);

}  // namespace docquarry
