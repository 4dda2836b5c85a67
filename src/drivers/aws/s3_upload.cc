#include "drivers/aws/s3_upload.h"

#include "base/io_errors.h"
#include "base/log.h"
#include "drivers/aws/service_error.h"
#include "drivers/aws/xml.h"

namespace docquarry::aws {
namespace {

using namespace std::chrono_literals;

constexpr int most_parts = 10'000;  // S3's own limit

AwsRequest with_content(AwsRequest request, Spool& content, boost::asio::thread_pool& threads) {
  request.upload = [&content, &threads] { return source_of(content, threads); };
  request.upload_bytes = content.bytes();
  request.upload_sha256 = content.sha256();
  return request;
}

Async<void> abort_in_the_background(std::shared_ptr<S3Bucket> bucket, std::string name, std::string id) {
  auto aborted = co_await with_timeout(30s, abort_upload(std::move(bucket), std::move(name), std::move(id)));
  if (!aborted) log::warn("an abandoned upload could not be aborted in time, the sweeper will find it");
  else if (!*aborted) log::warn("an abandoned upload could not be aborted, the sweeper will find it", aborted->error());
}

}  // namespace

Async<Result<void>> put_whole(S3Bucket& bucket, std::string name, Spool& content, boost::asio::thread_pool& threads) {
  auto request = with_content(bucket.object_request("PUT", name), content, threads);
  request.headers.emplace_back("Content-Type", "application/pdf");
  request.headers.emplace_back("x-amz-meta-sha256", content.sha256());
  CO_CHECK(co_await bucket.send(std::move(request), "store an object"));
  co_return Result<void>{};
}

MultipartUpload::~MultipartUpload() {
  if (!has_begun()) return;
  boost::asio::co_spawn(loop_, abort_in_the_background(bucket_, name_, id_), [](std::exception_ptr defect) {
    if (defect) log::error("aborting an upload failed");
  });
}

Async<Result<void>> MultipartUpload::begin() {
  auto request = bucket_->object_request("POST", name_);
  request.query.emplace_back("uploads", "");
  request.headers.emplace_back("Content-Type", "application/pdf");
  CO_TRY(auto answer, co_await bucket_->send(std::move(request), "begin an upload"));
  auto parsed = parse_xml(answer.text);
  if (!parsed || parsed->child("UploadId").text.empty())
    co_return fail(storage_unavailable, "cannot begin an upload: the answer names none");
  id_ = parsed->child("UploadId").text;
  co_return Result<void>{};
}

Async<Result<void>> MultipartUpload::add(Spool& part) {
  if (++count_ > most_parts) co_return fail(storage_unavailable, "the file has more than 10000 parts: raise the part size");
  auto request = with_content(bucket_->object_request("PUT", name_), part, threads_);
  request.query.emplace_back("partNumber", std::to_string(count_));
  request.query.emplace_back("uploadId", id_);
  CO_TRY(auto answer, co_await bucket_->send(std::move(request), "store a part of an object"));
  auto etag = answer.header("etag");
  if (etag.empty()) co_return fail(storage_unavailable, "cannot store a part of an object: the answer has no ETag");
  parts_ += "<Part><PartNumber>" + std::to_string(count_) + "</PartNumber><ETag>" + xml_escaped(etag) + "</ETag></Part>";
  bytes_ += part.bytes();
  co_return Result<void>{};
}

// Status 200 may come long before the outcome, so an error can stand in the body. And when the answer to a first attempt was lost, the
// second one finds that there is no such upload any more. So only the object itself tells.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
Async<Result<void>> MultipartUpload::complete() {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    auto request = bucket_->object_request("POST", name_);
    request.query.emplace_back("uploadId", id_);
    request.headers.emplace_back("Content-Type", "application/xml");
    request.body =
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + parts_ + "</CompleteMultipartUpload>";
    request.idle_time = 120s;
    auto answer = co_await bucket_->send(std::move(request), "complete an upload");
    bool may_be_done = !answer;
    if (answer) {
      auto parsed = parse_xml(answer->text);
      may_be_done = parsed && parsed->name == "CompleteMultipartUploadResult";
      auto error = service_error_of(answer->text);
      answer->error_code = error.code;
      answer->error_message = error.message;
    }
    if (may_be_done) {
      auto checked = co_await check_completed();
      if (checked) break;
      if (!answer) co_return fail(std::move(answer).error());
      co_return checked;
    }
    bool again = is_throttling(0, answer->error_code) || answer->error_code == "InternalError";
    if (!again || attempt == attempts) co_return fail(bucket_->refusal(*answer, "complete an upload"));
    co_await pause_for(attempt * 200ms);
  }
  id_.clear();
  co_return Result<void>{};
}

Async<Result<void>> MultipartUpload::check_completed() {
  auto request = bucket_->object_request("HEAD", name_);
  CO_TRY(auto answer, co_await bucket_->send(std::move(request), "look at an uploaded object"));
  bool is_whole = answer.header("content-length") == std::to_string(bytes_);
  if (!is_whole) co_return fail(storage_unavailable, "an object has another length than was uploaded");
  co_return Result<void>{};
}

Async<Result<void>> abort_upload(std::shared_ptr<S3Bucket> bucket, std::string name, std::string id) {
  auto request = bucket->object_request("DELETE", name);
  request.query.emplace_back("uploadId", std::move(id));
  auto answer = co_await bucket->send(std::move(request), "abort an upload");
  if (!answer && !answer.error().is(file_not_found)) co_return fail(std::move(answer).error());
  co_return Result<void>{};
}

}  // namespace docquarry::aws
