#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/llamaparse/llamacloud_stub_test.h"
#include "drivers/llamaparse/llamaparse_extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>

#include <functional>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

class StillClock : public Clock {
 public:
  Timestamp now() const override { return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now()); }
};

class NumberedIds : public IdSource {
 public:
  std::string next() override { return "mark-" + std::to_string(++last_); }

 private:
  int last_ = 0;
};

// Keeps pages and notes, as a task does.
class Collected : public PageSink {
 public:
  Async<Result<void>> expect(int all, int of_file) override {
    expected = all;
    page_count = of_file;
    co_return Result<void>{};
  }
  Async<Result<void>> add(Page page) override {
    largest = std::max(largest, page.text.size());
    if (keep) pages.push_back(std::move(page));
    else ++dropped;
    if (on_page) on_page();
    co_return Result<void>{};
  }
  ExtractionNote noted() const override { return last_note; }
  Async<Result<void>> note(ExtractionNote note) override {
    last_note = note;
    ++notes;
    if (on_note) on_note(note);
    co_return Result<void>{};
  }

  std::vector<Page> pages;
  int expected = 0, page_count = 0, notes = 0, dropped = 0;
  std::size_t largest = 0;
  bool keep = true;
  ExtractionNote last_note;
  std::function<void()> on_page;
  std::function<void(const ExtractionNote&)> on_note;
};

class LlamaParse : public testing::Test {
 protected:
  using Summary = Result<ExtractionSummary>;

  LlamaParse() {
    options.base_url = stub.url();
    options.api_key = stub.key();
    options.first_poll = 5ms;
    options.longest_poll = 20ms;
    options.first_pause = 2ms;
    options.longest_pause = 10ms;
  }

  Summary extract(const std::string& content, ExtractionOptions wishes = {}, std::vector<int> skip = {}) {
    LlamaParseExtractor extractor(loop, helpers, clock, ids, options);
    Summary summary = fail(internal_error, "it did not end");
    auto run = [&]() -> Async<void> {
      auto file = file_with(content);
      summary = co_await extractor.extract(std::move(file), wishes, skip, sink);
    };
    boost::asio::co_spawn(loop, run(), [](std::exception_ptr defect) {
      if (defect) std::rethrow_exception(defect);
    });
    loop.restart();
    loop.run();
    return summary;
  }

  // The error that a document ends with; never holds the key.
  Error refused(const std::string& content, ExtractionOptions wishes = {}) {
    auto summary = extract(content, std::move(wishes));
    if (summary) {
      ADD_FAILURE() << "it was extracted";
      return Error(internal_error, "");
    }
    EXPECT_EQ(summary.error().describe().find(options.api_key), std::string::npos);
    return summary.error();
  }

  LlamaCloudStub stub;
  boost::asio::io_context loop;
  boost::asio::thread_pool helpers{1};
  StillClock clock;
  NumberedIds ids;
  LlamaParseOptions options;
  Collected sink;
};

