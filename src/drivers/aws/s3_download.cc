#include "drivers/aws/s3_download.h"

#include "base/io_errors.h"
#include "base/log.h"

#include <algorithm>
#include <charconv>

namespace docquarry::aws {
namespace {

constexpr int most_resumptions = 3;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_sha256(std::string_view text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos; }

}  // namespace

Async<Result<std::unique_ptr<S3Download>>> S3Download::open(std::shared_ptr<S3Bucket> bucket, std::string name, ByteRange range) {
  std::unique_ptr<S3Download> download(new S3Download(std::move(bucket), std::move(name), range));
  CO_CHECK(co_await download->begin());
  co_return download;
}

Async<Result<void>> S3Download::begin() {
  CO_TRY(auto answer, co_await ask());
  auto length = parse_number(answer.header("content-length"));
  if (!length) co_return fail(storage_unavailable, "cannot read an object: the answer has no length");
  bytes_ = left_ = *length;
  range_.bytes = *length;
  etag_ = answer.header("etag");
  if (is_sha256(answer.header("x-amz-meta-sha256"))) sha256_ = answer.header("x-amz-meta-sha256");
  body_ = std::move(answer.body);
  co_return Result<void>{};
}

Async<Result<AwsAnswer>> S3Download::ask() {
  auto request = bucket_->object_request("GET", name_);
  bool is_whole = range_.offset == 0 && range_.bytes == UINT64_MAX;
  if (!is_whole) {
    std::string range = "bytes=" + std::to_string(range_.offset) + "-";
    bool has_end = range_.bytes <= UINT64_MAX - range_.offset;
    if (has_end) range += std::to_string(range_.offset + range_.bytes - 1);
    request.headers.emplace_back("Range", range);
  }
  if (!etag_.empty()) request.headers.emplace_back("If-Match", etag_);
  request.stream = true;
  CO_TRY(auto answer, co_await bucket_->send(std::move(request), "read an object"));
  if (!is_whole && answer.status != 206)
    co_return fail(storage_unavailable, "cannot read a part of an object: the service gives it whole only");
  co_return answer;
}

Async<Result<std::size_t>> S3Download::read(std::span<std::byte> into) {
  while (left_ > 0 && !into.empty()) {
    auto got = co_await body_->read(into);
    if (got && *got > 0) {
      auto bytes = std::min<std::uint64_t>(*got, left_);
      left_ -= bytes;
      co_return std::size_t(bytes);
    }
    if (resumed_ == most_resumptions)
      co_return fail(storage_unavailable, "cannot read an object: the connection broke again and again");
    ++resumed_;
    CO_CHECK(co_await resume());
  }
  co_return std::size_t(0);
}

Async<Result<void>> S3Download::resume() {
  log::info("the connection broke while an object was read, going on", {{"bytes_left", left_}});
  range_.offset += range_.bytes - left_;
  range_.bytes = left_;
  CO_TRY(auto answer, co_await ask());
  bool is_the_rest = answer.header("content-length") == std::to_string(left_);
  if (!is_the_rest) co_return fail(storage_unavailable, "cannot read an object: it changed meanwhile");
  body_ = std::move(answer.body);
  co_return Result<void>{};
}

}  // namespace docquarry::aws
