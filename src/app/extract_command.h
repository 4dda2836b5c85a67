// `docquarry extract`: what was wished for on the command line, done with the local engine.
#pragma once

#include "app/settings.h"
#include "base/result.h"

#include <functional>
#include <string>
#include <vector>

namespace docquarry {

struct ExtractWishes {
  std::vector<std::string> inputs;  // files, directories, "-"
  std::string format;               // "text", "markdown", "json", "ndjson"
  std::string pages;                // "1-5,9"; empty: all
  std::string password_file;        // its first line; empty: no password
  std::string output;               // empty: standard output
};

// Who watches: a terminal, or nobody.
struct ExtractWatcher {
  std::function<void(int done, int total)> progress;
  std::function<void(const std::string& line)> complain;
};

// The exit status: 0 all good, 1 some failed (one line each on standard error). Errors: invalid_request; the extractor cannot start.
Result<int> extract_on_command_line(const Settings& settings, const ExtractWishes& wishes, const ExtractWatcher& watcher);

}  // namespace docquarry
