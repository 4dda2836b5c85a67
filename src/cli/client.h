// The commands that speak to a running service: upload, status, result, list, cancel, retry, delete.
#pragma once

#include "cli/command_line.h"

#include <string>

namespace docquarry::cli {

// Does it and says on standard output and standard error how it went. Returns the exit status: 0, or 1 when something failed.
int run_client(const ClientCommand& command, const std::string& server);

}  // namespace docquarry::cli
