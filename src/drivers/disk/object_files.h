// The blocking part of the disk store: paths, files, directories. Called on helper threads only.
#pragma once

#include "base/files.h"
#include "base/sha256.h"
#include "base/time.h"
#include "domain/ids.h"
#include "ports/object_store.h"

#include <filesystem>
#include <span>
#include <vector>

namespace docquarry {

// Where an object lies, relative to the root. Errors: storage_unavailable for a key that is not plain (domain/object_key.h).
Result<std::filesystem::path> path_of_object(const ObjectKey& key);

// storage_full when there is no space or the quota is used up, else storage_unavailable; with the text of errno.
Error write_failure(std::string_view what);

// A file that becomes an object, or disappears with this owner.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::filesystem::path path) : path_(std::move(path)) {}
  UnfinishedFile(const UnfinishedFile&) = delete;
  ~UnfinishedFile();

  Result<void> append(std::span<const std::byte> bytes);  // creates the file when it is the first
  // Makes the bytes durable, gives them their name and makes the name durable.
  Result<StoredObject> publish(const std::filesystem::path& target);

 private:
  Result<void> create();

  std::filesystem::path path_;
  UniqueFd fd_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
  bool exists_ = false;
};

Result<std::vector<ObjectKey>> list_objects(const std::filesystem::path& root, const ObjectKey& after, Timestamp older_than,
                                            int limit);
Result<int> remove_older_files(const std::filesystem::path& directory, Timestamp older_than);
// Writes, reads and removes a small file.
Result<void> try_directory(const std::filesystem::path& probe);

}  // namespace docquarry
