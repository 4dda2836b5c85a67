// The table of settings. A new setting is one row in settings_table.cc and one member of Settings; everything else follows from them.
#pragma once

#include "app/settings.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

struct SettingRow {
  std::string name;
  std::vector<std::string> aliases;
  std::string default_text;  // {cores}, {database}, {files}, {queue} and {live} depend on the machine or on rows above
  std::string unit;          // what may stand there, for the documentation
  bool secret;               // never shown
  std::string help;
  // Puts the value where it belongs. Errors: invalid_setting, the end of a sentence that begins with the name.
  std::function<Result<void>(Settings&, std::string_view)> parse;
};

// A row may use in its default what stands above it.
const std::vector<SettingRow>& settings_table();

}  // namespace docquarry
