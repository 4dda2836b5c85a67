// An object on its way out of a bucket: a stream that goes on where the connection broke.
#pragma once

#include "drivers/aws/s3_bucket.h"
#include "ports/object_store.h"

#include <memory>
#include <optional>
#include <string>

namespace docquarry::aws {

class S3Download : public ByteSource {
 public:
  // Asks for a range that begins inside of the object, or for all of it when it is the default. Errors: those of S3Bucket::send.
  static Async<Result<std::unique_ptr<S3Download>>> open(std::shared_ptr<S3Bucket> bucket, std::string name, ByteRange range);

  // When the answer ends too early, the rest is asked for, at most three times in all, and only while the object is the same one.
  Async<Result<std::size_t>> read(std::span<std::byte> into) override;

  std::uint64_t bytes() const { return bytes_; }  // of the range
  const std::string& stored_sha256() const {
    return sha256_;
  }  // of the whole object; empty when it was uploaded in parts or by others

 private:
  S3Download(std::shared_ptr<S3Bucket> bucket, std::string name, ByteRange range)
      : bucket_(std::move(bucket)), name_(std::move(name)), range_(range) {}
  Async<Result<void>> begin();
  Async<Result<void>> resume();
  Async<Result<AwsAnswer>> ask();

  std::shared_ptr<S3Bucket> bucket_;
  std::string name_;
  ByteRange range_;  // what is still to be received
  std::uint64_t bytes_ = 0, left_ = 0;
  std::string etag_, sha256_;
  std::unique_ptr<ByteSource> body_;
  int resumed_ = 0;
};

}  // namespace docquarry::aws
