// Stores in buckets of a real S3, for the tests of this folder. One server serves a whole test program.
#pragma once

#include "drivers/aws/s3_listing.h"
#include "drivers/aws/s3_object_store.h"
#include "tests/contracts/object_store_contract.h"
#include "tests/servers/test_server.h"

#include <boost/json.hpp>

#include <cstdio>
#include <string>

namespace docquarry::contracts {

class RealClock : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()) + error;
  }
  std::chrono::seconds error{0};
};

inline TestServer& s3_server() {
  static TestServer server("s3");
  return server;
}

inline aws::CredentialOptions s3_credentials() {
  aws::CredentialOptions credentials;
  credentials.access_key_id = s3_server().fact("access_key_id");
  credentials.secret_access_key = s3_server().fact("secret_access_key");
  return credentials;
}

// A store below a prefix of its own, which holds all that an encoding can get wrong.
template <aws::S3Options::Style style>
class S3StoresOf {
 public:
  S3StoresOf() : store_(must(S3ObjectStore::open(loop_, clock_, options(), s3_credentials()))) {}

  boost::asio::io_context& loop() { return loop_; }
  RealClock& clock() { return clock_; }
  ObjectStore& store() { return *store_; }
  const std::string& prefix() const { return prefix_; }

  aws::S3Options options() const {
    aws::S3Options options;
    options.bucket = s3_server().fact("bucket");
    options.region = s3_server().fact("region");
    options.style = style;
    options.endpoint = s3_server().fact("url");
    if (style == aws::S3Options::Style::virtual_hosted) options.endpoint = "http://localhost:" + s3_server().fact("port");
    options.prefix = prefix_;
    options.part_bytes = 5 << 20;
    options.attempts = 2;
    return options;
  }

  std::shared_ptr<aws::S3Bucket> bucket() {
    auto access = std::make_shared<aws::S3Access>(loop_, clock_, s3_credentials());
    return must(aws::S3Bucket::open(std::move(access), clock_, options()));
  }

  // Objects and uploads, finished or not, of any name.
  int traces() {
    loop_.restart();
    loop_.run();  // uploads that failed are aborted behind their callers' backs
    auto all = bucket();
    auto objects = must(run(loop_, aws::list_objects(*all, "", "", 1000)));
    auto uploads = must(run(loop_, aws::list_uploads(*all, "", "", "")));
    return int(objects.objects.size() + uploads.uploads.size());
  }

 private:
  static std::string next_prefix() {
    static int count = 0;
    return "t" + std::to_string(++count) + (style == aws::S3Options::Style::path ? "p" : "v") + " +%2B&=?#'\"(\xC3\xA4)\t;:@,~*!$/";
  }

  std::string prefix_ = next_prefix();
  boost::asio::io_context loop_{1};
  RealClock clock_;
  std::unique_ptr<S3ObjectStore> store_;
};

using S3Stores = S3StoresOf<aws::S3Options::Style::path>;
using S3VirtualHostedStores = S3StoresOf<aws::S3Options::Style::virtual_hosted>;

}  // namespace docquarry::contracts
