// One bucket: where it is, how requests to it look, and what its refusals mean.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
#pragma once

#include "drivers/aws/aws_client.h"
#include "drivers/aws/s3_options.h"

#include <memory>
#include <string>

namespace docquarry::aws {

// What a bucket's requests need. Shared, because the end of an abandoned upload outlives whoever abandoned it, and even the store.
struct S3Access {
  S3Access(boost::asio::io_context& loop, const Clock& clock, CredentialOptions options)
      : http(loop), credentials(loop, http, clock, std::move(options)) {}
  net::HttpClient http;
  CredentialSource credentials;
};

class S3Bucket {
 public:
  // Errors: invalid_setting with what to set.
  static Result<std::shared_ptr<S3Bucket>> open(std::shared_ptr<S3Access> access, const Clock& clock, S3Options options);

  // To the bucket itself, and to the object with this name (without prefix).
  AwsRequest request(std::string method) const;
  AwsRequest object_request(std::string method, const std::string& name) const;

  // The answer when it is a success. Errors: file_not_found, storage_full, range_not_satisfiable, else storage_unavailable, with a
  // sentence that says what to set; `purpose` completes "cannot ...".
  Async<Result<AwsAnswer>> send(AwsRequest request, std::string purpose);

  // The same for requests whose answer may be a refusal although its status says success (CompleteMultipartUpload).
  Error refusal(const AwsAnswer& answer, const std::string& purpose) const;

  Async<Result<std::string>> download_url(std::string name, std::string content_disposition, std::chrono::seconds lifetime);

  const std::string& prefix() const { return options_.prefix; }
  const S3Options& options() const { return options_; }

 private:
  S3Bucket(std::shared_ptr<S3Access> access, const Clock& clock, S3Options options, bool in_path);
  AwsService service_at(const std::string& endpoint) const;
  std::string path_of(const std::string& name) const;
  std::string what_to_do(const AwsAnswer& answer) const;

  std::shared_ptr<S3Access> access_;
  S3Options options_;
  bool in_path_;  // host/bucket instead of bucket.host
  AwsClient client_, public_client_;
};

}  // namespace docquarry::aws
