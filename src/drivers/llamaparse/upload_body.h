// A file as the part `file` of a multipart/form-data body (RFC 7578), read from its descriptor while it is sent.
#pragma once

#include "base/byte_source.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry {

class UploadBody : public ByteSource {
 public:
  // `fd` and `helpers`, which read it, must outlive the body. `boundary` must not occur in the file: a random one.
  UploadBody(boost::asio::thread_pool& helpers, int fd, std::uint64_t file_bytes, std::string boundary,
             const std::vector<std::pair<std::string, std::string>>& fields, std::string_view filename);

  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  std::uint64_t bytes() const { return head_.size() + file_bytes_ + tail_.size(); }

  // Errors: storage_unavailable when the file cannot be read or is shorter than it was.
  Async<Result<std::size_t>> read(std::span<std::byte> into) override;

 private:
  Result<std::size_t> read_file(std::span<std::byte> into, std::uint64_t offset) const;

  boost::asio::thread_pool& helpers_;
  int fd_;
  std::uint64_t file_bytes_;
  std::string boundary_, head_, tail_;
  std::uint64_t given_ = 0;  // of all bytes()
};

}  // namespace docquarry
