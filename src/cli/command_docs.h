// What is derived from the table of commands.
#pragma once

#include "base/result.h"
#include "cli/command_table.h"

#include <string>
#include <string_view>

namespace docquarry::cli {

std::string program_help();
std::string command_help(const CommandRow& command);
std::string man_page();                           // docs/docquarry.1, for man(1)
std::string completions(std::string_view shell);  // bash, zsh, fish

}  // namespace docquarry::cli
