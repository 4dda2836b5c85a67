// Where a result goes.
#pragma once

#include "base/byte_source.h"

#include <string>

namespace docquarry::cli {

// To standard output when `path` is empty. A file is there only when it is complete: it is written aside and renamed.
// Errors: those of the source; storage_full, storage_unavailable.
Async<Result<void>> write_result(ByteSource& content, std::string path);

}  // namespace docquarry::cli
