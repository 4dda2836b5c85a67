// Bytes pulled piece by piece by whoever needs them.
#pragma once

#include "base/async.h"
#include "base/result.h"

#include <cstddef>
#include <span>

namespace docquarry {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills at most `into` and returns how many bytes; 0 means the end, and stays 0. `into` must outlive the call.
  // After an error the source must not be read again.
  virtual Async<Result<std::size_t>> read(std::span<std::byte> into) = 0;
};

}  // namespace docquarry
