#include "base/all_of.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <stdexcept>
#include <string>

namespace docquarry {
namespace {

class AllOf : public testing::Test {
 protected:
  Async<int> answer(int number, int turns) {
    log += "+" + std::to_string(number);
    for (int i = 0; i < turns; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    log += "-" + std::to_string(number);
    if (number < 0) throw std::runtime_error("defect");
    co_return number;
  }
  std::vector<int> run(std::vector<Async<int>> works) {
    std::vector<int> results;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, all_of(std::move(works)), [&](std::exception_ptr error, std::vector<int> values) {
      thrown = error;
      results = std::move(values);
    });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    return results;
  }

  boost::asio::io_context loop;
  std::string log;
};

TEST_F(AllOf, runs_side_by_side_and_gives_results_in_the_order_of_the_work) {
  std::vector<Async<int>> works;
  works.push_back(answer(1, 5));
  works.push_back(answer(2, 1));

  EXPECT_EQ(run(std::move(works)), (std::vector<int>{1, 2}));
  EXPECT_EQ(log, "+1+2-2-1");
}

TEST_F(AllOf, is_done_at_once_without_work) { EXPECT_TRUE(run({}).empty()); }

TEST_F(AllOf, throws_what_was_thrown_after_all_have_ended) {
  std::vector<Async<int>> works;
  works.push_back(answer(-1, 0));
  works.push_back(answer(2, 3));

  EXPECT_THROW(run(std::move(works)), std::runtime_error);
  EXPECT_EQ(log, "+-1--1+2-2");
}

}  // namespace
}  // namespace docquarry
