// What was asked for on the command line, as values. main.cc does it.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace docquarry::cli {

struct ServeCommand {};
struct ConfigCommand {};
struct MigrateCommand {};

struct QueueCommand {
  std::string action;      // "list", "pause", "resume", "drain", "redrive", "setup"
  std::string timeout;     // of drain, as settings write times; empty: as long as it takes
  bool read_only = false;  // of pause: refuse the changes of clients as well
  bool repair = false;     // of setup: change what differs
  bool json = false, quiet = false;
};
struct ImportRedisCommand {
  bool dry_run = false, quiet = false;
};
struct ResetCommand {
  bool dry_run = false, force = false, quiet = false;
  bool skip_database = false, skip_redis = false, skip_files = false, skip_queue = false;
};
struct MigrateStoreCommand {
  std::string from_database, from_files;  // as settings write stores; empty: these stay where they are
  std::string timeout;                    // for running tasks to end
  bool quiet = false;
};

struct ExtractCommand {
  std::vector<std::string> inputs;  // files, directories, "-"
  std::string format = "text";      // text, markdown, json, ndjson
  std::string pages;                // valid page ranges; empty: all
  std::string password_file;        // empty: none
  std::string output;               // empty: standard output
  bool quiet = false;
};

struct UploadCommand {
  std::vector<std::string> inputs;
  std::string pages, password_file;
  std::string extractor;  // empty: whoever the service is set to use
  bool wait = true, json = false, quiet = false;
};
struct StatusCommand {
  std::vector<std::string> ids;
  bool wait = false, json = false, quiet = false;
};
struct ResultCommand {
  std::string id;
  std::string format = "text";
  std::string output;
};
struct ListCommand {
  std::string status, name;
  std::optional<int> limit;
  bool json = false;
};
struct ActCommand {
  std::string verb;  // "cancel", "retry", "delete"
  std::vector<std::string> ids;
};
using ClientCommand = std::variant<UploadCommand, StatusCommand, ResultCommand, ListCommand, ActCommand>;

struct PrintCommand {
  std::string text;  // help, version, completions: print it and end with status 0
};

struct SettingFlag {
  std::string name, value;
  std::string flag;  // "--set", "--listen": where the value came from
};

struct CommandLine {
  std::variant<ServeCommand, ExtractCommand, ClientCommand, ConfigCommand, MigrateCommand, QueueCommand, ImportRedisCommand,
               ResetCommand, MigrateStoreCommand, PrintCommand>
      command;
  std::vector<SettingFlag> settings;
};

// `arguments` without the program's name. Errors: invalid_request with a sentence that says what is wrong and where help is; the program
// then ends with status 2.
Result<CommandLine> parse_command_line(std::vector<std::string> arguments);

}  // namespace docquarry::cli
