#include "cli/command_line.h"

#include "cli/command_docs.h"
#include "cli/command_table.h"
#include "domain/error_codes.h"
#include "domain/extraction_options.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <map>

namespace docquarry::cli {
namespace {

// What was given to one command: the values of its options by their long names, and its arguments.
struct Given {
  const CommandRow* command = nullptr;
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> arguments;

  bool has(const std::string& option) const { return options.contains(option); }
  std::string last(const std::string& option, std::string otherwise = "") const {
    auto found = options.find(option);
    return found == options.end() ? otherwise : found->second.back();
  }
};

auto wrong_usage(const std::string& what, const CommandRow* command) {
  return fail(invalid_request, what + "; see docquarry " + (command == nullptr ? "" : command->name + " ") + "--help");
}

// CLI11 only reads: every value goes to `given`, what it means is decided below.
void declare(CLI::App& app, const CommandRow& row, Given& given) {
  app.set_help_flag();
  app.add_flag_callback("-h,--help", [&given] { given.options["--help"] = {""}; });
  for (const auto& option : row.options) {
    auto name = option.long_name();
    if (option.value.empty()) {
      app.add_flag_callback(option.names, [&given, name] { given.options[name] = {""}; });
    } else {
      auto* declared = app.add_option_function<std::vector<std::string>>(
          option.names, [&given, name](const std::vector<std::string>& values) { given.options[name] = values; });
      declared->allow_extra_args(false)->type_name(option.value)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  if (!row.arguments.empty()) app.add_option("arguments", given.arguments);
}

Result<void> check(const Given& given) {
  const CommandRow& row = *given.command;
  if (given.has("--help")) return {};
  if (row.arguments_required && given.arguments.empty()) return wrong_usage(row.name + " needs " + row.arguments, &row);
  if (!row.many_arguments && given.arguments.size() > 1) return wrong_usage(row.name + " takes one " + row.arguments, &row);
  auto is_one_of = [](const std::string& value, const std::vector<std::string>& choices) {
    return choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end();
  };
  auto listed = [](const std::vector<std::string>& choices) {
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i) text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
    return text;
  };
  for (const auto& argument : given.arguments)
    if (!is_one_of(argument, row.argument_choices))
      return wrong_usage(row.arguments + " must be " + listed(row.argument_choices), &row);
  for (const auto& option : row.options)
    if (given.has(option.long_name()) && !is_one_of(given.last(option.long_name()), option.choices))
      return wrong_usage(option.long_name() + " must be " + listed(option.choices), &row);
  auto pages = parse_page_ranges(given.last("--pages"));
  if (given.has("--pages") && !pages) return wrong_usage("--pages: " + pages.error().message(), &row);
  return {};
}

Result<std::vector<SettingFlag>> settings_of(const Given& given) {
  std::vector<SettingFlag> settings;
  for (const auto& option : given.command->options) {
    if (!given.has(option.long_name())) continue;
    if (!option.setting.empty()) settings.push_back({option.setting, given.last(option.long_name()), option.long_name()});
  }
  auto sets = given.options.find("--set");
  if (sets == given.options.end()) return settings;
  for (const auto& text : sets->second) {
    auto equals = text.find('=');
    if (equals == text.npos || equals == 0) return wrong_usage("--set needs NAME=VALUE", given.command);
    settings.push_back({text.substr(0, equals), text.substr(equals + 1), "--set"});
  }
  return settings;
}

Result<CommandLine> to_command(const Given& given) {
  const auto& name = given.command->name;
  const auto& arguments = given.arguments;
  CommandLine line;
  TRY(line.settings, settings_of(given));
  if (name == "serve") line.command = ServeCommand{};
  if (name == "config") line.command = ConfigCommand{};
  if (name == "migrate") line.command = MigrateCommand{};
  if (name == "queue")
    line.command = QueueCommand{arguments.front(),     given.last("--timeout"), given.has("--read-only"),
                                given.has("--repair"), given.has("--json"),     given.has("--quiet")};
  if (name == "import-redis") line.command = ImportRedisCommand{given.has("--dry-run"), given.has("--quiet")};
  if (name == "reset")
    line.command =
        ResetCommand{given.has("--dry-run"),    given.has("--force"),      given.has("--quiet"),     given.has("--skip-database"),
                     given.has("--skip-redis"), given.has("--skip-files"), given.has("--skip-queue")};
  if (name == "migrate-store")
    line.command = MigrateStoreCommand{given.last("--from-database"), given.last("--from-files"), given.last("--timeout"),
                                       given.has("--quiet")};
  if (name == "extract")
    line.command = ExtractCommand{arguments,
                                  given.last("--format", "text"),
                                  given.last("--pages"),
                                  given.last("--password-file"),
                                  given.last("--output"),
                                  given.has("--quiet")};
  if (name == "upload")
    line.command =
        ClientCommand(UploadCommand{arguments, given.last("--pages"), given.last("--password-file"), given.last("--extractor"),
                                    !given.has("--no-wait"), given.has("--json"), given.has("--quiet")});
  if (name == "status")
    line.command = ClientCommand(StatusCommand{arguments, given.has("--wait"), given.has("--json"), given.has("--quiet")});
  if (name == "result")
    line.command = ClientCommand(ResultCommand{arguments.front(), given.last("--format", "text"), given.last("--output")});
  if (name == "list") {
    ListCommand list{given.last("--status"), given.last("--name"), std::nullopt, given.has("--json")};
    if (given.has("--limit")) {
      auto text = given.last("--limit");
      int limit = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
      if (error != std::errc() || end != text.data() + text.size() || limit < 1)
        return wrong_usage("--limit must be a number from 1", given.command);
      list.limit = limit;
    }
    line.command = ClientCommand(list);
  }
  if (name == "cancel" || name == "retry" || name == "delete") line.command = ClientCommand(ActCommand{name, arguments});
  if (name == "completion") line.command = PrintCommand{completions(arguments.front())};
  if (name == "help") {
    const CommandRow* about = arguments.empty() ? nullptr : command_named(arguments.front());
    if (about == nullptr && !arguments.empty()) return wrong_usage("there is no command " + arguments.front(), nullptr);
    line.command = PrintCommand{about == nullptr ? program_help() : command_help(*about)};
  }
  return line;
}

CommandLine print(std::string text) {
  CommandLine line;
  line.command = PrintCommand{std::move(text)};
  return line;
}

}  // namespace

Result<CommandLine> parse_command_line(std::vector<std::string> arguments) {
  if (arguments.empty()) return wrong_usage("a command is needed", nullptr);
  if (arguments.front() == "--help" || arguments.front() == "-h") return print(program_help());
  if (arguments.front() == "--version") return print("docquarry " DOCQUARRY_VERSION "\n");

  Given given;
  given.command = command_named(arguments.front());
  if (given.command == nullptr) return wrong_usage("there is no command " + arguments.front(), nullptr);
  CLI::App app;
  declare(app, *given.command, given);
  std::vector<std::string> rest(arguments.rbegin(), arguments.rend() - 1);  // CLI11 reads from the end
  try {
    app.parse(rest);
  } catch (const CLI::ParseError& error) {
    std::string sentence = error.what();
    return wrong_usage(sentence.substr(0, sentence.find('\n')), given.command);
  }
  if (given.has("--help")) return print(command_help(*given.command));
  CHECK(check(given));
  return to_command(given);
}

}  // namespace docquarry::cli
