#include "app/settings.h"

#include "app/env_file.h"
#include "app/settings_table.h"
#include "app/store_settings.h"
#include "base/files.h"
#include "domain/error_codes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <thread>

#include <unistd.h>

namespace docquarry {
namespace {

// ---- names --------------------------------------------------------------------------------------------------------------------------

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = char(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

const SettingRow* row_named(std::string_view upper_case_name) {
  for (const auto& row : settings_table())
    if (row.name == upper_case_name || std::ranges::find(row.aliases, upper_case_name) != row.aliases.end()) return &row;
  return nullptr;
}

// How many letters have to be added, removed or changed to make one name out of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string unknown_name(const Assignment& wrong) {
  std::string sentence = wrong.name + " (from " + wrong.source + ") is not a setting";
  const SettingRow* nearest = &settings_table().front();
  for (const auto& row : settings_table())
    if (distance(upper_case(wrong.name), row.name) < distance(upper_case(wrong.name), nearest->name)) nearest = &row;
  if (distance(upper_case(wrong.name), nearest->name) <= 5) return sentence + "; did you mean " + nearest->name + "?";
  return sentence + "; docs/configuration.md lists them all";
}

// Names that are ours and no settings: the fault points of a test build read theirs themselves (base/fault.h).
bool is_read_elsewhere([[maybe_unused]] std::string_view upper_case_name) {
#ifdef DOCQUARRY_FAULTS
  return upper_case_name == "DOCQUARRY_FAULT";
#else
  return false;
#endif
}

// "http://user:secret@host" -> "http://user:***@host".
std::string without_password(std::string value) {
  auto begin = value.find("://");
  auto at = value.find('@');
  if (begin == value.npos || at == value.npos) return value;
  auto colon = value.find(':', begin + 3);
  return colon < at ? value.replace(colon + 1, at - colon - 1, "***") : value;
}

std::string shown(const SettingRow& row, const std::string& value) {
  if (row.secret && !value.empty()) return "***";
  return without_password(value);
}

// ---- sources ------------------------------------------------------------------------------------------------------------------------

// Everything that was given, weakest first. Only names of the table, and wrong names that claim to be ours, are looked at; on the command
// line every name has to be known.
struct Given {
  std::map<const SettingRow*, Assignment> values;
  std::vector<std::string> problems;

  void add(Assignment given, bool must_be_known) {
    auto name = upper_case(given.name);
    const SettingRow* row = row_named(name);
    if (row != nullptr) values.insert_or_assign(row, std::move(given));
    else if (!is_read_elsewhere(name) && (must_be_known || name.starts_with("DOCQUARRY_"))) problems.push_back(unknown_name(given));
  }

