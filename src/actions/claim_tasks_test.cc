#include "actions/claim_tasks.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

namespace docquarry {
namespace {

class ClaimTasksTest : public testing::Test {
 protected:
  std::size_t claim() {
    ClaimTasks claim(ledger, catalogue, board, clock, metrics, WorkerId("host/1/a"), ProcessingRules());
    Result<std::vector<ClaimedTask>> claimed;
    auto work = [&]() -> Async<void> { claimed = co_await claim(10); };
    boost::asio::co_spawn(loop, work(), boost::asio::detached);
    loop.run();
    return claimed.value().size();
  }

  boost::asio::io_context loop;
  RecordingLedger ledger;
  SmallCatalogue catalogue;
  RecordingBoard board;
  FixedClock clock;
  Metrics metrics;
};

TEST_F(ClaimTasksTest, tells_those_who_wait_for_a_task_that_the_claim_ended) {
  ledger.next_claim.tasks.resize(2);
  ledger.next_claim.ended = {DocumentId(7)};
  catalogue.view.id = DocumentId(7);
  catalogue.view.state = TaskState::failed;

  EXPECT_EQ(claim(), 2u);

  ASSERT_EQ(board.posted.size(), 1u);
  EXPECT_EQ(board.posted[0].document, DocumentId(7));
  EXPECT_EQ(board.posted[0].state, TaskState::failed);
  EXPECT_NE(metrics.render().find("FAILED"), std::string::npos);
}

TEST_F(ClaimTasksTest, tells_nothing_of_a_document_that_was_started_again_meanwhile) {
  ledger.next_claim.ended = {DocumentId(7)};
  catalogue.view.state = TaskState::pending;

  EXPECT_EQ(claim(), 0u);

  EXPECT_TRUE(board.posted.empty());
}

}  // namespace
}  // namespace docquarry
