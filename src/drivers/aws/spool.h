// Bytes on their way to or from S3 that memory should not hold: the first of them stay in memory, more go into a file that has no name and
// disappears with its owner. Blocking: append and read off the loop, one call at a time.
#pragma once

#include "base/byte_source.h"
#include "base/files.h"
#include "base/sha256.h"

#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace docquarry::aws {

class Spool {
 public:
  // A file is made in `directory` when more than `in_memory` bytes come.
  Spool(std::filesystem::path directory, std::size_t in_memory) : directory_(std::move(directory)), in_memory_(in_memory) {}

  // Counts and hashes. Errors: storage_full, storage_unavailable.
  Result<void> append(std::span<const std::byte> bytes);
  // As many as there are from `offset` on, at most `into`. Errors: storage_unavailable.
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const;

  std::uint64_t bytes() const { return bytes_; }
  // Of everything; nothing may be appended afterwards.
  const std::string& sha256();

  // Everything as a file that can only be read. Errors: as append().
  Result<ReadOnlyFile> into_file() &&;

 private:
  Result<void> write(std::span<const std::byte> bytes);
  Result<void> move_to_file();

  std::filesystem::path directory_;
  std::size_t in_memory_;
  std::string memory_;
  UniqueFd file_;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
  std::string sha256_;
};

// From the beginning; `spool` and `threads` must outlive it.
std::unique_ptr<ByteSource> source_of(const Spool& spool, boost::asio::thread_pool& threads);

// Can files be made there? Errors: storage_full, storage_unavailable.
Result<void> check_spool_directory(const std::filesystem::path& directory);

}  // namespace docquarry::aws
