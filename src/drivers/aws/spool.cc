#include "drivers/aws/spool.h"

#include "base/io_errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace docquarry::aws {
namespace {

Error failure(const std::string& what) {
  bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return Error(full ? storage_full : storage_unavailable, describe_errno(what));
}

// Not every file system knows O_TMPFILE; there the file has a name for a moment.
Result<UniqueFd> unnamed_file(const std::filesystem::path& directory) {
  UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd && (errno == EOPNOTSUPP || errno == EISDIR)) {
    std::string name = (directory / "docquarry-XXXXXX").string();
    fd.reset(::mkostemp(name.data(), O_CLOEXEC));
    if (fd) ::unlink(name.c_str());
  }
  if (!fd) return fail(failure("cannot make a temporary file in " + directory.string()));
  return fd;
}

class SpoolSource : public ByteSource {
 public:
  SpoolSource(const Spool& spool, boost::asio::thread_pool& threads) : spool_(spool), threads_(threads) {}

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto read_piece = [&] { return spool_.read(given_, into); };
    CO_TRY(auto got, co_await off_loop(threads_, read_piece));
    given_ += got;
    co_return got;
  }

 private:
  const Spool& spool_;
  boost::asio::thread_pool& threads_;
  std::uint64_t given_ = 0;
};

}  // namespace

Result<void> Spool::append(std::span<const std::byte> bytes) {
  hash_.update(bytes);
  bytes_ += bytes.size();
  if (!file_ && bytes_ <= in_memory_) {
    memory_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  CHECK(move_to_file());
  return write(bytes);
}

Result<void> Spool::move_to_file() {
  if (file_) return {};
  TRY(file_, unnamed_file(directory_));
  auto kept = std::move(memory_);
  return write(std::as_bytes(std::span(kept)));
}

Result<void> Spool::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(failure("cannot write a temporary file in " + directory_.string()));
    bytes = bytes.subspan(std::size_t(written));
  }
  return {};
}

Result<std::size_t> Spool::read(std::uint64_t offset, std::span<std::byte> into) const {
  auto wanted = std::size_t(std::min<std::uint64_t>(into.size(), bytes_ - std::min(offset, bytes_)));
  if (wanted == 0) return std::size_t(0);
  if (!file_) {
    std::memcpy(into.data(), memory_.data() + offset, wanted);
    return wanted;
  }
  auto got = ::pread(file_.get(), into.data(), wanted, off_t(offset));
  if (got <= 0) return fail(storage_unavailable, describe_errno("cannot read a temporary file in " + directory_.string()));
  return std::size_t(got);
}

const std::string& Spool::sha256() {
  if (sha256_.empty()) sha256_ = hash_.finish_hex();
  return sha256_;
}

Result<ReadOnlyFile> Spool::into_file() && {
  CHECK(move_to_file());
  ReadOnlyFile out;
  out.bytes = bytes_;
  // Opened anew, so that whoever gets it cannot write.
  out.fd.reset(::open(("/proc/self/fd/" + std::to_string(file_.get())).c_str(), O_RDONLY | O_CLOEXEC));
  if (!out.fd) return fail(failure("cannot open a temporary file of " + directory_.string() + " again"));
  return out;
}

std::unique_ptr<ByteSource> source_of(const Spool& spool, boost::asio::thread_pool& threads) {
  return std::make_unique<SpoolSource>(spool, threads);
}

Result<void> check_spool_directory(const std::filesystem::path& directory) {
  CHECK(unnamed_file(directory));
  return {};
}

}  // namespace docquarry::aws
