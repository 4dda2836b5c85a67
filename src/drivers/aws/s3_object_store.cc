#include "drivers/aws/s3_object_store.h"

#include "base/fault.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "domain/object_key.h"
#include "drivers/aws/s3_bucket.h"
#include "drivers/aws/s3_download.h"
#include "drivers/aws/s3_listing.h"
#include "drivers/aws/s3_upload.h"
#include "drivers/aws/spool.h"

#include <algorithm>

namespace docquarry {
namespace {

constexpr std::size_t block_bytes = 256 << 10;  // all that an upload or a copy holds in memory, twice
constexpr const char* folder = "uploads/";

using Block = std::unique_ptr<std::byte[]>;

Result<std::string> name_of(const ObjectKey& key) {
  if (!is_plain_key(key)) return fail(storage_unavailable, "the object key is not a plain name");
  return key.value();
}

class NoBytes : public ByteSource {
 public:
  Async<Result<std::size_t>> read(std::span<std::byte>) override { co_return std::size_t(0); }
};

}  // namespace

Result<std::unique_ptr<S3ObjectStore>> S3ObjectStore::open(boost::asio::io_context& loop, const Clock& clock,
                                                           aws::S3Options options, aws::CredentialOptions credentials) {
  std::error_code error;
  if (options.spool_directory.empty()) options.spool_directory = std::filesystem::temp_directory_path(error);
  if (options.spool_directory.empty()) return fail(invalid_setting, "there is no temporary directory: set TMPDIR");
  auto access = std::make_shared<aws::S3Access>(loop, clock, std::move(credentials));
  TRY(auto bucket, aws::S3Bucket::open(std::move(access), clock, std::move(options)));
  return std::unique_ptr<S3ObjectStore>(new S3ObjectStore(loop, std::move(bucket)));
}

S3ObjectStore::S3ObjectStore(boost::asio::io_context& loop, std::shared_ptr<aws::S3Bucket> bucket)
    : loop_(loop), bucket_(std::move(bucket)), threads_(std::size_t(bucket_->options().threads)) {}

S3ObjectStore::~S3ObjectStore() { threads_.join(); }

Async<Result<StoredObject>> S3ObjectStore::put(ObjectKey key, ByteSource& content) {
  CO_TRY(auto name, name_of(key));
  const auto& options = bucket_->options();
  aws::MultipartUpload parts(loop_, bucket_, name, threads_);
  Sha256 whole;
  StoredObject stored;
  Block block(new std::byte[block_bytes]);
  std::span<std::byte> room(block.get(), block_bytes);
  CO_TRY(auto held, co_await content.read(room));
  while (true) {
    aws::Spool part(options.spool_directory, block_bytes);
    while (held > 0 && part.bytes() < options.part_bytes) {
      auto keep = [&]() -> Result<void> {
        whole.update(room.first(held));
        return part.append(room.first(held));
      };
      CO_CHECK(co_await off_loop(threads_, keep));
      // A full part is sent when it is known whether more follows.
      auto left = options.part_bytes - part.bytes();
      auto next = room.first(left == 0 ? block_bytes : std::size_t(std::min<std::uint64_t>(left, block_bytes)));
      CO_TRY(held, co_await content.read(next));
    }
    CO_CHECK(fault_point("upload.first_block"));
    stored.bytes += part.bytes();
    bool is_last = held == 0;
    if (is_last && !parts.has_begun()) {
      CO_CHECK(co_await aws::put_whole(*bucket_, name, part, threads_));
      CO_CHECK(fault_point("upload.after_put"));
      stored.sha256 = part.sha256();
      co_return stored;
    }
    if (!parts.has_begun()) CO_CHECK(co_await parts.begin());
    CO_CHECK(co_await parts.add(part));
    CO_CHECK(fault_point("upload.after_part"));
    if (is_last) break;
  }
  CO_CHECK(fault_point("upload.before_complete"));
  CO_CHECK(co_await parts.complete());
  CO_CHECK(fault_point("upload.after_complete"));
  stored.sha256 = whole.finish_hex();
  co_return stored;
}

Async<Result<std::unique_ptr<ByteSource>>> S3ObjectStore::open(ObjectKey key, ByteRange range) {
  CO_TRY(auto name, name_of(key));
  // Services disagree about ranges that no object can have; whether it exists is to be told all the same.
  bool is_empty = range.bytes == 0 || range.offset > INT64_MAX;
  if (is_empty) {
    auto request = bucket_->object_request("HEAD", name);
    CO_CHECK(co_await bucket_->send(std::move(request), "look at an object"));
    co_return std::make_unique<NoBytes>();
  }
  auto download = co_await aws::S3Download::open(bucket_, name, range);
  if (!download && download.error().is(range_not_satisfiable)) co_return std::make_unique<NoBytes>();
  if (!download) co_return fail(std::move(download).error());
  co_return std::move(*download);
}

Async<Result<ReadOnlyFile>> S3ObjectStore::open_file(ObjectKey key, std::string sha256) {
  CO_TRY(auto name, name_of(key));
  ByteRange all;
  CO_TRY(auto download, co_await aws::S3Download::open(bucket_, name, all));
  aws::Spool copy(bucket_->options().spool_directory, 0);
  Block block(new std::byte[block_bytes]);
  while (true) {
    CO_TRY(auto got, co_await download->read(std::span(block.get(), block_bytes)));
    if (got == 0) break;
    CO_CHECK(fault_point("process.file_arriving"));
    auto keep = [&] { return copy.append(std::span(block.get(), got)); };
    CO_CHECK(co_await off_loop(threads_, keep));
  }
  const auto& expected = sha256.empty() ? download->stored_sha256() : sha256;
  bool is_whole = copy.bytes() == download->bytes() && (expected.empty() || expected == copy.sha256());
  if (!is_whole) co_return fail(storage_unavailable, "the object " + key.value() + " is not what was stored: its SHA-256 differs");
  auto finish = [&] { return std::move(copy).into_file(); };
  co_return co_await off_loop(threads_, finish);
}

Async<Result<void>> S3ObjectStore::remove(ObjectKey key) {
  CO_TRY(auto name, name_of(key));
  auto request = bucket_->object_request("DELETE", name);
  CO_CHECK(fault_point("delete.before_object"));
  auto removed = co_await bucket_->send(std::move(request), "remove an object");
  if (!removed && !removed.error().is(file_not_found)) co_return fail(std::move(removed).error());
  co_return Result<void>{};
}

Async<Result<std::vector<ObjectKey>>> S3ObjectStore::list(ObjectKey after, Timestamp older_than, int limit) {
  std::vector<ObjectKey> keys;
  std::string last = after.value();
  while (true) {
    CO_TRY(auto listing, co_await aws::list_objects(*bucket_, folder, last, limit));
    for (const auto& object : listing.objects) {
      ObjectKey key(object.name);
      if (object.modified < older_than && is_plain_key(key) && int(keys.size()) < limit) keys.push_back(std::move(key));
    }
    if (listing.is_complete || listing.objects.empty() || int(keys.size()) >= limit) co_return keys;
    last = listing.objects.back().name;
  }
}

Async<Result<int>> S3ObjectStore::remove_unfinished(Timestamp older_than) {
  int removed = 0;
  std::string after_name, after_id;
  do {
    CO_TRY(auto listing, co_await aws::list_uploads(*bucket_, folder, after_name, after_id));
    for (const auto& upload : listing.uploads) {
      if (upload.begun >= older_than) continue;
      CO_CHECK(co_await aws::abort_upload(bucket_, upload.name, upload.id));
      ++removed;
    }
    after_name = listing.next_name;
    after_id = listing.next_id;
  } while (!after_id.empty());
  co_return removed;
}

Async<Result<void>> S3ObjectStore::check() {
  const auto& options = bucket_->options();
  auto request = bucket_->request("HEAD");
  auto answer = co_await bucket_->send(std::move(request), "reach bucket " + options.bucket);
  if (!answer && answer.error().is(file_not_found))
    co_return fail(storage_unavailable,
                   "bucket " + options.bucket + " does not exist at " + options.endpoint + " (check S3_BUCKET_NAME)");
  if (!answer) co_return fail(std::move(answer).error());
  auto try_spool = [&] { return aws::check_spool_directory(options.spool_directory); };
  co_return co_await off_loop(threads_, try_spool);
}

Async<Result<std::optional<std::string>>> S3ObjectStore::download_url(ObjectKey key, std::string content_disposition,
                                                                      std::chrono::seconds lifetime) {
  CO_TRY(auto name, name_of(key));
  CO_TRY(auto url, co_await bucket_->download_url(name, std::move(content_disposition), lifetime));
  co_return std::optional<std::string>(std::move(url));
}

}  // namespace docquarry
