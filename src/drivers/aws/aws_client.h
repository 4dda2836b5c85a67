// Signed requests to one AWS service, or to one that is compatible: signs, sends, and sends again where that does no harm.
#pragma once

#include "drivers/aws/credentials.h"
#include "drivers/aws/sigv4.h"
#include "net/http_client.h"
#include "net/url.h"

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>

namespace docquarry::aws {

struct AwsService {
  std::string name;      // as signatures call it: "s3", "sqs"
  std::string region;    // "eu-central-1"
  std::string endpoint;  // "https://sqs.eu-central-1.amazonaws.com", "http://127.0.0.1:9000": without path
  int attempts = 4;      // of one request, the first included
  // The n-th pause is a random part of first_pause * 2^n, at most longest_pause.
  std::chrono::milliseconds first_pause{100}, longest_pause{4'000};
  // Nothing is tried again later than this after the beginning: who waits for a service that is silent is told, too.
  std::chrono::milliseconds patience{20'000};
};

struct AwsRequest {
  std::string method = "GET";
  std::string path = "/";  // decoded
  Parameters query;        // decoded
  Parameters headers;      // all are signed; Content-Type belongs here

  std::string body;  // what is sent when there is no `upload`
  // Gives the body from its beginning; called once for every attempt.
  std::function<std::unique_ptr<ByteSource>()> upload;
  std::uint64_t upload_bytes = 0;
  std::string upload_sha256;  // hex

  // The same request twice does no harm, so it is sent again when no answer came.
  bool repeatable = true;
  bool stream = false;                   // leave a successful answer's body in `body`, instead of collecting it in `text`
  std::uint64_t answer_limit = 8 << 20;  // bytes of `text`
  std::chrono::seconds idle_time{15};    // how long nothing may arrive or leave
};

struct AwsAnswer {
  int status = 0;
  Parameters headers;                     // names in lower case
  std::string text;                       // the body, whole
  std::unique_ptr<ByteSource> body;       // or what is still to be received of it
  std::string error_code, error_message;  // of a refusal, as far as the service says

  bool is_success() const { return status >= 200 && status < 300; }
  std::string_view header(std::string_view lower_case_name) const;  // empty when absent
};

class AwsClient {
 public:
  // All must outlive it. `service.endpoint` must be an address without path or query: use check_endpoint first.
  AwsClient(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, AwsService service);

  // Errors: malformed_request with a sentence that says what is wrong.
  static Result<void> check_endpoint(const std::string& endpoint);

  // An answer of any status. Sent again, after a random pause, when the connection failed or the service says that it is overloaded or
  // failing; once more when credentials have expired, or when the clock of this machine is wrong: then with the service's own time.
  // Errors: connection_failed; those of CredentialSource::current().
  Async<Result<AwsAnswer>> send(AwsRequest request);

  // An address that anybody may GET until `lifetime` has passed. Errors: those of CredentialSource::current().
  Async<Result<std::string>> presigned_url(std::string path, Parameters query, std::chrono::seconds lifetime);

  const AwsService& service() const { return service_; }

 private:
  Async<Result<AwsAnswer>> attempt(const AwsRequest& request, const Credentials& credentials);
  bool corrects_the_clock(const AwsAnswer& answer);
  std::chrono::milliseconds pause_before(int attempt);
  Timestamp now() const { return clock_.now() + clock_error_; }
  std::string host() const;    // as the Host header says it
  std::string origin() const;  // "https://host"

  net::HttpClient& http_;
  CredentialSource& credentials_;
  const Clock& clock_;
  AwsService service_;
  net::Url endpoint_;
  std::chrono::seconds clock_error_{0};  // what must be added to our clock
  std::minstd_rand random_;
};

}  // namespace docquarry::aws
