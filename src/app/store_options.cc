#include "app/store_options.h"

#include "app/store_url.h"

#include <algorithm>

namespace docquarry {
namespace {

const std::string& either(const std::string& special, const std::string& general) { return special.empty() ? general : special; }

}  // namespace

PostgresOptions postgres_options(const Settings& settings) {
  PostgresOptions options;
  options.url = settings.database;
  options.connections = settings.database_connections;
  options.log_statements = settings.debug_sql;
  return options;
}

aws::S3Options s3_options(const Settings& settings) {
  aws::S3Options options;
  auto place = store_place(settings.files).substr(2);  // behind the slashes
  auto slash = place.find('/');
  options.bucket = place.substr(0, slash);
  if (slash != place.npos) options.prefix = place.substr(slash + 1);
  if (!options.prefix.empty() && !options.prefix.ends_with('/')) options.prefix += '/';
  options.region = settings.aws_region;
  options.endpoint = either(settings.s3_endpoint, settings.aws_endpoint);
  // Larger than most originals: what is put in one piece carries its hash, which whoever reads it compares. A part waits on disk, not in memory.
  options.part_bytes = 64 << 20;
  using Style = aws::S3Options::Style;
  if (settings.s3_path_style == Addressing::in_path) options.style = Style::path;
  if (settings.s3_path_style == Addressing::in_host) options.style = Style::virtual_hosted;
  return options;
}

SqsOptions sqs_options(const Settings& settings) {
  SqsOptions options;
  options.queue_url = store_place(settings.queue);
  options.endpoint = either(settings.sqs_endpoint, settings.aws_endpoint);
  options.region = settings.aws_region;
  options.credentials = settings.aws;
  if (store_kind(settings.files) == "s3") options.bucket = s3_options(settings).bucket;
  options.messages_at_once = std::clamp(settings.concurrency, 1, 10);
  return options;
}

Result<RedisOptions> redis_options(const Settings& settings) {
  TRY(auto options, parse_redis_url(settings.live));
  if (store_kind(settings.files) == "s3") options.bucket = s3_options(settings).bucket;
  return options;
}

}  // namespace docquarry
