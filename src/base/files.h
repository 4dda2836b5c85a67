// Small owners of descriptors, and the few file operations that must be durable.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// A file that nobody changes while we hold it: the original of a document, or an unlinked copy of it.
struct ReadOnlyFile {
  UniqueFd fd;
  std::uint64_t bytes = 0;
};

// Errors: file_not_found when absent, else storage_unavailable. Blocking: call off the loop.
Result<ReadOnlyFile> open_read_only(const std::filesystem::path& path);
Result<std::string> read_whole_file(const std::filesystem::path& path, std::uint64_t limit_bytes);

// Every regular file below `directory` whose name ends with `ending` (".pdf"; ASCII letters in any case), sorted by path; symbolic links
// to directories are not followed, directories below it that may not be read are left out. Errors: storage_unavailable.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& directory, std::string_view ending);

// Makes names that were created, renamed or removed in `directory` survive a power loss.
Result<void> sync_directory(const std::filesystem::path& directory);

// "cannot open /x: permission denied", from errno.
std::string describe_errno(std::string_view what);

}  // namespace docquarry