  // Names count in any case; one that is written as in the table goes before its other spellings.
  void add_all(const std::vector<std::pair<std::string, std::string>>& pairs, const std::string& source) {
    auto is_exact = [](const std::string& name) {
      return std::ranges::any_of(settings_table(), [&](const SettingRow& row) { return row.name == name; });
    };
    for (bool exact : {false, true})
      for (const auto& [name, value] : pairs)
        if (is_exact(name) == exact) add({name, value, source}, false);
  }
};

Result<Given> collect(const SettingSources& sources) {
  Given given;
  if (sources.env_file) {
    TRY(auto pairs, parse_env_file(*sources.env_file));
    given.add_all(pairs, ".env");
  }
  given.add_all(sources.environment, "environment");
  for (const auto& assignment : sources.command_line) given.add(assignment, true);
  return given;
}

// The default of a row, which may depend on the rows above it.
std::string default_of(const SettingRow& row, const Settings& settings) {
  if (row.default_text == "{cores}") return std::to_string(std::max(1u, std::thread::hardware_concurrency()));
  if (row.default_text == "{database}") return default_database(settings);
  if (row.default_text == "{files}") return default_files(settings);
  if (row.default_text == "{queue}") return default_queue(settings);
  if (row.default_text == "{live}") return default_live(settings);
  return row.default_text;
}

}  // namespace

Result<LoadedSettings> load_settings(const SettingSources& sources) {
  TRY(auto given, collect(sources));
  LoadedSettings loaded;
  for (const auto& row : settings_table()) {
    auto found = given.values.find(&row);
    bool is_given = found != given.values.end();
    std::string text = is_given ? found->second.value : default_of(row, loaded.settings);
    auto parsed = row.parse(loaded.settings, text);
    std::string source = is_given ? found->second.source : "default";
    if (!parsed)
      given.problems.push_back(fmt::format("{}={} (from {}) {}", row.name, shown(row, text), source, parsed.error().message()));
    loaded.effective.push_back({row.name, shown(row, text), source});
  }
  if (!given.problems.empty()) {
    std::string all;
    for (const auto& problem : given.problems) all += (all.empty() ? "" : "\n") + problem;
    return fail(invalid_setting, all);
  }
  return loaded;
}

Result<LoadedSettings> load_settings(std::vector<Assignment> command_line) {
  SettingSources sources;
  sources.command_line = std::move(command_line);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    if (auto equals = text.find('='); equals != text.npos)
      sources.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  auto env_file = read_whole_file(".env", 1 << 20);
  if (env_file) sources.env_file = std::move(*env_file);
  else if (!env_file.error().is(file_not_found)) return fail(std::move(env_file).error());
  return load_settings(sources);
}

std::string describe(const std::vector<EffectiveSetting>& effective) {
  std::size_t name_width = 0, value_width = 0;
  for (const auto& setting : effective) {
    name_width = std::max(name_width, setting.name.size());
    value_width = std::max(value_width, setting.value.size());
  }
  std::string text;
  for (const auto& setting : effective)
    text += fmt::format("{:<{}}  {:<{}}  {}\n", setting.name, name_width, setting.value.empty() ? "-" : setting.value, value_width,
                        setting.source);
  return text;
}

// For the documentation.
std::string default_in_words(const std::string& text) {
  if (text == "{cores}") return "number of processors";
  if (text == "{database}") return "`sqlite:DOCQUARRY_DATA/docquarry.db`, or what `POSTGRES_…` says";
  if (text == "{files}") return "`file:DOCQUARRY_DATA/files`, or `s3://S3_BUCKET_NAME`";
  if (text == "{queue}") return "`memory:` with SQLite, `postgres:` with PostgreSQL, or `sqs:SQS_QUEUE_URL`";
  if (text == "{live}") return "`memory:`, or what `REDIS_…` says";
  return text.empty() ? "none" : "`" + text + "`";
}

std::string settings_as_markdown() {
  std::string text =
      "# Settings\n\n"
      "*Made from the table in `src/app/settings_table.cc` by `./dev docs`; changes belong there.*\n\n"
      "Every setting has a default that works, so nothing has to be set. Values come from, later wins: the default, a file `.env` "
      "in the\n"
      "working directory, the environment, the command line (`--set NAME=VALUE`, or a flag of its own). `docquarry config` shows "
      "what is in\n"
      "force and where it came from. An unknown name that begins with `DOCQUARRY_`, or a bad value, stops the start with a "
      "sentence that\n"
      "names it; variables of others are ignored. Names count in upper and lower case.\n\n"
      "Times are written like `500ms`, `30s`, `2m`, `1h`; a plain number counts seconds. Sizes are written like `64kB`, `512MB`, "
      "`1GB`; a kB\n"
      "has 1,024 bytes. Lists are separated by commas.\n\n"
      "| setting | default | value | meaning |\n|---|---|---|---|\n";
  for (const auto& row : settings_table()) {
    std::string value = default_in_words(row.default_text);
    text +=
        fmt::format("| `{}` | {} | {} | {}{} |\n", row.name, value, row.unit, row.help, row.secret ? " Secret: never shown." : "");
  }
  text += "\nThe settings without the prefix are those of the original service; `DOCQUARRY_` may stand before them too.\n";
  return text;
}

}  // namespace docquarry
