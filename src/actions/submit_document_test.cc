#include "actions/submit_document.h"

#include "actions/fakes_test.h"

#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include <cstring>

namespace docquarry {
namespace {

class Bytes : public ByteSource {
 public:
  // `piece`: how many bytes a read gives at most.
  explicit Bytes(std::string content, std::size_t piece = 7) : content_(std::move(content)), piece_(piece) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    std::size_t size = std::min({into.size(), piece_, content_.size() - position_});
    std::memcpy(into.data(), content_.data() + position_, size);
    position_ += size;
    co_return size;
  }

 private:
  std::string content_;
  std::size_t piece_, position_ = 0;
};

class CountingIds : public IdSource {
 public:
  std::string next() override { return std::to_string(++last_); }

 private:
  int last_ = 0;
};

class SilentQueue : public TaskQueue {
 public:
  int announced = 0;
  bool down = false;
  Async<Result<void>> announce(TaskTicket) override {
    if (down) co_return fail(connection_failed, "no queue");
    ++announced;
    co_return Result<void>{};
  }
  Async<Result<void>> wait() override { co_return Result<void>{}; }
  Async<Result<void>> check() override { co_return Result<void>{}; }
};

class SubmitDocumentTest : public testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    std::optional<T> outcome;
    auto wrapped = [&]() -> Async<void> { outcome.emplace(co_await std::move(work)); };
    boost::asio::co_spawn(loop, wrapped(), boost::asio::detached);
    loop.restart();
    loop.run();
    return std::move(*outcome);
  }
  Result<StagedFile> stage(const std::string& content, const std::string& name = "a.pdf") {
    Bytes bytes(content);
    return run(submit.stage(name, bytes));
  }
  Result<Accepted> accept(std::optional<std::string> key, const std::string& content = "%PDF-1.7 one") {
    Submission submission;
    submission.files.push_back(stage(content).value());
    submission.idempotency_key = std::move(key);
    return run(submit.accept(std::move(submission)));
  }

  boost::asio::io_context loop;
  MapFiles files;
  SmallCatalogue catalogue;
  SilentQueue queue;
  RecordingBoard board;
  FixedClock clock;
  CountingIds ids;
  Metrics metrics;
  SubmitDocument submit{files, catalogue, queue, board, clock, ids, metrics, {.file_bytes = 2000}};
};

TEST_F(SubmitDocumentTest, stores_the_bytes_as_they_came_however_they_were_cut) {
  std::string content = std::string(900, 'x') + "%PDF-1.7" + std::string(500, 'y');

  auto staged = stage(content);

  ASSERT_TRUE(staged);
  EXPECT_EQ(files.objects.at(staged->content), content);
  EXPECT_EQ(staged->stored.bytes, content.size());
}

TEST_F(SubmitDocumentTest, refuses_what_may_not_be_stored_and_keeps_nothing_of_it) {
  EXPECT_TRUE(stage("").error().is(empty_file));
  EXPECT_TRUE(stage("GIF89a").error().is(not_a_pdf));
  EXPECT_TRUE(stage("%PDF-1.7" + std::string(1993, 'x')).error().is(file_too_large));
  EXPECT_TRUE(stage("%PDF-1.7", "a\nb.pdf").error().is(invalid_file_name));
  EXPECT_TRUE(files.objects.empty());
  EXPECT_TRUE(stage("%PDF-1.7" + std::string(1992, 'x')));  // exactly the limit
}

TEST_F(SubmitDocumentTest, announces_after_recording_and_survives_a_silent_queue) {
  queue.down = true;

  auto accepted = accept(std::nullopt);

  ASSERT_TRUE(accepted);
  EXPECT_EQ(catalogue.added.size(), 1u);
  EXPECT_EQ(board.posted.at(0).state, TaskState::pending);
}

TEST_F(SubmitDocumentTest, removes_the_files_when_they_were_not_recorded) {
  for (const ErrorCode* refusal : {&user_not_found, &storage_full}) {
    catalogue.refusal = refusal;

    EXPECT_TRUE(accept(std::nullopt).error().is(*refusal));

    EXPECT_TRUE(files.objects.empty());
  }
  EXPECT_EQ(queue.announced, 0);
}

TEST_F(SubmitDocumentTest, keeps_the_files_when_they_may_have_been_recorded) {
  catalogue.refusal = &database_unavailable;

  EXPECT_TRUE(accept(std::nullopt).error().is(database_unavailable));

  EXPECT_EQ(files.objects.size(), 1u);
}

TEST_F(SubmitDocumentTest, answers_a_repeated_request_with_the_documents_of_the_first) {
  auto first = accept("key");
  auto second = accept("key");

  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->replayed);
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->tickets[0].document, first->tickets[0].document);
  EXPECT_EQ(catalogue.added.size(), 1u);
  EXPECT_EQ(files.objects.size(), 1u);  // the second copy is gone
}

TEST_F(SubmitDocumentTest, answers_with_the_documents_of_another_process_that_was_quicker_with_the_same_request) {
  catalogue.of_a_quicker_process = DocumentId(77);

  auto answered = accept("key");

  ASSERT_TRUE(answered);
  EXPECT_TRUE(answered->replayed);
  EXPECT_EQ(answered->tickets[0].document, DocumentId(77));
  EXPECT_TRUE(files.objects.empty());  // our copy is gone
}

TEST_F(SubmitDocumentTest, refuses_a_key_that_was_used_for_something_else) {
  ASSERT_TRUE(accept("key"));

  EXPECT_TRUE(accept("key", "%PDF-1.7 two").error().is(key_reused));

  EXPECT_EQ(files.objects.size(), 1u);
}

}  // namespace
}  // namespace docquarry
