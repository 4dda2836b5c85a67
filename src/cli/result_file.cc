#include "cli/result_file.h"

#include "base/files.h"
#include "base/io_errors.h"

#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace docquarry::cli {
namespace {

Result<void> write_piece(int fd, std::span<const std::byte> piece) {
  while (!piece.empty()) {
    auto done = ::write(fd, piece.data(), piece.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0)
      return fail(errno == ENOSPC || errno == EDQUOT ? storage_full : storage_unavailable, describe_errno("cannot write"));
    piece = piece.subspan(std::size_t(done));
  }
  return {};
}

Async<Result<void>> copy(ByteSource& content, int fd) {
  std::array<std::byte, 64 * 1024> buffer;
  while (true) {
    CO_TRY(auto bytes, co_await content.read(buffer));
    if (bytes == 0) co_return Result<void>{};
    CO_CHECK(write_piece(fd, std::span(buffer).first(bytes)));
  }
}

}  // namespace

Async<Result<void>> write_result(ByteSource& content, std::string path) {
  if (path.empty()) co_return co_await copy(content, STDOUT_FILENO);
  std::string aside = path + ".part";
  UniqueFd file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) co_return fail(storage_unavailable, describe_errno("cannot create " + aside));
  auto copied = co_await copy(content, file.get());
  std::error_code error;
  if (copied) std::filesystem::rename(aside, path, error);
  if (!copied || error) std::filesystem::remove(aside);
  if (copied && error) co_return fail(storage_unavailable, "cannot create " + path + ": " + error.message());
  co_return copied;
}

}  // namespace docquarry::cli
