// Many processes look at the switches; turning one must not leave anybody behind who looked before.

#include "drivers/postgres/postgres_stores_test.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

TEST(PostgresSwitches, waits_for_whoever_may_have_looked_before_it_was_turned) {
  PostgresStores stores;
  auto claiming = stores.server().hold("SELECT 1 FROM switches; UPDATE tasks SET priority = 1");
  bool done = false;
  auto turned = [&](std::exception_ptr, Result<void> outcome) {
    EXPECT_TRUE(outcome.has_value());
    done = true;
  };
  boost::asio::co_spawn(stores.loop(), stores.control().turn_on(Switch::paused, stores.clock.now()), turned);

  auto is_waiting = [&] {
    return stores.server().execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'") == "1";
  };
  while (!done && !is_waiting()) {
    stores.loop().restart();
    stores.loop().run_for(5ms);
  }
  EXPECT_FALSE(done);
  EXPECT_EQ(stores.server().execute("SELECT count(*) FROM switches"), "1") << "who looks from now on sees it";
  stores.server().go_on(claiming, "COMMIT");
  contracts::run_until(stores.loop(), done);
}

}  // namespace
}  // namespace docquarry
