#include "cli/command_line.h"

#include "cli/command_docs.h"
#include "domain/error_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace docquarry::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CommandLine parsed(std::vector<std::string> arguments) {
  auto line = parse_command_line(std::move(arguments));
  EXPECT_TRUE(line) << line.error().message();
  return line ? *line : CommandLine{};
}

std::string refusal(std::vector<std::string> arguments) {
  auto line = parse_command_line(std::move(arguments));
  EXPECT_FALSE(line);
  if (line) return "";
  EXPECT_TRUE(line.error().is(invalid_request));
  return line.error().message();
}

template <class Command>
Command client(std::vector<std::string> arguments) {
  return std::get<Command>(std::get<ClientCommand>(parsed(std::move(arguments)).command));
}

TEST(CommandLine, takes_extract_apart) {
  auto line = parsed(
      {"extract", "a.pdf", "-f", "json", "dir", "--pages=1-5,9", "--password-file", "pw", "-j", "3", "-o", "out", "-q", "-"});

  const auto& extract = std::get<ExtractCommand>(line.command);
  EXPECT_THAT(extract.inputs, ElementsAre("a.pdf", "dir", "-"));
  EXPECT_EQ(extract.format, "json");
  EXPECT_EQ(extract.pages, "1-5,9");
  EXPECT_EQ(extract.password_file, "pw");
  EXPECT_EQ(extract.output, "out");
  EXPECT_TRUE(extract.quiet);
  ASSERT_EQ(line.settings.size(), 1u);
  EXPECT_EQ(line.settings[0].name, "DOCQUARRY_CONCURRENCY");
  EXPECT_EQ(line.settings[0].value, "3");
  EXPECT_EQ(line.settings[0].flag, "--jobs");
}

TEST(CommandLine, has_defaults) {
  auto extract = std::get<ExtractCommand>(parsed({"extract", "a"}).command);

  EXPECT_EQ(extract.format, "text");
  EXPECT_EQ(extract.output, "");
  EXPECT_FALSE(extract.quiet);
  EXPECT_TRUE(client<UploadCommand>({"upload", "a"}).wait);
  EXPECT_FALSE(client<UploadCommand>({"upload", "--no-wait", "a"}).wait);
  EXPECT_EQ(client<UploadCommand>({"upload", "a"}).extractor, "");
  EXPECT_EQ(client<UploadCommand>({"upload", "--extractor", "llamaparse", "a"}).extractor, "llamaparse");
  EXPECT_EQ(client<ResultCommand>({"result", "x"}).format, "text");
  EXPECT_FALSE(client<ListCommand>({"list"}).limit);
}

TEST(CommandLine, takes_files_with_odd_names_behind_two_dashes) {
  EXPECT_THAT(std::get<ExtractCommand>(parsed({"extract", "--", "-x.pdf", "--help"}).command).inputs,
              ElementsAre("-x.pdf", "--help"));
}

TEST(CommandLine, collects_settings_in_order) {
  auto line = parsed({"serve", "--set", "A=1", "--listen", "[::1]:9", "--set", "B=x=y"});

  EXPECT_TRUE(std::holds_alternative<ServeCommand>(line.command));
  ASSERT_EQ(line.settings.size(), 3u);
  EXPECT_EQ(line.settings[0].name, "DOCQUARRY_LISTEN");
  EXPECT_EQ(line.settings[1].name, "A");
  EXPECT_EQ(line.settings[2].value, "x=y");
}

TEST(CommandLine, lets_the_server_be_named) {
  auto line = parsed({"status", "id1", "id2", "--wait", "--server", "http://h:1"});

  EXPECT_EQ(line.settings.at(0).name, "DOCQUARRY_SERVER");
  auto status = std::get<StatusCommand>(std::get<ClientCommand>(line.command));
  EXPECT_THAT(status.ids, ElementsAre("id1", "id2"));
  EXPECT_TRUE(status.wait);
}

TEST(CommandLine, knows_the_acts) {
  for (const char* verb : {"cancel", "retry", "delete"}) {
    auto act = client<ActCommand>({verb, "a", "b"});
    EXPECT_EQ(act.verb, verb);
    EXPECT_EQ(act.ids.size(), 2u);
  }
}

