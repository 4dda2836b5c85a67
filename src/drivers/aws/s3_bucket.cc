#include "drivers/aws/s3_bucket.h"

#include "domain/error_codes.h"
#include "net/url.h"

#include <algorithm>
#include <array>

namespace docquarry::aws {
namespace {

Result<void> check_address(const std::string& endpoint, std::string_view setting) {
  if (endpoint.empty()) return {};
  auto checked = AwsClient::check_endpoint(endpoint);
  if (!checked) return fail(invalid_setting, "the S3 " + std::string(setting) + ": " + checked.error().message());
  return {};
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; older buckets and other services are a little freer.
bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
         });
}

bool is_region(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string aws_endpoint(const std::string& region) {
  return "https://s3." + region + (region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Result<std::shared_ptr<S3Bucket>> S3Bucket::open(std::shared_ptr<S3Access> access, const Clock& clock, S3Options options) {
  if (!is_bucket_name(options.bucket))
    return fail(invalid_setting, "set S3_BUCKET_NAME to the name of a bucket, 3 letters or longer");
  if (!is_region(options.region)) return fail(invalid_setting, "set AWS_REGION to the bucket's region, like eu-central-1");
  CHECK(check_address(options.endpoint, "endpoint"));
  CHECK(check_address(options.public_endpoint, "public endpoint"));
  if (options.part_bytes < (5 << 20)) return fail(invalid_setting, "S3 wants parts of at least 5 MiB");
  if (options.prefix.size() > 500 || options.prefix.starts_with('/'))
    return fail(invalid_setting, "the S3 prefix must not begin with a slash and have at most 500 characters");
  bool is_aws = options.endpoint.empty();
  if (is_aws) options.endpoint = aws_endpoint(options.region);
  if (options.public_endpoint.empty()) options.public_endpoint = options.endpoint;
  // Certificates for *.host do not cover a.b.host.
  bool in_path = options.style == S3Options::Style::path ||
                 (options.style == S3Options::Style::usual && (!is_aws || options.bucket.find('.') != std::string::npos));
  return std::shared_ptr<S3Bucket>(new S3Bucket(std::move(access), clock, std::move(options), in_path));
}

S3Bucket::S3Bucket(std::shared_ptr<S3Access> access, const Clock& clock, S3Options options, bool in_path)
    : access_(std::move(access)),
      options_(std::move(options)),
      in_path_(in_path),
      client_(access_->http, access_->credentials, clock, service_at(options_.endpoint)),
      public_client_(access_->http, access_->credentials, clock, service_at(options_.public_endpoint)) {}

AwsService S3Bucket::service_at(const std::string& endpoint) const {
  AwsService service;
  service.name = "s3";
  service.region = options_.region;
  service.attempts = options_.attempts;
  service.endpoint = endpoint;
  if (!in_path_) service.endpoint.insert(endpoint.find("://") + 3, options_.bucket + ".");
  return service;
}

std::string S3Bucket::path_of(const std::string& name) const {
  return (in_path_ ? "/" + options_.bucket + "/" : "/") + options_.prefix + name;
}

AwsRequest S3Bucket::request(std::string method) const {
  AwsRequest request;
  request.method = std::move(method);
  request.path = in_path_ ? "/" + options_.bucket : "/";
  return request;
}

AwsRequest S3Bucket::object_request(std::string method, const std::string& name) const {
  AwsRequest request;
  request.method = std::move(method);
  request.path = path_of(name);
  return request;
}

Async<Result<AwsAnswer>> S3Bucket::send(AwsRequest request, std::string purpose) {
  auto answer = co_await client_.send(std::move(request));
  if (!answer) co_return fail(storage_unavailable, "cannot " + purpose + ": " + answer.error().message());
  if (!answer->is_success()) co_return fail(refusal(*answer, purpose));
  co_return answer;
}

Error S3Bucket::refusal(const AwsAnswer& answer, const std::string& purpose) const {
  const auto& code = answer.error_code;
  if (code == "NoSuchKey" || (answer.status == 404 && code.empty()))
    return {file_not_found, "there is no such object in " + options_.bucket};
  if (code == "NoSuchUpload") return {file_not_found, "there is no such upload in " + options_.bucket};
  if (answer.status == 416) return {range_not_satisfiable, "the range lies outside of the object"};
  bool is_full = answer.status == 507 || is_one_of(code, {"QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"});
  return {is_full ? storage_full : storage_unavailable, "cannot " + purpose + ": " + what_to_do(answer)};
}

std::string S3Bucket::what_to_do(const AwsAnswer& answer) const {
  const auto& code = answer.error_code;
  const std::string bucket = "bucket " + options_.bucket;
  std::string region(answer.header("x-amz-bucket-region"));
  if (!region.empty() && region != options_.region && is_region(region))
    return bucket + " lies in region " + region + " (set AWS_REGION=" + region + ")";
  if (is_one_of(code, {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}) ||
      answer.status == 301)
    return bucket + " lies in another region than " + options_.region +
           " (check AWS_REGION and the endpoint): " + answer.error_message;
  if (code == "NoSuchBucket") return bucket + " does not exist at " + options_.endpoint + " (check S3_BUCKET_NAME)";
  if (code == "InvalidAccessKeyId") return "the access key is not known there (check AWS_ACCESS_KEY_ID)";
  if (code == "SignatureDoesNotMatch") return "the signature was refused (check AWS_SECRET_ACCESS_KEY)";
  if (is_one_of(code, {"ExpiredToken", "InvalidToken"})) return "the session token is no longer good (renew AWS_SESSION_TOKEN)";
  if (is_one_of(code, {"RequestTimeTooSkewed", "RequestExpired"})) return "the clock of this machine is wrong (set up NTP)";
  if (code == "AccessDenied" || answer.status == 403)
    return "access to " + bucket + " was denied (check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy)";
  if (code == "SlowDown" || answer.status == 503) return options_.endpoint + " asks for fewer requests";
  std::string what = options_.endpoint + " answered with status " + std::to_string(answer.status);
  if (!code.empty()) what += " " + code;
  if (!answer.error_message.empty()) what += ": " + answer.error_message;
  return what;
}

Async<Result<std::string>> S3Bucket::download_url(std::string name, std::string content_disposition,
                                                  std::chrono::seconds lifetime) {
  Parameters query;
  query.emplace_back("response-content-disposition", std::move(content_disposition));
  query.emplace_back("response-content-type", "application/pdf");
  auto url = co_await public_client_.presigned_url(path_of(name), std::move(query), lifetime);
  if (!url) co_return fail(storage_unavailable, "cannot sign a download link: " + url.error().message());
  co_return url;
}

}  // namespace docquarry::aws
