#include "actions/read_result.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

namespace docquarry {
namespace {

class ReadResultTest : public testing::Test {
 protected:
  Result<std::string> read(ResultFormat format, std::vector<PageRange> wanted = {}) {
    Result<std::string> outcome = fail(internal_error, "did not end");
    PageParts parts{.text = true, .markdown = true};
    auto work = [&]() -> Async<Result<std::string>> {
      CO_TRY(auto source, co_await results.open(catalogue.view, format, parts, std::move(wanted)));
      std::string text;
      std::byte block[11];
      while (true) {
        CO_TRY(auto got, co_await source->read(block));
        if (got == 0) co_return text;
        text.append(reinterpret_cast<const char*>(block), got);
      }
    };
    auto wrapped = [&]() -> Async<void> { outcome = co_await work(); };
    boost::asio::co_spawn(loop, wrapped(), boost::asio::detached);
    loop.restart();
    loop.run();
    return outcome;
  }
  void have_pages(int count) {
    for (int number = 1; number <= count; ++number) {
      Page page;
      page.number = number;
      page.text = "text " + std::to_string(number);
      catalogue.earlier.push_back(page);
    }
  }
  ProgressEvent event(TaskState state) {
    ProgressEvent made;
    made.standing.state = state;
    return made;
  }

  boost::asio::io_context loop;
  SmallCatalogue catalogue;
  RecordingBoard board;
  ReadResult results{catalogue, board};
};

TEST_F(ReadResultTest, gives_all_pages_of_a_completed_document) {
  catalogue.view.state = TaskState::completed;
  have_pages(3);

  auto text = read(ResultFormat::text);

  ASSERT_TRUE(text);
  EXPECT_NE(text->find("text 1"), text->npos);
  EXPECT_NE(text->find("text 3"), text->npos);
}

TEST_F(ReadResultTest, gives_only_the_wanted_pages) {
  catalogue.view.state = TaskState::completed;
  have_pages(5);

  auto text = read(ResultFormat::text, parse_page_ranges("2,4-").value());

  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("text 1"), text->npos);
  EXPECT_NE(text->find("text 2"), text->npos);
  EXPECT_EQ(text->find("text 3"), text->npos);
  EXPECT_NE(text->find("text 5"), text->npos);
}

TEST_F(ReadResultTest, follows_a_running_task_until_its_end) {
  catalogue.view.state = TaskState::processing;
  have_pages(1);
  board.events = {event(TaskState::processing), event(TaskState::completed)};
  // The second page is saved together with the completion.
  board.before_event = [&](const ProgressEvent& happened) {
    if (is_final(happened.standing.state)) have_pages(2);
  };

  auto lines = read(ResultFormat::ndjson);

  ASSERT_TRUE(lines);
  EXPECT_NE(lines->find("text 1"), lines->npos);
  EXPECT_NE(lines->find("text 2"), lines->npos);
  EXPECT_NE(lines->find("COMPLETED"), lines->npos);
}

TEST_F(ReadResultTest, has_nothing_to_give_before_the_end_or_after_a_failure) {
  catalogue.view.state = TaskState::processing;
  EXPECT_TRUE(read(ResultFormat::json).error().is(not_finished));
  catalogue.view.state = TaskState::failed;
  EXPECT_TRUE(read(ResultFormat::json).error().is(no_result));
}

}  // namespace
}  // namespace docquarry