TEST(CommandLine, refuses_wrong_usage_and_says_where_help_is) {
  EXPECT_EQ(refusal({}), "a command is needed; see docquarry --help");
  EXPECT_EQ(refusal({"frobnicate"}), "there is no command frobnicate; see docquarry --help");
  EXPECT_EQ(refusal({"extract"}), "extract needs FILE|DIR|- ...; see docquarry extract --help");
  EXPECT_EQ(refusal({"extract", "a", "--format", "pdf"}),
            "--format must be text, markdown, json or ndjson; see docquarry extract --help");
  EXPECT_THAT(refusal({"extract", "a", "--frmat", "text"}), HasSubstr("--frmat"));
  EXPECT_THAT(refusal({"extract", "a", "--pages", "0"}), HasSubstr("--pages: "));
  EXPECT_THAT(refusal({"extract", "a", "--pages", ""}), HasSubstr("--pages: "));
  EXPECT_THAT(refusal({"serve", "extra"}), HasSubstr("extra"));
  EXPECT_THAT(refusal({"serve", "--set", "novalue"}), HasSubstr("--set needs NAME=VALUE"));
  EXPECT_THAT(refusal({"result", "a", "b"}), HasSubstr("result takes one ID"));
  EXPECT_THAT(refusal({"list", "--limit", "0"}), HasSubstr("--limit must be a number from 1"));
  EXPECT_THAT(refusal({"list", "--limit", "many"}), HasSubstr("--limit must be a number from 1"));
  EXPECT_THAT(refusal({"list", "--status", "DONE"}), HasSubstr("--status must be PENDING"));
  EXPECT_THAT(refusal({"completion", "tcsh"}), HasSubstr("SHELL must be bash, zsh or fish"));
  EXPECT_THAT(refusal({"help", "frobnicate"}), HasSubstr("there is no command frobnicate"));
}

TEST(CommandLine, prints_help_wherever_it_is_asked_for) {
  auto text = [](std::vector<std::string> arguments) { return std::get<PrintCommand>(parsed(std::move(arguments)).command).text; };

  EXPECT_EQ(text({"--help"}), program_help());
  EXPECT_EQ(text({"help"}), program_help());
  EXPECT_EQ(text({"extract", "--help"}), text({"help", "extract"}));
  EXPECT_EQ(text({"extract", "-h"}), text({"help", "extract"}));
  EXPECT_THAT(text({"--version"}), ::testing::StartsWith("docquarry "));
}

// ---- what is derived ---------------------------------------------------------------------------------------------------------------------

TEST(CommandTable, describes_every_command_and_option) {
  for (const auto& command : command_table()) {
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_FALSE(command.summary.ends_with('.')) << command.name;
    EXPECT_TRUE(command.description.ends_with('.') || command.name == "completion") << command.name;
    EXPECT_THAT(program_help(), HasSubstr(command.name + " "));
    for (const auto& option : command.options) {
      EXPECT_FALSE(option.help.empty()) << command.name << option.names;
      EXPECT_TRUE(option.long_name().starts_with("--")) << option.names;
      EXPECT_THAT(command_help(command), HasSubstr(option.long_name()));
    }
  }
}

TEST(CommandTable, is_what_the_program_understands) {
  for (const auto& command : command_table()) {
    for (const auto& option : command.options) {
      std::vector<std::string> arguments{command.name, option.long_name()};
      if (!option.value.empty()) arguments.push_back(option.choices.empty() ? "1=1" : option.choices.front());
      if (command.arguments_required)
        arguments.push_back(command.argument_choices.empty() ? "x" : command.argument_choices.front());
      auto line = parse_command_line(arguments);
      bool only_the_value_is_wrong = !line && line.error().message().starts_with(option.long_name());
      EXPECT_TRUE(line || only_the_value_is_wrong) << command.name << " " << option.names << ": " << line.error().message();
    }
  }
}

TEST(ManPage, holds_every_command_and_option_in_plain_roff) {
  auto page = man_page();
  auto escaped = [](const std::string& text) {
    std::string all;
    for (char c : text) all += c == '-' ? "\\-" : std::string(1, c);
    return all;
  };

  EXPECT_THAT(page, HasSubstr(".TH DOCQUARRY 1"));
  for (const auto& command : command_table()) {
    EXPECT_THAT(page, HasSubstr("\n.SS " + escaped(command.name)));
    for (const auto& option : command.options) EXPECT_THAT(page, HasSubstr(escaped(option.long_name())));
  }
}

TEST(Completions, name_every_command_and_option) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    auto script = completions(shell);
    for (const auto& command : command_table()) {
      EXPECT_THAT(script, HasSubstr(command.name)) << shell;
      for (const auto& option : command.options) EXPECT_THAT(script, HasSubstr(option.long_name().substr(2))) << shell;
    }
  }
}

}  // namespace
}  // namespace docquarry::cli
