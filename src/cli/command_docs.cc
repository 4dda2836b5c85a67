#include "cli/command_docs.h"

#include <fmt/core.h>

#include <algorithm>

namespace docquarry::cli {
namespace {

// "upload FILE|DIR ... [OPTION...]"
std::string synopsis(const CommandRow& command) {
  std::string text = command.name;
  if (!command.arguments.empty()) text += command.arguments_required ? " " + command.arguments : " [" + command.arguments + "]";
  if (!command.options.empty()) text += " [OPTION ...]";
  return text;
}

// "-o, --output FILE"
std::string shown(const OptionRow& option) {
  std::string text = option.names;
  if (auto comma = text.find(','); comma != text.npos) text.insert(comma + 1, " ");
  return option.value.empty() ? text : text + " " + option.value;
}

std::vector<std::string> names_of(const OptionRow& option) {
  auto comma = option.names.find(',');
  if (comma == option.names.npos) return {option.names};
  return {option.names.substr(0, comma), option.names.substr(comma + 1)};
}

// Breaks at spaces, so that no line is longer than `width` if it can be helped.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out, line;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return out + line + "\n";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// ---- man page: roff, see man(7) -------------------------------------------------------------------------------------------------------

std::string roff(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

// ---- completions ------------------------------------------------------------------------------------------------------------------------

std::string bash_completions() {
  std::vector<std::string> commands;
  for (const auto& command : command_table()) commands.push_back(command.name);
  std::string cases;
  for (const auto& command : command_table()) {
    std::vector<std::string> words{"--help"};
    std::string values;
    for (const auto& option : command.options) {
      auto names = names_of(option);
      words.insert(words.end(), names.begin(), names.end());
      if (option.value.empty()) continue;
      std::string pattern = names.size() == 1 ? names[0] : names[0] + "|" + names[1];
      std::string completes = option.completes == Completes::directories ? "-d"
                              : option.completes == Completes::files     ? "-f"
                                                                         : "-W '" + joined(option.choices) + "'";
      values += fmt::format("        {}) COMPREPLY=($(compgen {} -- \"$word\")); return ;;\n", pattern, completes);
    }
    if (!values.empty()) values = "      case $previous in\n" + values + "      esac\n";
    auto choices = command.name == "help" ? commands : command.argument_choices;
    words.insert(words.end(), choices.begin(), choices.end());
    cases += fmt::format("    {})\n{}      COMPREPLY=($(compgen {}-W '{}' -- \"$word\"))\n      ;;\n", command.name, values,
                         command.completes == Completes::files ? "-f " : "", joined(words));
  }
  return "# Completions of docquarry for bash: source <(docquarry completion bash)\n"
         "_docquarry() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '" +
         joined(commands) +
         " --help --version' -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "}\n"
         "complete -o filenames -F _docquarry docquarry\n";
}

// Within single quotes of a shell word, and without what zsh's _arguments takes for its own marks.
std::string quoted_help(std::string_view text, bool zsh) {
  std::string out;
  for (char c : text) {
    if (c == '\'') out += "'\\''";
    else if (zsh && (c == ':' || c == '[' || c == ']')) out += std::string("\\") + c;
    else out += c;
  }
  return out;
}

std::string zsh_completions() {
  std::string commands, cases;
  for (const auto& command : command_table()) {
    commands += fmt::format("    '{}:{}'\n", command.name, quoted_help(command.summary, true));
    std::string specs = " '(-h --help)'{-h,--help}'[show help]'";
    for (const auto& option : command.options) {
      std::string action = option.completes == Completes::files         ? "_files"
                           : option.completes == Completes::directories ? "_files -/"
                                                                        : "";
      if (!option.choices.empty()) action = "(" + joined(option.choices) + ")";
      std::string value = option.value.empty() ? "" : fmt::format(":{}:{}", quoted_help(option.value, true), action);
      for (const auto& name : names_of(option))
        specs += fmt::format(" \\\n        '{}[{}]{}'", name, quoted_help(option.help, true), value);
    }
    std::string arguments = command.completes == Completes::files ? "_files" : "";
    if (!command.argument_choices.empty()) arguments = "(" + joined(command.argument_choices) + ")";
    if (!command.arguments.empty())
      specs += fmt::format(" \\\n        '{}:{}:{}'", command.many_arguments ? "*" : "1", quoted_help(command.arguments, true),
                           arguments);
    cases += fmt::format("    {}) _arguments{} ;;\n", command.name, specs);
  }
  return "#compdef docquarry\n"
         "# Completions of docquarry for zsh: source <(docquarry completion zsh)\n"
         "_docquarry() {\n"
         "  local -a commands=(\n" +
         commands +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "compdef _docquarry docquarry\n";
}

std::string fish_completions() {
  std::string text = "# Completions of docquarry for fish: docquarry completion fish | source\ncomplete -c docquarry -f\n";
  for (const auto& command : command_table()) {
    text += fmt::format("complete -c docquarry -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                        quoted_help(command.summary, false));
    std::string when = fmt::format("complete -c docquarry -n '__fish_seen_subcommand_from {}'", command.name);
    if (command.completes == Completes::files) text += when + " -F\n";
    if (!command.argument_choices.empty()) text += fmt::format("{} -a '{}'\n", when, joined(command.argument_choices));
    for (const auto& option : command.options) {
      text += when;
      for (const auto& name : names_of(option)) text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.value.empty()) text += option.completes == Completes::nothing ? " -x" : " -r -F";
      if (!option.choices.empty()) text += fmt::format(" -a '{}'", joined(option.choices));
      text += fmt::format(" -d '{}'\n", quoted_help(option.help, false));
    }
  }
  return text;
}

constexpr std::string_view exit_status =
    "0 when everything went well, 1 when something failed (each failure is named on standard error), 2 when the command line or a "
    "setting "
    "is wrong.";

}  // namespace

std::string program_help() {
  std::string text = "usage: docquarry COMMAND [ARGUMENT ...] [OPTION ...]\n\n";
  for (const auto& command : command_table()) text += fmt::format("  {:<11} {}\n", command.name, command.summary);
  return text +
         "\n  docquarry COMMAND --help describes one command; docquarry --version says which version this is.\n"
         "  Try it: docquarry extract some.pdf\n";
}

std::string command_help(const CommandRow& command) {
  std::string text = "usage: docquarry " + synopsis(command) + "\n\n" + wrapped(command.description, 96);
  if (command.options.empty()) return text;
  std::size_t width = 0;
  for (const auto& option : command.options) width = std::max(width, shown(option).size());
  text += "\n";
  for (const auto& option : command.options) text += fmt::format("  {:<{}}  {}\n", shown(option), width, option.help);
  return text;
}

std::string man_page() {
  std::string text =
      ".\\\" Made from the table in src/cli/command_table.cc by ./dev docs.\n"
      ".TH DOCQUARRY 1\n"
      ".SH NAME\ndocquarry \\- get text, Markdown and structure out of PDF documents\n"
      ".SH SYNOPSIS\n";
  for (const auto& command : command_table()) text += ".B docquarry\n" + roff(synopsis(command)) + "\n.br\n";
  text += ".SH COMMANDS\n";
  for (const auto& command : command_table()) {
    text += ".SS " + roff(synopsis(command)) + "\n" + roff(command.description) + "\n";
    for (const auto& option : command.options) text += ".TP\n.B " + roff(shown(option)) + "\n" + roff(option.help) + ".\n";
  }
  text += ".SH EXIT STATUS\n" + roff(exit_status) + "\n";
  text +=
      ".SH ENVIRONMENT AND FILES\n"
      "Settings are read from the environment and from a file\n.I .env\nin the working directory;\n.B docquarry config\nshows "
      "them, "
      "docs/configuration.md explains them.\n";
  return text;
}

std::string completions(std::string_view shell) {
  if (shell == "bash") return bash_completions();
  if (shell == "zsh") return zsh_completions();
  return fish_completions();
}

}  // namespace docquarry::cli
