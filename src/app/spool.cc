#include "app/spool.h"

#include "base/io_errors.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace docquarry {
namespace {

Result<UniqueFd> unlinked_file() {
  const char* directory = ::access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp";
  std::string name = std::string(directory) + "/docquarry-XXXXXX";
  UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return fail(storage_unavailable, describe_errno("cannot create a temporary file in " + std::string(directory)));
  ::unlink(name.c_str());
  return file;
}

}  // namespace

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno == ENOSPC ? storage_full : storage_unavailable, describe_errno("cannot write the output"));
    bytes.remove_prefix(std::size_t(written));
  }
  return {};
}

Result<void> Spool::append(std::string_view bytes) {
  memory_ += bytes;
  if (memory_.size() < memory_limit_bytes) return {};
  if (!file_) {
    TRY(file_, unlinked_file());
  }
  CHECK(write_all(file_.get(), memory_));
  memory_.clear();
  return {};
}

Result<void> Spool::write_to(int fd) {
  if (file_) {
    std::string block(256 * 1024, '\0');
    off_t position = 0;
    while (true) {
      auto got = ::pread(file_.get(), block.data(), block.size(), position);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(storage_unavailable, describe_errno("cannot read a temporary file"));
      if (got == 0) break;
      position += got;
      CHECK(write_all(fd, std::string_view(block).substr(0, std::size_t(got))));
    }
  }
  return write_all(fd, memory_);
}

Result<void> Spool::save_as(const std::filesystem::path& path, std::string_view before, std::string_view after) {
  std::filesystem::path aside = path;
  aside += ".part";
  UniqueFd out(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!out) return fail(storage_unavailable, describe_errno("cannot write " + path.string()));
  auto write = [&]() -> Result<void> {
    CHECK(write_all(out.get(), before));
    CHECK(write_to(out.get()));
    return write_all(out.get(), after);
  };
  auto written = write();
  if (written && ::rename(aside.c_str(), path.c_str()) == 0) return {};
  if (written) written = fail(storage_unavailable, describe_errno("cannot write " + path.string()));
  ::unlink(aside.c_str());
  return written;
}

}  // namespace docquarry
