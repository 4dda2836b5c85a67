#include "drivers/llamaparse/upload_body.h"

#include "base/files.h"
#include "base/io_errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace docquarry {
namespace {

std::size_t copy_from(std::string_view text, std::uint64_t offset, std::span<std::byte> into) {
  auto bytes = std::min<std::size_t>(into.size(), text.size() - std::size_t(offset));
  std::memcpy(into.data(), text.data() + offset, bytes);
  return bytes;
}

}  // namespace

UploadBody::UploadBody(boost::asio::thread_pool& helpers, int fd, std::uint64_t file_bytes, std::string boundary,
                       const std::vector<std::pair<std::string, std::string>>& fields, std::string_view filename)
    : helpers_(helpers), fd_(fd), file_bytes_(file_bytes), boundary_(std::move(boundary)), tail_("\r\n--" + boundary_ + "--\r\n") {
  for (const auto& [name, value] : fields)
    head_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  head_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + std::string(filename) +
           "\"\r\nContent-Type: application/pdf\r\n\r\n";
}

Async<Result<std::size_t>> UploadBody::read(std::span<std::byte> into) {
  std::size_t got = 0;
  if (given_ < head_.size()) {
    got = copy_from(head_, given_, into);
  } else if (given_ < head_.size() + file_bytes_) {
    auto offset = given_ - head_.size();
    auto piece = into.first(std::size_t(std::min<std::uint64_t>(into.size(), file_bytes_ - offset)));
    auto work = [&] { return read_file(piece, offset); };
    CO_TRY(got, co_await off_loop(helpers_, work));
  } else {
    got = copy_from(tail_, given_ - head_.size() - file_bytes_, into);
  }
  given_ += got;
  co_return got;
}

Result<std::size_t> UploadBody::read_file(std::span<std::byte> into, std::uint64_t offset) const {
  ssize_t got = 0;
  do got = ::pread(fd_, into.data(), into.size(), off_t(offset));
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail(storage_unavailable, describe_errno("cannot read the original"));
  if (got == 0) return fail(storage_unavailable, "the original became shorter while it was read");
  return std::size_t(got);
}

}  // namespace docquarry
