#include "api/store_checks.h"

#include "base/all_of.h"

namespace docquarry::api {

Async<StoreChecks> check_stores(Services& services) {
  std::vector<Async<Result<void>>> asked;
  asked.push_back(services.catalogue.check());
  asked.push_back(services.files.check());
  asked.push_back(services.queue.check());
  auto answers = co_await all_of(std::move(asked));
  StoreChecks checks;
  checks.database = std::move(answers[0]);
  checks.storage = std::move(answers[1]);
  checks.queue_answers = answers[2].has_value();
  checks.live_state_answers = !services.live_state_answers || services.live_state_answers();
  co_return checks;
}

}  // namespace docquarry::api
