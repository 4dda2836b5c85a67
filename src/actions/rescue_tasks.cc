#include "actions/rescue_tasks.h"

namespace docquarry {

Async<Result<int>> RescueTasks::operator()() {
  constexpr int at_once = 100;
  auto now = clock_.now();
  CO_TRY(auto tickets, co_await ledger_.take_unannounced(now, now - grace_, at_once));
  for (auto& ticket : tickets) {
    CO_CHECK(co_await queue_.announce(ticket));
    metrics_.tasks_rescued.Increment();
  }
  co_return int(tickets.size());
}

}  // namespace docquarry
