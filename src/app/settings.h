// What can be set, from outside, about the running program. One table (settings_table.cc) holds every setting with its default, its limits and
// one line of help; validation, `docquarry config` and docs/configuration.md all read it. Nothing else reads the environment.
//
// Later wins:  built-in default < .env in the working directory < environment < command line
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "domain/document.h"
#include "domain/task.h"
#include "http/server.h"
#include "wire/request.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace docquarry {

enum class Isolation { document, owner };  // who shares an extractor process: nobody, or one owner's small documents
enum class SandboxLevel {
  required,
  best_effort
};  // what happens where a layer of the sandbox is missing: refuse to start, or say so

struct ListenAddress {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address, without brackets
  std::uint16_t port = 8000;          // 0: any free one
};

// How long one document may take; page counts make it longer.
struct ChildClocks {
  std::chrono::milliseconds cpu{30'000}, cpu_per_page{500}, cpu_max{300'000};
  double wall_factor = 2;                   // wall time allowed per CPU time allowed
  std::chrono::milliseconds stall{20'000};  // without any sign of progress
};

struct Settings {
  ListenAddress listen;
  std::string data;                          // the directory of the embedded stores
  std::string database, files, queue, live;  // "scheme:rest": app/drivers.cc picks the driver
  std::set<std::string> roles;               // "api", "worker"
  int concurrency = 1;                       // documents extracted at once
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
  SandboxLevel sandbox = SandboxLevel::required;
  ChildClocks child_clocks;
  wire::ChildLimits child_limits;

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
