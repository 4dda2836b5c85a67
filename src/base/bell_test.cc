#include "base/bell.h"

#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>

#include <string>

namespace docquarry {
namespace {

// Waits, and tells how that ended.
class Waiting {
 public:
  template <class What>
  Waiting(boost::asio::io_context& loop, What& what) : loop_(loop) {
    auto ended = [this](std::exception_ptr error) { outcome = error ? "cancelled" : "woken"; };
    boost::asio::co_spawn(loop, what.wait(), boost::asio::bind_cancellation_slot(signal_.slot(), ended));
    run();
  }
  Waiting(const Waiting&) = delete;
  ~Waiting() {
    cancel();
    run();
  }
  void cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }
  std::string outcome = "waiting";

 private:
  void run() {
    loop_.restart();
    loop_.poll();
  }

  boost::asio::io_context& loop_;
  boost::asio::cancellation_signal signal_;
};

class BellTest : public testing::Test {
 protected:
  // Within one step of the loop, before anybody who is woken goes on.
  template <class Happening>
  void at_one_moment(Happening happening) {
    boost::asio::post(loop, happening);
    run();
  }
  void run() {
    loop.restart();
    loop.poll();
  }
  boost::asio::io_context loop;
};

TEST_F(BellTest, wakes_one_after_the_other) {
  Bell bell(loop, 10);
  Waiting first(loop, bell), second(loop, bell);

  bell.ring();
  run();
  EXPECT_EQ(first.outcome, "woken");
  EXPECT_EQ(second.outcome, "waiting");
  EXPECT_TRUE(bell.is_anyone_waiting());

  bell.ring();
  run();
  EXPECT_EQ(second.outcome, "woken");
  EXPECT_FALSE(bell.is_anyone_waiting());
}

TEST_F(BellTest, keeps_as_many_rings_as_it_may) {
  Bell bell(loop, 2);
  for (int i = 0; i < 5; ++i) bell.ring();

  EXPECT_TRUE(bell.heard());
  EXPECT_EQ(Waiting(loop, bell).outcome, "woken");
  EXPECT_FALSE(bell.heard());
}

TEST_F(BellTest, gives_a_ring_that_reached_somebody_cancelled_to_the_next) {
  Bell bell(loop, 10);
  Waiting first(loop, bell), second(loop, bell);

  at_one_moment([&] {
    bell.ring();
    first.cancel();
  });

  EXPECT_EQ(first.outcome, "cancelled");
  EXPECT_EQ(second.outcome, "woken");
  EXPECT_FALSE(bell.heard());
}

TEST_F(BellTest, keeps_a_ring_that_reached_only_somebody_cancelled) {
  Bell bell(loop, 10);
  Waiting only(loop, bell);

  at_one_moment([&] {
    bell.ring();
    only.cancel();
  });

  EXPECT_EQ(only.outcome, "cancelled");
  EXPECT_TRUE(bell.heard());
}

TEST_F(BellTest, passes_over_who_was_cancelled_before) {
  Bell bell(loop, 10);
  Waiting first(loop, bell), second(loop, bell);
  first.cancel();
  run();

  bell.ring();
  run();

  EXPECT_EQ(first.outcome, "cancelled");
  EXPECT_EQ(second.outcome, "woken");
}

using WakeupTest = BellTest;

TEST_F(WakeupTest, wakes_all_who_wait_and_nobody_who_comes_later) {
  Wakeup wakeup(loop);
  Waiting first(loop, wakeup), second(loop, wakeup);

  wakeup.wake();
  run();
  Waiting third(loop, wakeup);

  EXPECT_EQ(first.outcome, "woken");
  EXPECT_EQ(second.outcome, "woken");
  EXPECT_EQ(third.outcome, "waiting");
}

TEST_F(WakeupTest, ends_for_who_is_cancelled_also_when_woken_at_the_same_moment) {
  Wakeup wakeup(loop);
  Waiting cancelled(loop, wakeup), both(loop, wakeup), neither(loop, wakeup);

  cancelled.cancel();
  run();
  EXPECT_EQ(cancelled.outcome, "cancelled");
  EXPECT_EQ(neither.outcome, "waiting");

  at_one_moment([&] {
    wakeup.wake();
    both.cancel();
  });
  EXPECT_EQ(both.outcome, "cancelled");
  EXPECT_EQ(neither.outcome, "woken");
}

}  // namespace
}  // namespace docquarry
