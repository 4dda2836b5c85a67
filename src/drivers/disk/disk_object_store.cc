#include "drivers/disk/disk_object_store.h"

#include "base/io_errors.h"
#include "drivers/disk/object_files.h"

#include <boost/asio/post.hpp>

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

namespace docquarry {
namespace {

constexpr std::size_t block_bytes = 256 << 10;  // all that an upload holds in memory

// Pages that were never written to cost nothing, so a small upload is cheap too.
using Block = std::unique_ptr<std::byte[]>;

// Fills the block as far as the source reaches; less than a block means the end.
Async<Result<std::size_t>> fill(ByteSource& source, std::span<std::byte> block) {
  std::size_t filled = 0;
  while (filled < block.size()) {
    CO_TRY(auto got, co_await source.read(block.subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  co_return filled;
}

// Lets a helper thread remove what a cancelled upload left: deleting a large file may take long.
class UnfinishedUpload {
 public:
  UnfinishedUpload(boost::asio::thread_pool& threads, std::filesystem::path path)
      : threads_(threads), file_(std::make_unique<UnfinishedFile>(std::move(path))) {}
  ~UnfinishedUpload() {
    boost::asio::post(threads_, [file = std::move(file_)] {});
  }
  UnfinishedFile* operator->() { return file_.get(); }

 private:
  boost::asio::thread_pool& threads_;
  std::unique_ptr<UnfinishedFile> file_;
};

class FileSource : public ByteSource {
 public:
  FileSource(boost::asio::thread_pool& threads, ReadOnlyFile file, ByteRange range)
      : threads_(threads), file_(std::move(file)), offset_(std::min(range.offset, file_.bytes)) {
    left_ = std::min(range.bytes, file_.bytes - offset_);
  }

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    std::size_t wanted = std::size_t(std::min<std::uint64_t>(into.size(), left_));
    if (wanted == 0) co_return std::size_t(0);
    auto read_block = [&]() -> Result<std::size_t> {
      auto got = ::pread(file_.fd.get(), into.data(), wanted, off_t(offset_));
      if (got < 0) return fail(storage_unavailable, describe_errno("cannot read the object"));
      if (got == 0) return fail(storage_unavailable, "the object became shorter while it was read");
      return std::size_t(got);
    };
    CO_TRY(auto got, co_await off_loop(threads_, read_block));
    offset_ += got;
    left_ -= got;
    co_return got;
  }

 private:
  boost::asio::thread_pool& threads_;
  ReadOnlyFile file_;
  std::uint64_t offset_, left_ = 0;
};

}  // namespace

Result<std::unique_ptr<DiskObjectStore>> DiskObjectStore::open(std::filesystem::path root, int threads) {
  std::error_code error;
  std::filesystem::create_directories(root / ".unfinished", error);
  if (error) return fail(storage_unavailable, "cannot make " + root.string() + ": " + error.message());
  return std::unique_ptr<DiskObjectStore>(new DiskObjectStore(std::move(root), threads));
}

DiskObjectStore::DiskObjectStore(std::filesystem::path root, int threads)
    : root_(std::move(root)), unfinished_(root_ / ".unfinished"), threads_(std::size_t(threads)) {}

DiskObjectStore::~DiskObjectStore() { threads_.join(); }

std::filesystem::path DiskObjectStore::unfinished_path() {
  return unfinished_ / (std::to_string(::getpid()) + "." + std::to_string(++puts_) + ".part");
}

Async<Result<StoredObject>> DiskObjectStore::put(ObjectKey key, ByteSource& content) {
  CO_TRY(auto path, path_of_object(key));
  auto target = root_ / path;
  UnfinishedUpload upload(threads_, unfinished_path());
  Block block(new std::byte[block_bytes]);
  while (true) {
    std::span<std::byte> whole(block.get(), block_bytes);
    CO_TRY(auto filled, co_await fill(content, whole));
    bool last = filled < block_bytes;
    auto append = [&] { return upload->append(whole.first(filled)); };
    if (!last) {
      CO_CHECK(co_await off_loop(threads_, append));
      continue;
    }
    auto append_and_publish = [&]() -> Result<StoredObject> {
      CHECK(append());
      // The folder above the shard is made on its first use.
      if (::mkdir(target.parent_path().parent_path().c_str(), 0700) == 0) CHECK(sync_directory(root_));
      return upload->publish(target);
    };
    co_return co_await off_loop(threads_, append_and_publish);
  }
}

Async<Result<std::unique_ptr<ByteSource>>> DiskObjectStore::open(ObjectKey key, ByteRange range) {
  CO_TRY(auto file, co_await open_file(std::move(key), ""));
  co_return std::make_unique<FileSource>(threads_, std::move(file), range);
}

Async<Result<ReadOnlyFile>> DiskObjectStore::open_file(ObjectKey key, std::string) {
  CO_TRY(auto path, path_of_object(key));
  auto open_it = [&] { return open_read_only(root_ / path); };
  co_return co_await off_loop(threads_, open_it);
}

Async<Result<void>> DiskObjectStore::remove(ObjectKey key) {
  CO_TRY(auto path, path_of_object(key));
  auto remove_it = [&]() -> Result<void> {
    auto file = root_ / path;
    // Not synced: if the name comes back after a power loss, it is a file without a row, and the sweeper removes it.
    if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
    return fail(storage_unavailable, describe_errno("cannot remove " + file.string()));
  };
  co_return co_await off_loop(threads_, remove_it);
}

Async<Result<std::vector<ObjectKey>>> DiskObjectStore::list(ObjectKey after, Timestamp older_than, int limit) {
  auto list_them = [&] { return list_objects(root_, after, older_than, limit); };
  co_return co_await off_loop(threads_, list_them);
}

Async<Result<int>> DiskObjectStore::remove_unfinished(Timestamp older_than) {
  auto remove_them = [&] { return remove_older_files(unfinished_, older_than); };
  co_return co_await off_loop(threads_, remove_them);
}

Async<Result<void>> DiskObjectStore::check() {
  auto probe = unfinished_path();
  auto try_it = [&] { return try_directory(probe); };
  co_return co_await off_loop(threads_, try_it);
}

}  // namespace docquarry
