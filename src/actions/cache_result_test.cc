#include "actions/cache_result.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

namespace docquarry {
namespace {

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
  void cache_it(std::optional<std::string> body = std::nullopt) {
    boost::asio::co_spawn(loop, cache_result(catalogue.view, std::move(body)), boost::asio::detached);
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

  cache_it(result_at_hand(catalogue.view, {}, catalogue.earlier));
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

TEST_F(CacheResultTest, makes_of_what_is_at_hand_what_it_would_read) {
  have_page(3, "a \"quoted\" line\nand \xE6\xBC\xA2\t\\");
  have_page(5, "");
  have_page(6, "the last");
  ExtractionSummary summary;
  summary.seconds = 12.3456;
  summary.facts.page_count = 9;
  summary.facts.metadata.title = "A \"title\"";
  summary.facts.metadata.creation_date = "2026-01-02T03:04:05+01:00";
  summary.facts.metadata.modification_date = "yesterday";
  catalogue.known_facts = summary.facts;
  auto claimed = catalogue.view;
  claimed.state = TaskState::processing;
  claimed.extraction_seconds.reset();
  catalogue.view.summary = claimed.summary = "of the original's";
  catalogue.view.extraction_seconds = summary.seconds;

  auto at_hand = result_at_hand(claimed, summary, catalogue.earlier);
  cache_it();

  EXPECT_EQ(at_hand, cache.values.at("result:42").first);
}

TEST_F(CacheResultTest, reads_nothing_when_the_body_is_at_hand) {
  cache_it("the body");

  EXPECT_EQ(cache.values.at("result:42").first, "the body");
  EXPECT_EQ(catalogue.reads, 0);
}

}  // namespace
}  // namespace docquarry
