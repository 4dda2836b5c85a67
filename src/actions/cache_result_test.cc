#include "actions/cache_result.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include <map>

namespace docquarry {
namespace {

class MapCache : public ResultCache {
 public:
  std::map<std::string, std::pair<std::string, std::chrono::seconds>> values;
  Async<std::optional<std::string>> get(std::string) override { co_return std::nullopt; }
  Async<void> put(std::string key, std::string value, std::chrono::seconds time_to_live) override {
    values.insert_or_assign(std::move(key), std::pair(std::move(value), time_to_live));
    co_return;
  }
  Async<void> remove(std::string) override { co_return; }
};

class CacheResultTest : public testing::Test {
 protected:
  CacheResultTest() {
    catalogue.view.id = DocumentId(42);
    catalogue.view.filename = "a.pdf";
    catalogue.view.state = TaskState::completed;
    catalogue.view.extraction_seconds = 0.256;
  }
  void have_page(int number, std::string text) {
    Page page;
    page.number = number;
    page.text = std::move(text);
    catalogue.earlier.push_back(std::move(page));
  }
  void cache_it() {
    boost::asio::co_spawn(loop, cache_result(DocumentId(42)), boost::asio::detached);
    loop.restart();
    loop.run();
  }

  boost::asio::io_context loop;
  SmallCatalogue catalogue;
  MapCache cache;
  CacheResult cache_result{catalogue, cache, std::chrono::seconds(3600)};
};

TEST_F(CacheResultTest, keeps_the_body_of_the_original_under_its_key_for_its_time) {
  have_page(1, "one \"quoted\"");
  have_page(2, "two");

  cache_it();

  ASSERT_EQ(cache.values.size(), 1u);
  auto& [body, time_to_live] = cache.values.at("result:42");
  EXPECT_EQ(time_to_live, std::chrono::seconds(3600));
  EXPECT_EQ(
      body,
      R"({"task_id":"42","filename":"a.pdf","page_count":0,"text":"one \"quoted\"\n\ntwo","metadata":{"author":null,"creator":null,)"
      R"("producer":null,"subject":null,"title":null,"creation_date":null,"modification_date":null},)"
      R"("extraction_time_seconds":0.26,"summary":null})");
}

TEST_F(CacheResultTest, leaves_out_what_is_large_repeated_or_not_completed) {
  have_page(1, std::string(largest_cached_result, 'x'));
  cache_it();
  EXPECT_TRUE(cache.values.empty());

  catalogue.earlier.clear();
  have_page(1, "short");
  catalogue.view.generation = 2;
  cache_it();
  EXPECT_TRUE(cache.values.empty());

  catalogue.view.generation = 1;
  catalogue.view.state = TaskState::failed;
  cache_it();
  EXPECT_TRUE(cache.values.empty());
}

}  // namespace
}  // namespace docquarry
