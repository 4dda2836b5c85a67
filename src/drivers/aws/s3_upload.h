// An object on its way into a bucket, in one piece or in parts. Nothing is visible before its end.
#pragma once

#include "drivers/aws/s3_bucket.h"
#include "drivers/aws/spool.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>

namespace docquarry::aws {

// Sent at once, with its hash, which S3 compares and keeps as metadata. Errors: those of S3Bucket::send.
Async<Result<void>> put_whole(S3Bucket& bucket, std::string name, Spool& content, boost::asio::thread_pool& threads);

// Parts, each sent with its hash. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
class MultipartUpload {
 public:
  // `loop` and `threads` must outlive it.
  MultipartUpload(boost::asio::io_context& loop, std::shared_ptr<S3Bucket> bucket, std::string name,
                  boost::asio::thread_pool& threads)
      : loop_(loop), bucket_(std::move(bucket)), name_(std::move(name)), threads_(threads) {}
  MultipartUpload(const MultipartUpload&) = delete;
  // What was begun and not completed is aborted on the loop, without waiting; ObjectStore::remove_unfinished finds what that misses.
  ~MultipartUpload();

  bool has_begun() const { return !id_.empty(); }
  // Errors of all three: those of S3Bucket::send.
  Async<Result<void>> begin();
  Async<Result<void>> add(Spool& part);
  Async<Result<void>> complete();

 private:
  Async<Result<void>> check_completed();

  boost::asio::io_context& loop_;
  std::shared_ptr<S3Bucket> bucket_;
  std::string name_;
  boost::asio::thread_pool& threads_;
  std::string id_;
  std::string parts_;  // the XML that lists them
  int count_ = 0;
  std::uint64_t bytes_ = 0;
};

Async<Result<void>> abort_upload(std::shared_ptr<S3Bucket> bucket, std::string name, std::string id);

}  // namespace docquarry::aws
