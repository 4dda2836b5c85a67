#include "base/fault.h"

#ifdef DOCQUARRY_FAULTS

#include "base/log.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace docquarry {
namespace {

constexpr ErrorCode injected_fault{"injected_fault", ErrorKind::unavailable, true, "A test made this step fail."};

struct Plan {
  std::string point;
  int hits_left;
  std::string action;
};

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == by) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

std::vector<Plan> plans_from_environment() {
  std::vector<Plan> plans;
  const char* text = std::getenv("DOCQUARRY_FAULT");
  if (text == nullptr || *text == '\0') return plans;
  for (const auto& entry : split(text, ',')) {
    auto fields = split(entry, ':');
    if (fields.size() != 3) std::abort();  // a test that misspells its plan must not pass
    plans.push_back({fields[0], std::atoi(fields[1].c_str()), fields[2]});
  }
  return plans;
}

Result<void> act(const std::string& action, std::string_view name) {
  log::warn("fault injected", {{"point", name}, {"action", action}});
  if (action == "kill") std::raise(SIGKILL);
  if (action == "stop") std::raise(SIGSTOP);
  if (action.starts_with("delay=")) std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(action.c_str() + 6)));
  if (action == "error") return fail(injected_fault, "injected at " + std::string(name));
  return {};
}

std::vector<Plan>& all_plans() {
  static std::vector<Plan> plans = plans_from_environment();
  return plans;
}

}  // namespace

bool fault_switch(std::string_view name) {
  return std::ranges::any_of(all_plans(), [&](const Plan& plan) { return plan.point == name && plan.action == "on"; });
}

Result<void> fault_point(std::string_view name) {
  static std::mutex mutex;
  auto& plans = all_plans();
  std::string action;
  {
    std::lock_guard lock(mutex);
    for (auto& plan : plans)
      if (plan.point == name && --plan.hits_left == 0) action = plan.action;
  }
  return action.empty() ? Result<void>{} : act(action, name);
}

}  // namespace docquarry

#endif
