// Who we are towards AWS, found as its own tools find it: what was set, else the role of the container, else the role of the machine.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once

#include "base/slots.h"
#include "drivers/aws/sigv4.h"
#include "net/http_client.h"
#include "ports/clock.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <string>

namespace docquarry::aws {

// Each member is named after the setting that it comes from.
struct CredentialOptions {
  std::string access_key_id;                                 // AWS_ACCESS_KEY_ID
  std::string secret_access_key;                             // AWS_SECRET_ACCESS_KEY
  std::string session_token;                                 // AWS_SESSION_TOKEN
  std::string container_relative_uri;                        // AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (ECS)
  std::string container_full_uri;                            // AWS_CONTAINER_CREDENTIALS_FULL_URI (EKS)
  std::string container_token;                               // AWS_CONTAINER_AUTHORIZATION_TOKEN
  std::filesystem::path container_token_file;                // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; wins over the former
  bool instance_role_disabled = false;                       // AWS_EC2_METADATA_DISABLED
  std::string container_host = "http://169.254.170.2";       // where the relative address belongs to
  std::string instance_metadata = "http://169.254.169.254";  // AWS_EC2_METADATA_SERVICE_ENDPOINT
};

class CredentialSource {
 public:
  // All must outlive it.
  CredentialSource(boost::asio::io_context& loop, net::HttpClient& http, const Clock& clock, CredentialOptions options);

  // Those of a role are fetched once for all who wait, and again before they expire. Errors: invalid_setting when there are none, with a
  // sentence that says what to set; connection_failed when the role's address does not answer as it should.
  Async<Result<Credentials>> current();

  // A service calls these expired: the next call fetches new ones. Does nothing when others came meanwhile, or when they were set.
  void forget(const std::string& access_key_id);

 private:
  Result<void> check_settings() const;
  bool are_set() const { return !options_.access_key_id.empty(); }
  bool are_good_for(std::chrono::seconds time) const;
  Async<Result<Credentials>> fetch();
  Async<Result<Credentials>> of_container();
  Async<Result<Credentials>> of_instance();
  Async<Result<std::string>> ask(net::HttpRequest request);
  Async<Result<std::string>> try_to_ask(net::HttpRequest request);

  net::HttpClient& http_;
  const Clock& clock_;
  CredentialOptions options_;
  Slots fetching_;
  int fetches_ = 0;  // how many have ended
  Credentials known_;
  Error last_failure_;
  Timestamp not_again_before_;  // after a failure
};

}  // namespace docquarry::aws
