// Against the vectors that AWS publishes: the "aws-sig-v4-test-suite", and the examples of the S3 reference (sig-v4-header-based-auth.html,
// sigv4-query-string-auth.html).
#include "drivers/aws/sigv4.h"

#include "base/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::aws {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

struct Vector {
  const char* name;
  const char* method;
  const char* path;
  Parameters query;
  Parameters headers;
  const char* body;
  const char* signed_names;
  const char* signature;
};

Credentials of_the_suite() { return {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", std::nullopt}; }

std::string authorization_of(const Parameters& headers) {
  for (const auto& [name, value] : headers)
    if (name == "Authorization") return value;
  return {};
}

std::string sign(const Vector& vector, const Credentials& credentials) {
  RequestToSign request{vector.method, "example.amazonaws.com", vector.path, vector.query, vector.headers};
  auto headers =
      signed_headers(request, credentials, {"us-east-1", "service"}, sha256_hex(vector.body), *parse_time("2015-08-30T12:36:00Z"));
  return authorization_of(headers);
}

std::string expected(const Vector& vector) {
  return std::string("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=") +
         vector.signed_names + ", Signature=" + vector.signature;
}

TEST(SigV4, agrees_with_the_published_vectors) {
  const char* unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string unreserved_path = std::string("/") + unreserved;
  const Vector vectors[] = {
      {"get-vanilla",
       "GET",
       "/",
       {},
       {},
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-vanilla-empty-query-key",
       "GET",
       "/",
       {{"Param1", "value1"}},
       {},
       "",
       "host;x-amz-date",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key",
       "GET",
       "/",
       {{"Param1", "value2"}, {"Param1", "Value1"}},
       {},
       "",
       "host;x-amz-date",
       "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
      {"get-vanilla-query-order-value",
       "GET",
       "/",
       {{"Param1", "value2"}, {"Param1", "value1"}},
       {},
       "",
       "host;x-amz-date",
       "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       {{"Param2", "value2"}, {"Param1", "value1"}},
       {},
       "",
       "host;x-amz-date",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/",
       {{"Param-3", "Value3"}, {"Param", "Value2"}, {"ሴ", "Value1"}},
       {},
       "",
       "host;x-amz-date",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/",
       {{unreserved, unreserved}},
       {},
       "",
       "host;x-amz-date",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query",
       "GET",
       "/",
       {{"ሴ", "bar"}},
       {},
       "",
       "host;x-amz-date",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-unreserved",
       "GET",
       unreserved_path.c_str(),
       {},
       {},
       "",
       "host;x-amz-date",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-header-value-trim",
       "GET",
       "/",
       {},
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla-query",
       "POST",
       "/",
       {{"Param1", "value1"}},
       {},
       "",
       "host;x-amz-date",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-header-key-sort",
       "POST",
       "/",
       {},
       {{"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-header-value-case",
       "POST",
       "/",
       {},
       {{"My-Header1", "VALUE1"}},
       "",
       "host;my-header1;x-amz-date",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       {},
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "content-type;host;x-amz-date",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       {},
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}},
       "Param1=value1",
       "content-type;host;x-amz-date",
       "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
  };
  for (const auto& vector : vectors) EXPECT_EQ(sign(vector, of_the_suite()), expected(vector)) << vector.name;
}

TEST(SigV4, signs_the_session_token_as_the_published_vectors_do) {
  Vector get{"get-vanilla-with-session-token",
             "GET",
             "/",
             {},
             {},
             "",
             "host;x-amz-date;x-amz-security-token",
             "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"};
  auto credentials = of_the_suite();
  credentials.session_token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
  EXPECT_EQ(sign(get, credentials), expected(get));

  Vector post{"post-sts-header-before",
              "POST",
              "/",
              {},
              {},
              "",
              "host;x-amz-date;x-amz-security-token",
              "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"};
  credentials.session_token =
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/"
      "qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+"
      "xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
  EXPECT_EQ(sign(post, credentials), expected(post));
}

// The suite encodes paths once, as S3 does. The other services do it twice; this is how botocore 1.29 signs.
TEST(SigV4, encodes_paths_twice_for_services_other_than_s3) {
  Vector vector{"path", "GET", "/a b/ሴ",          {},
                {},     "",    "host;x-amz-date", "e9d8665373fed7762b3e2e661f671155634544940c97a67fd5efade7ceb8c358"};

  EXPECT_EQ(sign(vector, of_the_suite()), expected(vector));
}

struct S3Example : ::testing::Test {
  std::string sign(RequestToSign request, const std::string& body) {
    request.host = "examplebucket.s3.amazonaws.com";
    return authorization_of(signed_headers(request, credentials, scope, sha256_hex(body), time));
  }
  Credentials credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", std::nullopt};
  SigningScope scope{"us-east-1", "s3"};
  Timestamp time = *parse_time("2013-05-24T00:00:00Z");
};

TEST_F(S3Example, get_object_with_a_range) {
  EXPECT_THAT(sign({"GET", "", "/test.txt", {}, {{"Range", "bytes=0-9"}}}, ""),
              EndsWith("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                       "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST_F(S3Example, put_object) {
  Parameters headers{{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  EXPECT_THAT(sign({"PUT", "", "/test$file.text", {}, headers}, "Welcome to Amazon S3."),
              EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST_F(S3Example, parameters_without_and_with_values) {
  EXPECT_THAT(sign({"GET", "", "/", {{"lifecycle", ""}}, {}}, ""),
              EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  EXPECT_THAT(sign({"GET", "", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}}, ""),
              EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST_F(S3Example, presigned_address) {
  auto target = presigned_target({"GET", "examplebucket.s3.amazonaws.com", "/test.txt", {}, {}}, credentials, scope,
                                 std::chrono::seconds(86400), time);

  EXPECT_EQ(target,
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
            "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(SigV4, sends_what_it_signs) {
  RequestToSign request{"GET", "h", "/a b/+%2B//?#ü", {{"id-type", "x y"}, {"id", "1"}, {"uploads", ""}}, {}};

  EXPECT_EQ(target_of(request), "/a%20b/%2B%252B//%3F%23%C3%BC?id=1&id-type=x%20y&uploads=");
}

TEST(SigV4, keeps_the_session_token_in_presigned_addresses) {
  auto credentials = of_the_suite();
  credentials.session_token = "a+b/c=";

  auto target = presigned_target({"GET", "h", "/", {}, {}}, credentials, {"r", "s3"}, std::chrono::seconds(60), Timestamp());

  EXPECT_THAT(target, HasSubstr("X-Amz-Security-Token=a%2Bb%2Fc%3D&"));
}

}  // namespace
}  // namespace docquarry::aws
