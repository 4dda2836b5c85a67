// Objects in a bucket of S3, or of a service that is compatible. What is larger than a part is uploaded in parts while it arrives, each
// part spooled to an unnamed file first, so that it can be hashed and sent again. Only "uploads/" below the prefix is listed: a bucket may
// hold other things, and the sweeper removes what is listed and has no row.
#pragma once

#include "drivers/aws/credentials.h"
#include "drivers/aws/s3_options.h"
#include "ports/clock.h"
#include "ports/object_store.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

namespace docquarry {

namespace aws {
class S3Bucket;
}

class S3ObjectStore : public ObjectStore {
 public:
  // Asks nobody; check() does. `loop` and `clock` must outlive it. Errors: invalid_setting with what to set.
  static Result<std::unique_ptr<S3ObjectStore>> open(boost::asio::io_context& loop, const Clock& clock, aws::S3Options options,
                                                     aws::CredentialOptions credentials);
  ~S3ObjectStore() override;  // waits for what its threads do; must happen before the loop of its callers is destroyed

  Async<Result<StoredObject>> put(ObjectKey key, ByteSource& content) override;
  Async<Result<std::unique_ptr<ByteSource>>> open(ObjectKey key, ByteRange range) override;
  Async<Result<ReadOnlyFile>> open_file(ObjectKey key, std::string sha256) override;
  Async<Result<void>> remove(ObjectKey key) override;
  Async<Result<std::vector<ObjectKey>>> list(ObjectKey after, Timestamp older_than, int limit) override;
  Async<Result<int>> remove_unfinished(Timestamp older_than) override;
  Async<Result<void>> check() override;
  Async<Result<std::optional<std::string>>> download_url(ObjectKey key, std::string content_disposition,
                                                         std::chrono::seconds lifetime) override;

 private:
  S3ObjectStore(boost::asio::io_context& loop, std::shared_ptr<aws::S3Bucket> bucket);

  boost::asio::io_context& loop_;
  std::shared_ptr<aws::S3Bucket> bucket_;  // shared with abandoned uploads that are being aborted
  boost::asio::thread_pool threads_;
};

}  // namespace docquarry
