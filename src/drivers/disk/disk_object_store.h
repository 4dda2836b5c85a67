// Objects as files of one directory: "uploads/x.pdf" is root/uploads/7f/x.pdf, where 7f is a hash of the name, so that no directory grows
// large. Bytes are first written to root/.unfinished and renamed when they are durable.
#pragma once

#include "ports/object_store.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <filesystem>

namespace docquarry {

class DiskObjectStore : public ObjectStore {
 public:
  // Makes the directories. Blocking. `threads` is how many files can be written and synced at once.
  static Result<std::unique_ptr<DiskObjectStore>> open(std::filesystem::path root, int threads = 8);
  ~DiskObjectStore() override;  // waits for what its threads do; must happen before the loop of its callers is destroyed

  Async<Result<StoredObject>> put(ObjectKey key, ByteSource& content) override;
  Async<Result<std::unique_ptr<ByteSource>>> open(ObjectKey key, ByteRange range) override;
  Async<Result<ReadOnlyFile>> open_file(ObjectKey key, std::string sha256) override;
  Async<Result<void>> remove(ObjectKey key) override;
  Async<Result<std::vector<ObjectKey>>> list(ObjectKey after, Timestamp older_than, int limit) override;
  Async<Result<int>> remove_unfinished(Timestamp older_than) override;
  Async<Result<void>> check() override;

 private:
  DiskObjectStore(std::filesystem::path root, int threads);
  std::filesystem::path unfinished_path();

  std::filesystem::path root_, unfinished_;
  boost::asio::thread_pool threads_;
  std::atomic<std::uint64_t> puts_ = 0;
};

}  // namespace docquarry
