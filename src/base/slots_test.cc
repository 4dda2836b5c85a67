#include "base/slots.h"

#include "base/signal.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include <vector>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

TEST(Slots, the_next_waits_until_a_holder_is_gone) {
  boost::asio::io_context loop;
  Slots slots(loop, 1);
  std::vector<std::string> order;
  Signal first_may_end(loop);
  auto first = [&]() -> Async<void> {
    auto held = co_await slots.take();
    order.push_back("first has it");
    co_await first_may_end.wait();
    order.push_back("first ends");
  };
  auto second = [&]() -> Async<void> {
    auto held = co_await slots.take();
    order.push_back("second has it");
  };
  boost::asio::co_spawn(loop, first(), boost::asio::detached);
  boost::asio::co_spawn(loop, second(), boost::asio::detached);

  loop.poll();
  EXPECT_EQ(order, std::vector<std::string>({"first has it"}));
  first_may_end.raise();
  loop.run();

  EXPECT_EQ(order, std::vector<std::string>({"first has it", "first ends", "second has it"}));
}

TEST(Slots, a_cancelled_waiter_takes_nothing) {
  boost::asio::io_context loop;
  Slots slots(loop, 1);
  bool taken_again = false;
  auto run = [&]() -> Async<void> {
    {
      auto held = co_await slots.take();
      Signal now(loop);
      now.raise();
      auto outcome = co_await (slots.take() || now.wait());
      EXPECT_EQ(outcome.index(), 1u);
    }
    auto again = slots.try_take();
    taken_again = again.has_value();
    EXPECT_FALSE(slots.try_take().has_value());
  };
  boost::asio::co_spawn(loop, run(), boost::asio::detached);
  loop.run();

  EXPECT_TRUE(taken_again);
}

TEST(Signal, wakes_all_who_wait_and_all_who_come_later) {
  boost::asio::io_context loop;
  Signal signal(loop);
  int woken = 0;
  auto wait = [&]() -> Async<void> {
    co_await signal.wait();
    ++woken;
  };
  boost::asio::co_spawn(loop, wait(), boost::asio::detached);
  boost::asio::co_spawn(loop, wait(), boost::asio::detached);
  loop.poll();
  EXPECT_EQ(woken, 0);

  signal.raise();
  boost::asio::co_spawn(loop, wait(), boost::asio::detached);
  loop.run();

  EXPECT_EQ(woken, 3);
}

}  // namespace
}  // namespace docquarry
