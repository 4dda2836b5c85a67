// The table of commands. What the program understands (command_line.cc), its --help, its man page and its shell completions
// (command_docs.cc) are all derived from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docquarry::cli {

enum class Completes { nothing, files, directories };

struct OptionRow {
  std::string names;                 // "-o,--output" as CLI11 reads them; also "--new,--old", the first counts
  std::string value;                 // how its value is called in the help; empty: a flag
  std::vector<std::string> choices;  // the only values allowed; empty: any
  Completes completes = Completes::nothing;
  std::string help;     // without full stop
  std::string setting;  // the setting that it sets, if it does nothing else

  std::string long_name() const {
    auto begin = names.find("--");
    return names.substr(begin, names.find(',', begin) - begin);
  }
};

struct CommandRow {
  std::string name;
  std::string arguments;  // "FILE|DIR|- ..."; empty: none
  bool arguments_required = false, many_arguments = false;
  std::vector<std::string> argument_choices;  // the only values allowed; empty: any
  Completes completes = Completes::nothing;   // what the arguments are
  std::string summary;                        // without full stop
  std::string description;                    // sentences
  std::vector<OptionRow> options;
};

const std::vector<CommandRow>& command_table();
const CommandRow* command_named(std::string_view name);  // null when there is none

}  // namespace docquarry::cli
