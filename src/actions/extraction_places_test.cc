#include "actions/extraction_places.h"

#include "base/signal.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

namespace docquarry {
namespace {

class NamedExtractor : public Extractor {
 public:
  explicit NamedExtractor(std::string given) : name_(std::move(given)) {}
  std::string name() const override { return name_; }
  Async<Result<ExtractionSummary>> extract(ReadOnlyFile, ExtractionOptions, std::vector<int>, PageSink&) override {
    co_return ExtractionSummary();
  }

 private:
  std::string name_;
};

class ExtractionPlacesTest : public testing::Test {
 protected:
  // Documents of these owners in turn, all waiting from the start; which extractor each one got.
  std::vector<std::string> names_for(std::vector<int> owners, bool batches) {
    int opened = 0;
    ExtractionPlaces::OpenBatch open_batch;
    if (batches) open_batch = [&] { return std::make_unique<NamedExtractor>("batch " + std::to_string(++opened)); };
    ExtractionPlaces places(loop, 1, shared, open_batch);
    std::vector<std::string> names;
    Signal all_are_waiting(loop);
    auto one = [&](int owner) -> Async<void> {
      auto place = co_await places.take(UserId(owner));
      names.push_back(place.extractor().name());
      co_await all_are_waiting.wait();
    };
    for (int owner : owners) boost::asio::co_spawn(loop, one(owner), boost::asio::detached);
    loop.restart();
    loop.poll();
    all_are_waiting.raise();
    loop.run();
    return names;
  }

  boost::asio::io_context loop;
  NamedExtractor shared{"shared"};
};

TEST_F(ExtractionPlacesTest, everybody_uses_the_shared_extractor_at_the_level_document) {
  EXPECT_EQ(names_for({1, 1, 2}, false), std::vector<std::string>({"shared", "shared", "shared"}));
}

TEST_F(ExtractionPlacesTest, one_owner_keeps_a_child_and_another_never_gets_it) {
  EXPECT_EQ(names_for({1, 1, 2, 2, 1}, true), std::vector<std::string>({"batch 1", "batch 1", "batch 2", "batch 2", "batch 3"}));
}

TEST_F(ExtractionPlacesTest, a_child_is_thrown_away_when_nobody_waits) {
  int opened = 0;
  ExtractionPlaces places(loop, 1, shared, [&] { return std::make_unique<NamedExtractor>(std::to_string(++opened)); });
  auto twice = [&]() -> Async<void> {
    for (int i = 0; i < 2; ++i) auto place = co_await places.take(UserId(1));
  };
  boost::asio::co_spawn(loop, twice(), boost::asio::detached);
  loop.run();

  EXPECT_EQ(opened, 2);
}

}  // namespace
}  // namespace docquarry
