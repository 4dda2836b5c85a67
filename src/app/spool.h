// The output of one document until it is complete: small ones in memory, large ones in an unlinked temporary file.
#pragma once

#include "base/files.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace docquarry {

class Spool {
 public:
  Result<void> append(std::string_view bytes);
  // Everything that was appended. Errors: storage_full, storage_unavailable.
  Result<void> write_to(int fd);
  // Complete or not there at all: written aside and renamed.
  Result<void> save_as(const std::filesystem::path& path, std::string_view before, std::string_view after);

 private:
  static constexpr std::size_t memory_limit_bytes = 4 << 20;

  std::string memory_;
  UniqueFd file_;
};

// All of `bytes`, however often write(2) has to be called.
Result<void> write_all(int fd, std::string_view bytes);

}  // namespace docquarry
