#include "app/drain_tasks.h"

#include "app/setting_values.h"
#include "app/spoken.h"
#include "domain/error_codes.h"

#include <algorithm>

namespace docquarry {

using namespace std::chrono_literals;

Async<Result<bool>> DrainTasks::operator()(std::optional<std::chrono::milliseconds> timeout) {
  auto began = std::chrono::steady_clock::now();
  CO_CHECK(co_await control_.turn_on(Switch::paused, clock_.now()));
  std::int64_t most = 0;
  while (true) {
    CO_TRY(auto overview, co_await control_.overview(clock_.now(), 0));
    if (overview.running == 0) co_return true;
    most = std::max(most, overview.running);
    auto waited = std::chrono::steady_clock::now() - began;
    watcher_.progress(1 - double(overview.running) / double(most),
                      counted(overview.running, "task") + " still running, waiting for " +
                          spoken(std::chrono::duration_cast<std::chrono::seconds>(waited)));
    if (timeout && waited >= *timeout) {
      watcher_.complain(counted(overview.running, "task") +
                        " still running. Claims stay paused: drain again, or end it with docquarry queue resume.");
      co_return false;
    }
    co_await pause_for(500ms);  // the ends of tasks ring no bell that reaches every process
  }
}

Result<std::optional<std::chrono::milliseconds>> timeout_of(const std::string& text) {
  if (text.empty()) return std::optional<std::chrono::milliseconds>();
  auto time = parse_duration(text, 0ms, 7 * 24h);
  if (!time) return fail(invalid_request, "--timeout " + time.error().message());
  return std::optional(*time);
}

}  // namespace docquarry
