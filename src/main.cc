// docquarry: picks the command, prints errors, sets the exit status.
//   0 done   1 failed, or some of it failed   2 wrong usage or wrong settings   130 interrupted

#include "app/application.h"
#include "app/extract_command.h"
#include "app/import_redis_command.h"
#include "app/migrate_command.h"
#include "app/migrate_store_command.h"
#include "app/queue_command.h"
#include "app/reset_command.h"
#include "app/settings.h"
#include "base/log.h"
#include "cli/client.h"
#include "cli/command_line.h"
#include "cli/progress_bar.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

namespace docquarry {
namespace {

constexpr int wrong_usage = 2;

void complain(const std::string& message) { std::fprintf(stderr, "docquarry: %s\n", message.c_str()); }

// Nothing to add: it went well, or it was said already.
int status_of(const Result<int>& outcome) {
  if (outcome) return *outcome;
  complain(outcome.error().message());
  return 1;
}

int status_of(const Result<void>& outcome) {
  if (outcome) return 0;
  complain(outcome.error().message());
  return 1;
}

// "12 of 40 documents, 3 s left"
std::string progress_text(int done, int total, std::chrono::steady_clock::time_point began) {
  std::string text = std::to_string(done) + " of " + std::to_string(total) + " documents";
  if (done == 0 || done == total) return text;
  std::chrono::duration<double> so_far = std::chrono::steady_clock::now() - began;
  return text + ", " + std::to_string(int(so_far.count() / done * (total - done) + 0.5)) + " s left";
}

// A command's words and progress on this terminal. The bar must outlive it.
CommandWatcher watcher_over(cli::ProgressBar& bar) {
  CommandWatcher watcher;
  watcher.progress = [&bar](double fraction, const std::string& text) { bar.update(fraction, text); };
  watcher.say = [&bar](const std::string& line) { cli::print_line(bar, line); };
  watcher.complain = [&bar](const std::string& line) { cli::complain(bar, "docquarry: " + line); };
  return watcher;
}

std::string ask(cli::ProgressBar& bar, const std::string& question) {
  bar.hide();
  std::fputs(question.c_str(), stdout);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

// Wishes that make no sense are found only where they are read.
int status_of_wishes(const Result<int>& outcome) {
  bool misused = !outcome && outcome.error().code().kind == ErrorKind::invalid;
  int status = status_of(outcome);
  return misused ? wrong_usage : status;
}

struct Run {
  const LoadedSettings& loaded;

  int operator()(const cli::ServeCommand&) const {
    log::start(loaded.settings.log_level);
    return status_of(serve(loaded.settings));
  }
  int operator()(const cli::ExtractCommand& command) const {
    log::start(log::Level::warn);
    ExtractWishes wishes{command.inputs, command.format, command.pages, command.password_file, command.output};
    using Show = cli::ProgressBar::Show;
    cli::ProgressBar bar(command.quiet ? Show::never : Show::when_on_a_terminal);
    auto began = std::chrono::steady_clock::now();
    ExtractWatcher watcher;
    watcher.progress = [&](int done, int total) { bar.update(double(done) / total, progress_text(done, total, began)); };
    watcher.complain = [&](const std::string& line) { cli::complain(bar, line); };
    return status_of_wishes(extract_on_command_line(loaded.settings, wishes, watcher));
  }
  int operator()(const cli::QueueCommand& command) const {
    QueueOrder order{command.action, command.timeout, command.read_only, command.repair, command.json};
    return with_bar(command.quiet, [&](auto&, const auto& watcher) { return look_after_queue(loaded.settings, order, watcher); });
  }
  int operator()(const cli::ImportRedisCommand& command) const {
    return with_bar(command.quiet,
                    [&](auto&, const auto& watcher) { return import_from_redis(loaded.settings, command.dry_run, watcher); });
  }
  int operator()(const cli::ResetCommand& command) const {
    return with_bar(command.quiet, [&](auto& bar, const auto& watcher) {
      ResetOrder order{command.dry_run,
                       command.force,
                       command.skip_database,
                       command.skip_redis,
                       command.skip_files,
                       command.skip_queue,
                       [&bar](const std::string& question) { return ask(bar, question); }};
      return reset_stores(loaded.settings, order, watcher);
    });
  }
  int operator()(const cli::MigrateStoreCommand& command) const {
    MigrateStoreOrder order{command.from_database, command.from_files, command.timeout};
    return with_bar(command.quiet, [&](auto&, const auto& watcher) { return migrate_to_stores(loaded.settings, order, watcher); });
  }
  int operator()(const cli::ClientCommand& command) const { return cli::run_client(command, loaded.settings.server); }
  int operator()(const cli::ConfigCommand&) const {
    std::fputs(describe(loaded.effective).c_str(), stdout);
    return 0;
  }
  int operator()(const cli::MigrateCommand&) const { return status_of(migrate_stores(loaded.settings)); }
  int operator()(const cli::PrintCommand&) const { return 0; }  // printed before the settings were read

  template <class Work>
  int with_bar(bool quiet, const Work& work) const {
    log::start(log::Level::warn);
    cli::ProgressBar bar(quiet ? cli::ProgressBar::Show::never : cli::ProgressBar::Show::when_on_a_terminal);
    return status_of_wishes(work(bar, watcher_over(bar)));
  }
};

int main_with(std::vector<std::string> arguments) {
  auto line = cli::parse_command_line(std::move(arguments));
  if (!line) {
    complain(line.error().message());
    return wrong_usage;
  }
  if (auto* print = std::get_if<cli::PrintCommand>(&line->command)) {
    std::fputs(print->text.c_str(), stdout);
    return 0;
  }
  std::vector<Assignment> flags;
  for (auto& flag : line->settings) flags.push_back({flag.name, flag.value, flag.flag});
  auto loaded = load_settings(std::move(flags));
  if (!loaded) {
    complain(loaded.error().message());
    return wrong_usage;
  }
  return std::visit(Run{*loaded}, line->command);
}

}  // namespace
}  // namespace docquarry

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of write(2), not the end of the process
  try {
    return docquarry::main_with({arguments + 1, arguments + count});
  } catch (const std::exception& defect) {
    std::fprintf(stderr, "docquarry: defect: %s\n", defect.what());
    return 1;
  }
}
