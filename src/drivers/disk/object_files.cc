#include "drivers/disk/object_files.h"

#include "base/fault.h"
#include "base/io_errors.h"
#include "domain/object_key.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace docquarry {
namespace {

namespace fs = std::filesystem;

// FNV-1a; which directory a name lies in must never change.
std::string shard_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (unsigned char c : name) hash = (hash ^ c) * 16777619u;
  constexpr char digits[] = "0123456789abcdef";
  return {digits[hash >> 28], digits[hash >> 24 & 15]};
}

// Names in a directory, ascending; none when it does not exist.
Result<std::vector<std::string>> names_in(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(directory, error), end;
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && entry != end; entry.increment(error)) names.push_back(entry->path().filename().string());
  if (error) return fail(storage_unavailable, "cannot list " + directory.string() + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_older(const fs::path& file, Timestamp than) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  auto written = std::chrono::microseconds(std::int64_t(status.st_mtim.tv_sec) * 1'000'000 + status.st_mtim.tv_nsec / 1000);
  return written < than.time_since_epoch();
}

}  // namespace

Result<fs::path> path_of_object(const ObjectKey& key) {
  if (!is_plain_key(key)) return fail(storage_unavailable, "the object key cannot be a file name");
  std::string_view text = key.value();
  auto slash = text.find('/');
  auto name = text.substr(slash + 1);
  return fs::path(text.substr(0, slash)) / shard_of(name) / name;
}

Error write_failure(std::string_view what) {
  bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return Error(full ? storage_full : storage_unavailable, describe_errno(what));
}

UnfinishedFile::~UnfinishedFile() {
  if (exists_) ::unlink(path_.c_str());
}

Result<void> UnfinishedFile::create() {
  fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd_) return fail(write_failure("cannot create " + path_.string()));
  exists_ = true;
  return {};
}

Result<void> UnfinishedFile::append(std::span<const std::byte> bytes) {
  if (!fd_) CHECK(create());
  hash_.update(bytes);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    auto written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(write_failure("cannot write " + path_.string()));
    bytes = bytes.subspan(std::size_t(written));
  }
  return fault_point("upload.first_block");
}

Result<StoredObject> UnfinishedFile::publish(const fs::path& target) {
  if (!fd_) CHECK(create());
  CHECK(fault_point("upload.before_fsync"));
  if (::fdatasync(fd_.get()) != 0) return fail(write_failure("cannot sync " + path_.string()));
  CHECK(fault_point("upload.after_fsync"));
  auto directory = target.parent_path();
  // A new directory is as durable as the entry in its parent.
  if (::mkdir(directory.c_str(), 0700) == 0) CHECK(sync_directory(directory.parent_path()));
  else if (errno != EEXIST) return fail(write_failure("cannot make " + directory.string()));
  if (::rename(path_.c_str(), target.c_str()) != 0) return fail(write_failure("cannot rename to " + target.string()));
  exists_ = false;
  auto named = fault_point("upload.after_rename").and_then([&] { return sync_directory(directory); });
  if (!named) {
    ::unlink(target.c_str());  // the caller will be told that nothing was stored
    return fail(std::move(named).error());
  }
  return StoredObject{bytes_, hash_.finish_hex()};
}

// The order is folder, shard, name: the order of the directories, not of the keys.
Result<std::vector<ObjectKey>> list_objects(const fs::path& root, const ObjectKey& after, Timestamp older_than, int limit) {
  std::string last;  // where the previous answer ended, as "folder/shard/name"
  if (!after.value().empty()) {
    TRY(auto path, path_of_object(after));
    last = path.string();
  }
  std::vector<ObjectKey> keys;
  TRY(auto folders, names_in(root));
  for (const auto& folder : folders) {
    if (!is_plain_key(ObjectKey(folder + "/x")) || folder < last.substr(0, last.find('/'))) continue;
    TRY(auto shards, names_in(root / folder));
    for (const auto& shard : shards) {
      if (folder + "/" + shard < last.substr(0, last.rfind('/') == last.npos ? 0 : last.rfind('/'))) continue;
      TRY(auto names, names_in(root / folder / shard));
      for (const auto& name : names) {
        if (folder + "/" + shard + "/" + name <= last || !is_older(root / folder / shard / name, older_than)) continue;
        keys.emplace_back(folder + "/" + name);
        if (int(keys.size()) >= limit) return keys;
      }
    }
  }
  return keys;
}

Result<int> remove_older_files(const fs::path& directory, Timestamp older_than) {
  TRY(auto names, names_in(directory));
  int removed = 0;
  for (const auto& name : names)
    if (is_older(directory / name, older_than) && ::unlink((directory / name).c_str()) == 0) ++removed;
  return removed;
}

Result<void> try_directory(const fs::path& probe) {
  UnfinishedFile file(probe);
  CHECK(file.append(std::as_bytes(std::span("ready"))));
  CHECK(open_read_only(probe));
  return {};
}

}  // namespace docquarry
