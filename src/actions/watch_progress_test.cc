#include "actions/watch_progress.h"

#include "actions/fakes_test.h"
#include "tests/contracts/run.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

class RememberingBoard : public RecordingBoard {
 public:
  std::optional<Standing> known;
  Async<std::optional<Standing>> latest(DocumentId) override { co_return known; }
};

class WatchProgressTest : public testing::Test {
 protected:
  // What is shown when the board remembers this and the document is PENDING.
  TaskState shown_for(TaskState remembered) {
    board.known.emplace();
    board.known->state = remembered;
    catalogue.view.state = TaskState::pending;
    return contracts::must(contracts::run(loop, watch.standing(DocumentId(1)))).state;
  }

  boost::asio::io_context loop;
  Signal stopping{loop};
  SmallCatalogue catalogue;
  RememberingBoard board;
  WatchProgress watch{catalogue, board, stopping};
};

TEST_F(WatchProgressTest, believes_the_board) {
  EXPECT_EQ(shown_for(TaskState::processing), TaskState::processing);
  EXPECT_EQ(shown_for(TaskState::completed), TaskState::completed);
}

TEST_F(WatchProgressTest, asks_the_database_about_a_failure_because_a_command_may_have_started_the_document_again) {
  EXPECT_EQ(shown_for(TaskState::failed), TaskState::pending);
}

}  // namespace
}  // namespace docquarry
