#include "drivers/aws/s3_listing.h"

#include "base/io_errors.h"
#include "drivers/aws/xml.h"

#include <algorithm>
#include <charconv>

namespace docquarry::aws {
namespace {

// What encoding-type=url does to names, so that XML can carry every byte of them.
std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    bool is_code = text[i] == '%' && i + 2 < text.size() &&
                   std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3;
    if (is_code) i += 2;
    out += is_code ? char(value) : text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

// Reads the names of one answer, which always come with the prefix, and encoded when the service understood encoding-type. Ceph encodes the
// names of uploads without saying so, and not those of the markers.
class NameReader {
 public:
  NameReader(const XmlElement& answer, const std::string& prefix)
      : is_encoded_(answer.child("EncodingType").text == "url"), prefix_(prefix) {}

  Result<std::string> name(const std::string& text) const {
    if (!is_encoded_ && text.starts_with(prefix_)) return text.substr(prefix_.size());
    auto key = url_decoded(text);
    if (!key.starts_with(prefix_)) return fail(storage_unavailable, "the listing holds what was not asked for");
    return key.substr(prefix_.size());
  }

 private:
  bool is_encoded_;
  const std::string& prefix_;
};

Result<XmlElement> parse_listing(std::string_view text, std::string_view root) {
  auto parsed = parse_xml(text);
  if (!parsed || parsed->name != root) return fail(storage_unavailable, "cannot list the bucket: the answer is no listing");
  return std::move(*parsed);
}

Result<Timestamp> parse_listed_time(const std::string& text) {
  auto time = parse_time(text);
  if (!time) return fail(storage_unavailable, "cannot list the bucket: an entry has no time");
  return *time;
}

Result<ObjectListing> objects_of(std::string_view text, const std::string& prefix) {
  TRY(auto answer, parse_listing(text, "ListBucketResult"));
  NameReader reader(answer, prefix);
  ObjectListing listing;
  listing.is_complete = answer.child("IsTruncated").text != "true";
  for (const auto& entry : answer.children) {
    if (entry.name != "Contents") continue;
    TRY(auto name, reader.name(entry.child("Key").text));
    TRY(auto modified, parse_listed_time(entry.child("LastModified").text));
    listing.objects.push_back({std::move(name), modified});
  }
  return listing;
}

Result<UploadListing> uploads_of(std::string_view text, const std::string& prefix) {
  TRY(auto answer, parse_listing(text, "ListMultipartUploadsResult"));
  NameReader reader(answer, prefix);
  UploadListing listing;
  for (const auto& entry : answer.children) {
    if (entry.name != "Upload") continue;
    TRY(auto name, reader.name(entry.child("Key").text));
    TRY(auto begun, parse_listed_time(entry.child("Initiated").text));
    listing.uploads.push_back({std::move(name), entry.child("UploadId").text, begun});
  }
  if (answer.child("IsTruncated").text == "true") {
    TRY(listing.next_name, reader.name(answer.child("NextKeyMarker").text));
    listing.next_id = answer.child("NextUploadIdMarker").text;
  }
  return listing;
}

}  // namespace

Async<Result<ObjectListing>> list_objects(S3Bucket& bucket, std::string folder, std::string after, int limit) {
  auto request = bucket.request("GET");
  request.query.emplace_back("list-type", "2");
  request.query.emplace_back("prefix", bucket.prefix() + folder);
  request.query.emplace_back("max-keys", std::to_string(std::clamp(limit, 1, 1000)));
  request.query.emplace_back("encoding-type", "url");
  if (!after.empty()) request.query.emplace_back("start-after", bucket.prefix() + after);
  CO_TRY(auto answer, co_await bucket.send(std::move(request), "list the bucket"));
  co_return objects_of(answer.text, bucket.prefix());
}

Async<Result<UploadListing>> list_uploads(S3Bucket& bucket, std::string folder, std::string after_name, std::string after_id) {
  auto request = bucket.request("GET");
  request.query.emplace_back("uploads", "");
  request.query.emplace_back("prefix", bucket.prefix() + folder);
  request.query.emplace_back("encoding-type", "url");
  if (!after_id.empty()) {
    request.query.emplace_back("key-marker", bucket.prefix() + after_name);
    request.query.emplace_back("upload-id-marker", std::move(after_id));
  }
  CO_TRY(auto answer, co_await bucket.send(std::move(request), "list unfinished uploads"));
  co_return uploads_of(answer.text, bucket.prefix());
}

}  // namespace docquarry::aws
