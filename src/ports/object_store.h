// Bytes under a key: the original files.
#pragma once

#include "base/async.h"
#include "base/byte_source.h"
#include "base/files.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/ids.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

struct StoredObject {
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
};

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = UINT64_MAX;  // as many as there are
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Reads `content` to its end, counts and hashes while copying, and holds never more than one part in memory. When it
  // returns, the bytes survive a power loss; before that, or after an error or a cancellation, nothing is visible.
  // Errors: those of `content`; storage_full, storage_unavailable.
  virtual Async<Result<StoredObject>> put(ObjectKey key, ByteSource& content) = 0;

  // The bytes of a range; empty when it starts at or after the end. Errors: file_not_found, storage_unavailable.
  virtual Async<Result<std::unique_ptr<ByteSource>>> open(ObjectKey key, ByteRange range) = 0;

  // The whole object as a descriptor that can be mapped: the file itself, or an unlinked temporary copy. A store that has to copy it compares
  // it with `sha256` (hex; empty: not known). Errors: file_not_found; storage_unavailable, also when that differs.
  virtual Async<Result<ReadOnlyFile>> open_file(ObjectKey key, std::string sha256) = 0;

  virtual Async<Result<void>> remove(ObjectKey key) = 0;  // absent is success

  // Keys that were last written before `older_than` and come after `after` in the store's order, at most `limit`: for the
  // sweeper that removes files without rows.
  virtual Async<Result<std::vector<ObjectKey>>> list(ObjectKey after, Timestamp older_than, int limit) = 0;

  // Removes what interrupted uploads left behind before `older_than`.
  virtual Async<Result<int>> remove_unfinished(Timestamp older_than) = 0;

  // For /readyz: can objects be written and read right now?
  virtual Async<Result<void>> check() = 0;

  // An address where anybody can GET the object, whole or ranges of it, with this Content-Disposition, until `lifetime` (at most 7 days) has
  // passed. Whether the object exists is not asked. Nothing when only the store itself can be reached. Errors: storage_unavailable.
  virtual Async<Result<std::optional<std::string>>> download_url(ObjectKey, std::string /*content_disposition*/,
                                                                 std::chrono::seconds) {
    co_return std::optional<std::string>();
  }
};

}  // namespace docquarry
