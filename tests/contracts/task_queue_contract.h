// What every TaskQueue must do. A driver's test instantiates the suite with a type that has queue() and loop().
#pragma once

#include "ports/task_queue.h"
#include "tests/contracts/run.h"

#include <gtest/gtest.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace docquarry::contracts {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;

// A fixture whose server is slow with long queues may say how many are many.
template <class Fixture>
constexpr int many_rings() {
  if constexpr (requires { Fixture::many_rings; }) return Fixture::many_rings;
  else return 3000;
}

template <class Fixture>
class TaskQueueContract : public testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    return contracts::run(stores.loop(), std::move(work));
  }
  bool rings_within(std::chrono::milliseconds time) { return run(with_timeout(time, stores.queue().wait())).has_value(); }

  Fixture stores;
};
TYPED_TEST_SUITE_P(TaskQueueContract);

TYPED_TEST_P(TaskQueueContract, wakes_one_who_waits) {
  bool woken = false;
  auto worker = [&]() -> Async<void> {
    must(co_await this->stores.queue().wait());
    woken = true;
  };
  auto client = [&]() -> Async<void> { must(co_await this->stores.queue().announce(TaskTicket())); };
  auto both = [&]() -> Async<void> { co_await (worker() && client()); };

  contracts::run(this->stores.loop(), both());

  EXPECT_TRUE(woken);
}

TYPED_TEST_P(TaskQueueContract, remembers_rings_that_nobody_waited_for) {
  must(this->run(this->stores.queue().announce(TaskTicket())));
  must(this->run(this->stores.queue().announce(TaskTicket())));

  EXPECT_TRUE(this->rings_within(10s));
  EXPECT_TRUE(this->rings_within(10s));
  EXPECT_FALSE(this->rings_within(50ms));
}

TYPED_TEST_P(TaskQueueContract, loses_no_ring_to_a_waiter_that_was_cancelled) {
  EXPECT_FALSE(this->rings_within(20ms));
  EXPECT_FALSE(this->rings_within(20ms));
  must(this->run(this->stores.queue().announce(TaskTicket())));

  EXPECT_TRUE(this->rings_within(10s));
}

TYPED_TEST_P(TaskQueueContract, takes_more_rings_than_anybody_will_hear) {
  std::vector<Async<Result<void>>> rings;
  for (int i = 0; i < many_rings<TypeParam>(); ++i) rings.push_back(this->stores.queue().announce(TaskTicket()));
  for (auto& rung : run_all(this->stores.loop(), std::move(rings))) must(std::move(rung));

  EXPECT_TRUE(this->rings_within(10s));
}

TYPED_TEST_P(TaskQueueContract, says_that_announcements_get_through_and_rings_nobody) {
  must(this->run(this->stores.queue().check()));
  EXPECT_FALSE(this->rings_within(50ms));
  must(this->run(this->stores.queue().announce(TaskTicket())));
  must(this->run(this->stores.queue().check()));

  EXPECT_TRUE(this->rings_within(10s));
  EXPECT_FALSE(this->rings_within(50ms));
}

REGISTER_TYPED_TEST_SUITE_P(TaskQueueContract, wakes_one_who_waits, remembers_rings_that_nobody_waited_for,
                            says_that_announcements_get_through_and_rings_nobody, loses_no_ring_to_a_waiter_that_was_cancelled,
                            takes_more_rings_than_anybody_will_hear);

}  // namespace docquarry::contracts
