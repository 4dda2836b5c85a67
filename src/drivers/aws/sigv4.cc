#include "drivers/aws/sigv4.h"

#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cctype>

namespace docquarry::aws {
namespace {

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), raw, &size);
  return {reinterpret_cast<const char*>(raw), size};
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes) out.append({digits[c >> 4], digits[c & 15]});
  return out;
}

// Letters, digits and "-._~" stay, all else becomes %XX; the slashes of a path stay too.
std::string uri_encoded(std::string_view text, bool keep_slashes) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                    c == '_' || c == '~' || (c == '/' && keep_slashes);
    if (is_plain) out += char(c);
    else out.append({'%', digits[c >> 4], digits[c & 15]});
  }
  return out;
}

// Sorted by encoded name, then by encoded value. Never by the joined text: "id=" sorts behind "id-type=" there.
std::string canonical_query(const Parameters& query) {
  Parameters encoded;
  for (const auto& [name, value] : query) encoded.emplace_back(uri_encoded(name, false), uri_encoded(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = char(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Without spaces around it, and with one space where there are several.
std::string trimmed(std::string_view value) {
  std::string out;
  for (char c : value)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

struct SigningTime {
  explicit SigningTime(Timestamp time) {
    for (char c : to_rfc3339(time).substr(0, 19))
      if (c != '-' && c != ':') stamp += c;
    stamp += 'Z';
    day = stamp.substr(0, 8);
  }
  std::string stamp, day;  // "20150830T123600Z", "20150830"
};

std::string scope_text(const SigningScope& scope, const SigningTime& time) {
  return time.day + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

struct CanonicalHeaders {
  explicit CanonicalHeaders(const RequestToSign& request) {
    Parameters all{{"host", request.host}};
    for (const auto& [name, value] : request.headers) all.emplace_back(lower_case(name), trimmed(value));
    std::sort(all.begin(), all.end());
    for (const auto& [name, value] : all) {
      lines += name + ":" + value + "\n";
      names += (names.empty() ? "" : ";") + name;
    }
  }
  std::string lines, names;
};

std::string signature(const RequestToSign& request, const CanonicalHeaders& headers, const Credentials& credentials,
                      const SigningScope& scope, std::string_view payload_sha256, const SigningTime& time) {
  auto path = uri_encoded(request.path, true);
  if (scope.service != "s3") path = uri_encoded(path, true);  // every service but S3 encodes the path that is sent once more
  std::string canonical = request.method + "\n" + path + "\n" + canonical_query(request.query) + "\n" + headers.lines + "\n" +
                          headers.names + "\n" + std::string(payload_sha256);
  std::string to_sign = "AWS4-HMAC-SHA256\n" + time.stamp + "\n" + scope_text(scope, time) + "\n" + sha256_hex(canonical);
  auto key = hmac_sha256("AWS4" + credentials.secret_access_key, time.day);
  for (const std::string& part : {scope.region, scope.service, std::string("aws4_request")}) key = hmac_sha256(key, part);
  return hex(hmac_sha256(key, to_sign));
}

}  // namespace

std::string target_of(const RequestToSign& request) {
  auto target = uri_encoded(request.path, true);
  if (!request.query.empty()) target += "?" + canonical_query(request.query);
  return target;
}

Parameters signed_headers(const RequestToSign& request, const Credentials& credentials, const SigningScope& scope,
                          std::string_view payload_sha256, Timestamp now) {
  SigningTime time(now);
  RequestToSign complete = request;
  complete.headers.emplace_back("X-Amz-Date", time.stamp);
  if (!credentials.session_token.empty()) complete.headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  if (scope.service == "s3") complete.headers.emplace_back("X-Amz-Content-Sha256", payload_sha256);
  CanonicalHeaders canonical(complete);
  auto signed_with = signature(complete, canonical, credentials, scope, payload_sha256, time);
  complete.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + "/" +
                                                     scope_text(scope, time) + ", SignedHeaders=" + canonical.names +
                                                     ", Signature=" + signed_with);
  return std::move(complete.headers);
}

std::string presigned_target(RequestToSign request, const Credentials& credentials, const SigningScope& scope,
                             std::chrono::seconds lifetime, Timestamp now) {
  SigningTime time(now);
  CanonicalHeaders canonical(request);
  request.query.emplace_back("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  request.query.emplace_back("X-Amz-Credential", credentials.access_key_id + "/" + scope_text(scope, time));
  request.query.emplace_back("X-Amz-Date", time.stamp);
  request.query.emplace_back("X-Amz-Expires", std::to_string(lifetime.count()));
  request.query.emplace_back("X-Amz-SignedHeaders", canonical.names);
  if (!credentials.session_token.empty()) request.query.emplace_back("X-Amz-Security-Token", credentials.session_token);
  auto signed_with = signature(request, canonical, credentials, scope, unsigned_payload, time);
  return target_of(request) + "&X-Amz-Signature=" + signed_with;
}

}  // namespace docquarry::aws
