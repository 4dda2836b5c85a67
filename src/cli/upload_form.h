// A multipart/form-data body (RFC 7578) whose files are read from disk while it is sent.
#pragma once

#include "base/byte_source.h"
#include "base/files.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::cli {

class UploadForm : public ByteSource {
 public:
  using OnSent = std::function<void(std::uint64_t bytes)>;  // altogether so far

  // `boundary` must occur in no file: a random one.
  UploadForm(std::string boundary, OnSent on_sent);

  void add_field(std::string_view name, std::string_view value);
  // `bytes`: the size it has now; must not change while it is sent.
  void add_file(std::string_view name, const std::filesystem::path& path, std::uint64_t bytes);
  void end();  // nothing may be added afterwards

  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  std::uint64_t bytes() const { return bytes_; }

  // Errors: file_not_found, storage_unavailable with the file that is to blame.
  Async<Result<std::size_t>> read(std::span<std::byte> into) override;

 private:
  struct Piece {
    std::string text;            // sent as it is, or
    std::filesystem::path path;  // a file of so many bytes
    std::uint64_t bytes = 0;
  };
  void add_text(std::string text);
  Result<std::size_t> read_piece(const Piece& piece, std::span<std::byte> into);

  std::string boundary_;
  OnSent on_sent_;
  std::vector<Piece> pieces_;
  std::uint64_t bytes_ = 0;
  std::size_t current_ = 0;
  std::uint64_t done_ = 0;  // of the current piece
  std::uint64_t sent_ = 0;
  ReadOnlyFile file_;
};

}  // namespace docquarry::cli
