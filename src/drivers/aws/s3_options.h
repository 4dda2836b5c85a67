// Which bucket, where, and how.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace docquarry::aws {

struct S3Options {
  std::string bucket;                // S3_BUCKET_NAME
  std::string prefix;                // before every key, as it is: "docquarry/"; empty: none
  std::string region = "us-east-1";  // AWS_REGION
  std::string endpoint;              // of a compatible service: "https://minio.example.com:9000"; empty: AWS
  std::string public_endpoint;       // the same service as clients reach it, for download links; empty: endpoint
  enum class Style { usual, path, virtual_hosted };
  Style style = Style::usual;          // usual: bucket.host at AWS, host/bucket elsewhere and for buckets with dots
  std::uint64_t part_bytes = 8 << 20;  // more is uploaded in parts of this size; at least 5 MiB, S3's own limit
  std::filesystem::path
      spool_directory;  // holds one part per upload under way, and files while they are extracted; empty: the system's
  int threads = 4;      // that read and write there
  int attempts = 4;     // of one request
};

}  // namespace docquarry::aws
