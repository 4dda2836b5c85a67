// What can be set, from outside, about the running program. One table (settings_table.cc) holds every setting with its default, its limits and
// one line of help; validation, `docquarry config` and docs/configuration.md all read it. Nothing else reads the environment.
//
// Later wins:  built-in default < .env in the working directory < environment < command line
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "domain/document.h"
#include "domain/extraction_options.h"
#include "domain/task.h"
#include "drivers/aws/credentials.h"
#include "drivers/sandbox/sandboxed_extractor.h"
#include "http/server.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace docquarry {

// Who shares an extractor process: nobody, or one owner's small documents.
enum class Isolation { document, owner };

struct ListenAddress {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address, without brackets
  std::uint16_t port = 8000;          // 0: any free one
};

// The original's variables, of which the address of a store is made when it is not set itself.
struct PostgresParts {
  std::string host, database, user, password;
  std::uint16_t port = 5433;
};
// Whether a bucket stands in the path of its address.
enum class Addressing { automatic, in_path, in_host };
struct RedisParts {
  std::string host, password;
  std::uint16_t port = 6379;
  int database = 0;
};

struct Settings {
  ListenAddress listen;
  std::string data;  // the directory of the embedded stores
  PostgresParts postgres;
  RedisParts redis;
  std::string s3_bucket, sqs_queue_url;
  aws::CredentialOptions aws;
  std::string aws_region, aws_endpoint, s3_endpoint, sqs_endpoint;
  Addressing s3_path_style = Addressing::automatic;
  bool s3_redirect = false;
  std::string database, files, queue, live;  // "scheme:rest": app/drivers.cc picks the driver
  int database_connections = 8;
  bool debug_sql = false;
  std::set<std::string> roles;  // "api", "worker"
  int concurrency = 1;          // documents extracted at once
  log::Level log_level = log::Level::info;
  std::chrono::milliseconds drain_time{30'000};

  std::chrono::milliseconds lease{30'000};
  AttemptLimits attempts;
  std::int64_t queue_limit = 1000;
  std::chrono::milliseconds sweep_every{600'000};
  std::chrono::seconds upload_grace{3600};

  UploadLimits upload_limits;
  int rate_limit_requests = 10;
  std::chrono::seconds rate_limit_window{60};
  std::chrono::seconds task_result_ttl{3600};
  bool error_format_legacy = false;
  std::vector<std::string> trusted_proxies, allowed_hosts;
  http::ServerLimits http_limits;

  Isolation isolation = Isolation::document;
  bool sandbox_required = true;  // refuse to start where a layer of the sandbox is missing
  SandboxLimits sandbox_limits;

  std::vector<ExtractorChoice> extractors{ExtractorChoice::local};  // who extracts, in this order
  std::string llama_cloud_key;                                      // secret; empty: nothing is ever sent to LlamaCloud
  std::string llama_cloud_url;                                      // empty: that of the region
  std::string llama_region;                                         // "na", "eu"
  std::string llama_tier;                                           // of LlamaParse: quality and price

  std::string server;  // where client commands find the service
};

struct Assignment {
  std::string name, value;
  std::string source;  // as `docquarry config` shows it: "--set", "--listen"
};

struct SettingSources {
  std::vector<Assignment> command_line;                          // the last one of a name wins
  std::vector<std::pair<std::string, std::string>> environment;  // other people's variables are ignored
  std::optional<std::string> env_file;                           // the content of .env
};

struct EffectiveSetting {
  std::string name, value, source;  // the value is masked where it is secret
};

struct LoadedSettings {
  Settings settings;
  std::vector<EffectiveSetting> effective;  // in the order of the table
};

// Errors: invalid_setting with one line per problem: which setting, what is wrong, what is allowed, and which name was probably meant.
Result<LoadedSettings> load_settings(const SettingSources& sources);
// With the environment and the .env of this process. Errors: also when .env cannot be read.
Result<LoadedSettings> load_settings(std::vector<Assignment> command_line);

// The output of `docquarry config`: name, value and source, aligned.
std::string describe(const std::vector<EffectiveSetting>& effective);
// docs/configuration.md.
std::string settings_as_markdown();

}  // namespace docquarry
