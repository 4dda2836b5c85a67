#include "base/log.h"

#include "base/json_writer.h"
#include "base/time.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace docquarry::log {
namespace {

constexpr spdlog::level::level_enum spdlog_level[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                      spdlog::level::err, spdlog::level::off};
constexpr std::string_view level_name[] = {"debug", "info", "warn", "error", "off"};

// The line is complete JSON already, so the pattern is the bare message.
spdlog::logger& sink() {
  static auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("docquarry", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

void write(Level level, std::string_view event, const Error* failure, Fields fields) {
  auto severity = spdlog_level[int(level)];
  if (!sink().should_log(severity)) return;
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("time", to_rfc3339(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())));
  json.member("level", level_name[int(level)]).member("event", event);
  if (failure != nullptr) json.member("code", failure->code().name).member("error", failure->describe());
  for (const auto& field : fields) {
    json.key(field.name);
    std::visit([&](const auto& content) { json.value(content); }, field.value);
  }
  json.end_object();
  sink().log(severity, "{}", line);
}

}  // namespace

void start(Level level) { sink().set_level(spdlog_level[int(level)]); }

void debug(std::string_view event, Fields fields) { write(Level::debug, event, nullptr, fields); }
void info(std::string_view event, Fields fields) { write(Level::info, event, nullptr, fields); }
void warn(std::string_view event, Fields fields) { write(Level::warn, event, nullptr, fields); }
void warn(std::string_view event, const Error& error, Fields fields) { write(Level::warn, event, &error, fields); }
void error(std::string_view event, Fields fields) { write(Level::error, event, nullptr, fields); }
void error(std::string_view event, const Error& error, Fields fields) { write(Level::error, event, &error, fields); }

}  // namespace docquarry::log