TEST_F(LlamaParse, brings_text_and_markdown_of_every_page_with_job_and_credits) {
  auto summary = extract(document(R"({"pages":["one","two","three"],"polls":2})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  ASSERT_EQ(sink.pages.size(), 3u);
  EXPECT_EQ(sink.pages[1].number, 2);
  EXPECT_EQ(sink.pages[1].text, "two");
  EXPECT_EQ(sink.pages[1].markdown, "# Page 2\n\ntwo");
  EXPECT_EQ(sink.pages[1].lines, R"({"fonts":[],"lines":[]})");
  EXPECT_TRUE(sink.pages[1].has_text_layer);
  EXPECT_EQ(sink.expected, 3);
  EXPECT_EQ(sink.page_count, 3);
  EXPECT_EQ(summary->facts.page_count, 3);
  EXPECT_EQ(summary->extractor, "llamaparse-cost_effective");
  EXPECT_EQ(summary->job, std::string(stub.jobs().at(0).at("id").as_string()));
  EXPECT_EQ(summary->credits, 9.0);
  EXPECT_FALSE(summary->partial);
}

TEST_F(LlamaParse, needs_five_requests_for_a_document_that_is_read_at_once) {
  auto summary = extract(document(R"({"pages":2})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(stub.count("POST /api/v1/beta/files"), 1);
  EXPECT_EQ(stub.count("POST /api/v2/parse"), 1);
  EXPECT_EQ(stub.count("GET /api/v2/parse/"), 3);
  EXPECT_EQ(stub.count(""), 5);
}

TEST_F(LlamaParse, sends_a_large_file_whole) {
  std::string content = document(R"({"pages":1})") + std::string(3'000'000, 'x');

  ASSERT_TRUE(extract(content));

  EXPECT_EQ(stub.files(), 1u);
}

TEST_F(LlamaParse, asks_for_the_wanted_pages_only_and_keeps_their_numbers) {
  ExtractionOptions wishes;
  wishes.pages = {{2, 3}, {5, 0}};

  auto summary = extract(document(R"({"pages":6})"), wishes);

  ASSERT_TRUE(summary) << summary.error().describe();
  std::vector<int> numbers;
  for (const auto& page : sink.pages) numbers.push_back(page.number);
  EXPECT_EQ(numbers, std::vector<int>({2, 3, 5, 6}));
  EXPECT_EQ(summary->credits, 12.0);
}

TEST_F(LlamaParse, leaves_out_pages_that_are_saved_already) {
  auto summary = extract(document(R"({"pages":4})"), {}, {1, 2});

  ASSERT_TRUE(summary) << summary.error().describe();
  ASSERT_EQ(sink.pages.size(), 2u);
  EXPECT_EQ(sink.pages[0].number, 3);
  EXPECT_EQ(sink.expected, 4);
}

TEST_F(LlamaParse, delivers_a_page_that_could_not_be_read_with_its_fault) {
  auto summary = extract(document(R"({"pages":3,"failed_pages":[2]})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  ASSERT_EQ(sink.pages.size(), 3u);
  ASSERT_TRUE(sink.pages[1].fault);
  EXPECT_EQ(sink.pages[1].fault->code, "page_unreadable");
  EXPECT_TRUE(summary->partial);
}

TEST_F(LlamaParse, does_not_take_empty_output_for_success) {
  auto error = refused(document(R"({"pages":200,"empty":true})"));

  EXPECT_TRUE(error.is(empty_result)) << error.describe();
  EXPECT_TRUE(sink.pages.empty());
}

TEST_F(LlamaParse, delivers_blank_pages_in_front_of_the_first_text) {
  auto summary = extract(document(R"({"pages":["","  ","text",""]})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  ASSERT_EQ(sink.pages.size(), 4u);
  EXPECT_FALSE(sink.pages[1].has_text_layer);
  EXPECT_TRUE(sink.pages[2].has_text_layer);
}

TEST_F(LlamaParse, counts_the_pages_itself_when_no_metadata_is_sent) {
  auto summary = extract(document(R"({"pages":5,"metadata":false})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(sink.expected, 5);
  EXPECT_EQ(summary->facts.page_count, 5);
}

TEST_F(LlamaParse, reads_a_result_of_a_hundred_megabytes_without_holding_it) {
  sink.keep = false;

  auto summary = extract(document(R"({"pages":1000,"bytes":50000})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(sink.dropped, 1000);
  EXPECT_EQ(sink.largest, 50'000u);
}

TEST_F(LlamaParse, refuses_a_page_that_is_longer_than_allowed) {
  options.page_bytes = 10'000;

  EXPECT_TRUE(refused(document(R"({"pages":2,"bytes":20000})")).is(output_limit));
}

TEST_F(LlamaParse, refuses_a_result_that_is_larger_than_allowed) {
  options.document_bytes = 100'000;

  EXPECT_TRUE(refused(document(R"({"pages":200,"bytes":2000})")).is(output_limit));
}

// ---- refusals: each row of the table, and that none of them is tried again ----------------------------------------------------------------

struct RefusalRow {
  std::string name;
  int status;
  const ErrorCode* code;
  std::string sentence;
};

class LlamaParseRefusal : public LlamaParse, public testing::WithParamInterface<RefusalRow> {};

TEST_P(LlamaParseRefusal, is_told_clearly_and_not_tried_again) {
  const auto& row = GetParam();
  stub.break_with(R"([{"match":"POST /api/v2/parse","times":9,"status":)" + std::to_string(row.status) + "}]");

  auto error = refused(document("{}"));

  EXPECT_TRUE(error.is(*row.code)) << error.describe();
  EXPECT_NE(error.message().find(row.sentence), std::string::npos) << error.message();
  EXPECT_FALSE(error.code().retryable);
  EXPECT_EQ(stub.count("POST /api/v2/parse"), 1);
}

INSTANTIATE_TEST_SUITE_P(Statuses, LlamaParseRefusal,
                         testing::Values(RefusalRow{"BadKey", 401, &extractor_refused, "LLAMA_CLOUD_API_KEY"},
                                         RefusalRow{"NoCredits", 402, &extractor_refused, "credits"},
                                         RefusalRow{"Forbidden", 403, &extractor_refused, "LLAMA_CLOUD_API_KEY"},
                                         RefusalRow{"Unknown", 404, &extractor_refused, "LLAMA_CLOUD_BASE_URL"},
                                         RefusalRow{"TooLarge", 413, &file_too_large, "size"},
                                         RefusalRow{"Unsupported", 415, &invalid_document, "as the test wished"},
                                         RefusalRow{"Invalid", 422, &invalid_document, "as the test wished"}),
                         [](const auto& info) { return info.param.name; });

TEST_F(LlamaParse, says_what_to_set_when_the_key_is_wrong) {
  options.api_key = "llx-wrong";

  auto error = refused(document("{}"));

  EXPECT_TRUE(error.is(extractor_refused));
  EXPECT_NE(error.message().find("LLAMA_CLOUD_API_KEY"), std::string::npos);
  EXPECT_EQ(stub.count(""), 1);
}

// ---- what is tried again ---------------------------------------------------------------------------------------------------------------

class LlamaParseRetry : public LlamaParse, public testing::WithParamInterface<std::string> {};

TEST_P(LlamaParseRetry, helps_wherever_the_fault_comes) {
  for (const std::string match : {"POST /api/v1/beta/files", "POST /api/v2/parse", "GET /api/v2/parse/", "GET /api/v2/parse/"}) {
    stub.break_with(R"([{"match":")" + match + R"(","times":2,)" + GetParam() + "}]");
    sink = Collected();

    auto summary = extract(document(R"({"pages":2})"));

    ASSERT_TRUE(summary) << match << ": " << summary.error().describe();
    EXPECT_EQ(sink.pages.size(), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, LlamaParseRetry,
                         testing::Values(R"("status":408)", R"("status":409)", R"("status":429)", R"("status":500)",
                                         R"("status":503)", R"("cut":"before")", R"("cut":"after")", R"("cut":"middle")"));

TEST_F(LlamaParse, gives_up_after_all_tries_and_says_that_later_may_be_better) {
  stub.break_with(R"([{"match":"GET /api/v2/parse/","times":99,"status":503}])");

  auto error = refused(document("{}"));

  EXPECT_TRUE(error.is(extractor_unavailable)) << error.describe();
  EXPECT_TRUE(error.code().retryable);
  EXPECT_EQ(stub.count("GET /api/v2/parse/"), options.tries);
}

TEST_F(LlamaParse, waits_as_long_as_retry_after_says_but_no_longer_than_allowed) {
  stub.break_with(R"([{"match":"POST /api/v2/parse","status":429,"headers":{"retry-after":"3600"}}])");
  options.longest_retry_after = 150ms;
  auto began = std::chrono::steady_clock::now();

  ASSERT_TRUE(extract(document("{}")));

  EXPECT_GE(std::chrono::steady_clock::now() - began, 150ms);
}

TEST_F(LlamaParse, says_that_a_service_that_is_not_there_may_be_there_later) {
  options.base_url = "http://127.0.0.1:1";

  auto error = refused(document("{}"));

  EXPECT_TRUE(error.is(extractor_unavailable)) << error.describe();
}

// ---- nothing is paid twice -------------------------------------------------------------------------------------------------------------

TEST_F(LlamaParse, creates_no_second_job_when_the_answer_that_named_the_first_is_lost) {
  for (const std::string fault : {R"("cut":"after")", R"("cut":"middle")"}) {
    stub.break_with(R"([{"match":"POST /api/v2/parse",)" + fault + "}]");
    auto jobs_before = stub.jobs().size();
    sink = Collected();

    ASSERT_TRUE(extract(document(R"({"pages":2})")));

    EXPECT_EQ(stub.jobs().size(), jobs_before + 1) << fault;
  }
}

TEST_F(LlamaParse, goes_on_with_the_job_of_an_interrupted_attempt) {
  sink.on_page = [] { throw std::runtime_error("the worker dies"); };
  EXPECT_THROW(extract(document(R"({"pages":2})")), std::runtime_error);
  sink.on_page = {};
  sink.pages.clear();

  auto summary = extract(document(R"({"pages":2})"));

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(sink.pages.size(), 2u);
  EXPECT_EQ(stub.files(), 1u);
  EXPECT_EQ(stub.jobs().size(), 1u);
}

TEST_F(LlamaParse, finds_the_job_that_was_created_but_not_noted) {
  sink.on_note = [](const ExtractionNote& note) {
    if (!note.job.empty()) throw std::runtime_error("the worker dies");
  };
  EXPECT_THROW(extract(document(R"({"pages":2})")), std::runtime_error);
  sink.on_note = {};
  sink.last_note.job.clear();

  ASSERT_TRUE(extract(document(R"({"pages":2})")));

  EXPECT_EQ(stub.files(), 1u);
  EXPECT_EQ(stub.jobs().size(), 1u);
}

TEST_F(LlamaParse, begins_anew_when_the_service_has_forgotten_the_job) {
  sink.last_note.file = "dfl-forgotten";
  sink.last_note.mark = "mark";
  sink.last_note.job = "pjb-forgotten";

  auto error = refused(document(R"({"pages":2})"));
  EXPECT_TRUE(error.is(extractor_unavailable)) << error.describe();

  EXPECT_TRUE(extract(document(R"({"pages":2})")));
}

// ---- how jobs end ----------------------------------------------------------------------------------------------------------------------

TEST_F(LlamaParse, tells_why_a_job_failed) {
  auto broken = refused(document(R"({"fail":"Could not convert the document"})"));
  sink = Collected();
  auto encrypted = refused(document(R"({"fail":"PDF_IS_PROTECTED"})"));
  sink = Collected();
  auto slow = refused(document(R"({"fail":"Job timed out"})"));

  EXPECT_TRUE(broken.is(invalid_document)) << broken.describe();
  EXPECT_NE(broken.message().find("Could not convert"), std::string::npos);
  EXPECT_TRUE(encrypted.is(password_required)) << encrypted.describe();
  EXPECT_TRUE(slow.is(time_limit)) << slow.describe();
}

TEST_F(LlamaParse, begins_a_new_job_after_one_that_was_cancelled_there) {
  EXPECT_TRUE(refused(document(R"({"cancelled":true})")).is(extractor_unavailable));

  EXPECT_TRUE(refused(document(R"({"cancelled":true})")).is(extractor_unavailable));

  EXPECT_EQ(stub.jobs().size(), 2u);
  EXPECT_EQ(stub.files(), 1u);
}

TEST_F(LlamaParse, sends_no_document_that_needs_a_password) {
  ExtractionOptions wishes;
  wishes.password = "open sesame";

  auto error = refused(document("{}"), wishes);

  EXPECT_TRUE(error.is(unsupported_encryption));
  EXPECT_EQ(stub.count(""), 0);
}

TEST_F(LlamaParse, cancels_a_job_that_takes_too_long) {
  options.job_time = 0s;

  EXPECT_TRUE(refused(document(R"({"polls":-1})")).is(time_limit));

  EXPECT_EQ(std::string(stub.jobs().at(0).at("status").as_string()), "CANCELLED");
}

TEST_F(LlamaParse, stops_at_once_when_it_is_cancelled_and_the_job_can_then_be_abandoned) {
  LlamaParseExtractor extractor(loop, helpers, clock, ids, options);
  boost::asio::cancellation_signal cancel;
  bool cancelled = false;
  sink.on_note = [&](const ExtractionNote& note) {
    if (!note.job.empty()) boost::asio::post(loop, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  };
  auto run = [&]() -> Async<void> {
    auto file = file_with(document(R"({"polls":-1})"));
    auto summary = co_await extractor.extract(std::move(file), ExtractionOptions(), std::vector<int>(), sink);
    EXPECT_FALSE(summary);
  };
  boost::asio::co_spawn(loop, run(), boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr defect) {
                          cancelled = defect != nullptr;
                        }));
  loop.run();
  EXPECT_TRUE(cancelled);
  EXPECT_NE(std::string(stub.jobs().at(0).at("status").as_string()), "CANCELLED") << "the next attempt may go on with it";

  loop.restart();
  boost::asio::co_spawn(loop, extractor.abandon(sink.last_note), boost::asio::detached);
  loop.run();

  EXPECT_EQ(std::string(stub.jobs().at(0).at("status").as_string()), "CANCELLED");
}

TEST_F(LlamaParse, cancels_a_job_whose_name_was_never_heard) {
  sink.on_note = [](const ExtractionNote& note) {
    if (!note.job.empty()) throw std::runtime_error("the worker dies");
  };
  EXPECT_THROW(extract(document(R"({"polls":-1})")), std::runtime_error);
  sink.last_note.job.clear();
  LlamaParseExtractor extractor(loop, helpers, clock, ids, options);

  loop.restart();
  boost::asio::co_spawn(loop, extractor.abandon(sink.last_note), boost::asio::detached);
  loop.run();

  EXPECT_EQ(std::string(stub.jobs().at(0).at("status").as_string()), "CANCELLED");
}

TEST_F(LlamaParse, never_writes_the_key_into_the_log) {
  testing::internal::CaptureStderr();
  log::start(log::Level::debug);
  stub.break_with(R"([{"match":"POST /api/v2/parse","status":401,"body":{"detail":"no such key"}},
                      {"match":"POST /api/v1","status":503}])");

  auto error = refused(document("{}"));
  log::warn("ended", error);
  log::start(log::Level::off);
  auto text = testing::internal::GetCapturedStderr();

  EXPECT_NE(text.find("trying again"), std::string::npos);
  EXPECT_EQ(text.find(options.api_key), std::string::npos);
}

}  // namespace
}  // namespace docquarry
