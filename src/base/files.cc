#include "base/files.h"

#include "base/io_errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

namespace docquarry {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

std::string describe_errno(std::string_view what) { return std::string(what) + ": " + std::strerror(errno); }

Result<ReadOnlyFile> open_read_only(const std::filesystem::path& path) {
  ReadOnlyFile file;
  file.fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.fd) {
    const ErrorCode& code = errno == ENOENT ? file_not_found : storage_unavailable;
    return fail(code, describe_errno("cannot open " + path.string()));
  }
  struct stat status{};
  if (::fstat(file.fd.get(), &status) != 0) return fail(storage_unavailable, describe_errno("cannot stat " + path.string()));
  if (!S_ISREG(status.st_mode)) return fail(storage_unavailable, path.string() + " is not a regular file");
  file.bytes = std::uint64_t(status.st_size);
  return file;
}

Result<std::string> read_whole_file(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  TRY(auto file, open_read_only(path));
  if (file.bytes > limit_bytes) return fail(storage_unavailable, path.string() + " is larger than expected");
  std::string content(file.bytes, '\0');
  std::size_t done = 0;
  while (done < content.size()) {
    auto got = ::read(file.fd.get(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(storage_unavailable, describe_errno("cannot read " + path.string()));
    if (got == 0) break;
    done += std::size_t(got);
  }
  content.resize(done);
  return content;
}

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& directory, std::string_view ending) {
  namespace fs = std::filesystem;
  auto ends_right = [&](std::string_view name) {
    return name.size() >= ending.size() &&
           ::strncasecmp(name.data() + name.size() - ending.size(), ending.data(), ending.size()) == 0;
  };
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;  // an entry that vanished meanwhile
    if (ends_right(entry->path().native()) && entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  if (error) return fail(storage_unavailable, "cannot read " + directory.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(storage_unavailable, describe_errno("cannot sync " + directory.string()));
  return {};
}

}  // namespace docquarry
