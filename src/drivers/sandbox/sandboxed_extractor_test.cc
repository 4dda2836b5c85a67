#include "drivers/sandbox/sandboxed_extractor.h"

#include "domain/error_codes.h"
#include "tests/unit/small_pdf.h"

#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

class Collected : public PageSink {
 public:
  Async<Result<void>> expect(int pages, int page_count) override {
    expected = pages;
    of = page_count;
    ++expectations;
    co_return Result<void>();
  }
  Async<Result<void>> add(Page page) override {
    if (refuse_at == page.number) co_return fail(lease_lost, "another worker has the task");
    pages.push_back(std::move(page));
    if (after_each) after_each();
    co_return Result<void>();
  }

  std::string numbers() const {
    std::string text;
    for (const auto& page : pages) text += (page.fault ? "!" : "") + std::to_string(page.number) + ' ';
    return text;
  }

  int expected = -1, of = -1, expectations = 0, refuse_at = 0;
  std::vector<Page> pages;
  std::function<void()> after_each;
};

ReadOnlyFile file_with(std::string_view bytes) {
  ReadOnlyFile file;
  file.fd.reset(memfd_create("document", MFD_CLOEXEC));
  EXPECT_EQ(write(file.fd.get(), bytes.data(), bytes.size()), ssize_t(bytes.size()));
  file.bytes = bytes.size();
  return file;
}

std::filesystem::path program(const char* name) { return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name; }

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

class SandboxTest : public ::testing::Test {
 protected:
  using Summary = Result<ExtractionSummary>;

  SandboxOptions real() {
    SandboxOptions options;
    options.program = program("docquarry-extractor");
    options.required = false;
    return options;
  }
  SandboxOptions fake() {
    SandboxOptions options;
    options.program = program("docquarry-fake-extractor");
    options.limits.no_progress = 300ms;
    options.limits.start_most = 250ms;
    return options;
  }

  Summary extract(Extractor& extractor, std::string_view bytes, ExtractionOptions options = {}, std::vector<int> skip = {}) {
    Summary result = fail(internal_error, "it did not end");
    bool done = false;
    auto run = [&]() -> Async<void> {
      auto file = file_with(bytes);
      result = co_await extractor.extract(std::move(file), options, skip, pages_);
      done = true;
    };
    boost::asio::co_spawn(loop_, run(), boost::asio::detached);
    while (!done && loop_.run_one() != 0) {
    }
    return result;
  }
  // A document for the fake extractor.
  Summary play(const std::string& word) {
    SandboxedExtractor extractor(loop_, helpers_, fake_options_ ? *fake_options_ : fake());
    return extract(extractor, word);
  }

  boost::asio::io_context loop_;
  boost::asio::thread_pool helpers_{1};
  Collected pages_;
  std::optional<SandboxOptions> fake_options_;
};

TEST_F(SandboxTest, reads_a_real_document) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  auto pdf = SmallPdf().text_page("Hello from page one").text_page("Second").info("/Title(A title)/Company(Acme)").build();

  auto summary = extract(extractor, pdf);

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 2 ");
  EXPECT_EQ(pages_.expected, 2);
  EXPECT_NE(pages_.pages[0].text.find("Hello from page one"), std::string::npos);
  EXPECT_NE(pages_.pages[0].lines.find("\"text\":\"one\""), std::string::npos);
  EXPECT_EQ(summary->facts.metadata.title, "A title");
  EXPECT_EQ(summary->facts.page_count, 2);
  EXPECT_EQ(summary->pages_extracted, 2);
  EXPECT_FALSE(summary->partial);
  EXPECT_EQ(summary->extractor, extractor.name());
  EXPECT_GT(summary->peak_memory_bytes, 0u);
}

TEST_F(SandboxTest, reads_only_the_pages_asked_for_and_not_those_known) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  SmallPdf pdf;
  for (int i = 1; i <= 9; ++i) pdf.text_page("page " + std::to_string(i));
  ExtractionOptions options;
  options.pages = {{2, 4}, {7, 0}};

  auto summary = extract(extractor, pdf.build(), options, {3, 8});

  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "2 4 7 9 ");
  EXPECT_EQ(pages_.expected, 6);
  EXPECT_EQ(pages_.of, 9);
}

TEST_F(SandboxTest, reads_a_page_the_same_whether_the_pages_before_it_were_known_or_not) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  SmallPdf pdf;
  for (int i = 1; i <= 3; ++i)  // a running head above text
    pdf.page("BT /F1 12 Tf 72 740 Td (Annals of Things " + std::to_string(i) + ") Tj 0 -15 Td (Page " + std::to_string(i) +
             ") Tj ET");
  auto bytes = pdf.build();
  ASSERT_TRUE(extract(extractor, bytes));
  auto whole = std::exchange(pages_, Collected()).pages;

  ASSERT_TRUE(extract(extractor, bytes, {}, {1}));

  ASSERT_EQ(pages_.pages.size(), 2u);
  EXPECT_EQ(whole.at(1).markdown, "Page 2");
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(pages_.pages[i].markdown, whole.at(i + 1).markdown);
    EXPECT_EQ(pages_.pages[i].text, whole.at(i + 1).text);
  }
}

TEST_F(SandboxTest, says_what_is_wrong_with_a_document) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  auto broken = extract(extractor, "this is no PDF");
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().is(invalid_document));
  auto empty = extract(extractor, "");
  ASSERT_FALSE(empty);
  EXPECT_TRUE(empty.error().is(invalid_document));
}

TEST_F(SandboxTest, reads_many_documents_at_once) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  std::vector<Collected> sinks(20);
  int done = 0;
  auto one = [&](int i) -> Async<void> {
    auto file = file_with(SmallPdf().text_page("document " + std::to_string(i)).build());
    ExtractionOptions options;
    std::vector<int> skip;
    auto summary = co_await extractor.extract(std::move(file), options, skip, sinks[std::size_t(i)]);
    EXPECT_TRUE(summary);
    ++done;
  };
  for (int i = 0; i < 20; ++i) boost::asio::co_spawn(loop_, one(i), boost::asio::detached);
  while (done < 20 && loop_.run_one() != 0) {
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(sinks[std::size_t(i)].pages.size(), 1u);
    EXPECT_NE(sinks[std::size_t(i)].pages[0].text.find("document " + std::to_string(i)), std::string::npos);
  }
}

TEST_F(SandboxTest, a_batch_shares_a_child_and_survives_an_odd_document) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  auto batch = extractor.open_batch();
  for (int i = 0; i < 3; ++i) {
    auto good = extract(*batch, SmallPdf().text_page("good " + std::to_string(i)).build());
    ASSERT_TRUE(good) << good.error().describe();
  }
  auto bad = extract(*batch, "no PDF");
  ASSERT_FALSE(bad);
  EXPECT_TRUE(bad.error().is(invalid_document));
  auto after = extract(*batch, SmallPdf().text_page("after").build());
  EXPECT_TRUE(after);
  EXPECT_EQ(pages_.pages.size(), 4u);
}

TEST_F(SandboxTest, an_error_of_the_sink_ends_the_extraction_with_it) {
  SandboxedExtractor extractor(loop_, helpers_, real());
  pages_.refuse_at = 2;
  auto summary = extract(extractor, SmallPdf().text_page("1").text_page("2").text_page("3").build());
  ASSERT_FALSE(summary);
  EXPECT_TRUE(summary.error().is(lease_lost));
  EXPECT_EQ(pages_.numbers(), "1 ");
}

TEST_F(SandboxTest, a_missing_program_is_an_error_not_a_crash) {
  SandboxOptions options;
  options.program = "/nonexistent/docquarry-extractor";
  SandboxedExtractor extractor(loop_, helpers_, options);
  auto summary = extract(extractor, "x");
  ASSERT_FALSE(summary);
  EXPECT_TRUE(summary.error().is(extractor_unavailable));
}

TEST_F(SandboxTest, a_program_that_is_no_extractor_is_an_error) {
  SandboxOptions options;
  options.program = "/bin/true";
  SandboxedExtractor extractor(loop_, helpers_, options);
  auto summary = extract(extractor, "x");
  ASSERT_FALSE(summary);
  EXPECT_TRUE(summary.error().is(extractor_unavailable));
}

TEST_F(SandboxTest, a_crash_costs_one_page) {
  auto summary = play("crashes");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 !2 3 ");
  EXPECT_EQ(pages_.expectations, 1);
  EXPECT_TRUE(summary->partial);
  EXPECT_EQ(pages_.pages[1].fault->code, extractor_crashed.name);
  ASSERT_FALSE(summary->faults.empty());
  EXPECT_NE(summary->faults[0].find("page 2"), std::string::npos);
}

TEST_F(SandboxTest, a_page_that_breaks_no_fresh_child_is_not_blamed) {
  auto summary = play("crashes_once");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 2 3 ");
}

TEST_F(SandboxTest, a_child_that_was_killed_once_leaves_no_trace_in_the_result) {
  for (const char* word : {"first_dies_early", "first_dies_late"}) {
    pages_ = Collected();
    auto summary = play(word);
    ASSERT_TRUE(summary) << word << ": " << summary.error().describe();
    EXPECT_EQ(pages_.numbers(), "1 2 3 ") << word;
    EXPECT_FALSE(summary->partial) << word << ": " << (summary->faults.empty() ? "" : summary->faults[0]);
  }
}

TEST_F(SandboxTest, known_pages_that_break_the_child_when_looked_at_again_cost_no_page) {
  auto summary = play("context_breaks");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 2 3 ");
  EXPECT_TRUE(summary->partial);
}

TEST_F(SandboxTest, a_page_that_hangs_costs_itself) {
  auto summary = play("hangs");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 !2 3 ");
  EXPECT_EQ(pages_.pages[1].fault->code, time_limit.name);
}

TEST_F(SandboxTest, cpu_time_beyond_the_limit_ends_the_document) {
  fake_options_ = fake();
  fake_options_->limits.no_progress = 60s;
  fake_options_->limits.cpu_base = 200ms;
  fake_options_->limits.cpu_per_page = 0ms;
  auto summary = play("burns");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 !2 !3 ");
  EXPECT_EQ(pages_.pages[1].fault->code, time_limit.name);
}

TEST_F(SandboxTest, memory_beyond_the_limit_costs_the_page) {
  fake_options_ = fake();
  fake_options_->limits.memory_bytes = 200u << 20;
  fake_options_->limits.no_progress = 60s;
  auto summary = play("swallows");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 !2 3 ");
  EXPECT_EQ(pages_.pages[1].fault->code, memory_limit.name);
}

TEST_F(SandboxTest, refused_memory_is_a_limit_not_a_crash) {
  auto summary = play("refused_memory");
  ASSERT_TRUE(summary);
  EXPECT_EQ(pages_.pages.at(1).fault->code, memory_limit.name);
}

TEST_F(SandboxTest, a_break_in_the_facts_keeps_the_pages) {
  auto summary = play("breaks_in_facts");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 2 3 ");
  EXPECT_TRUE(summary->partial);
}

TEST_F(SandboxTest, half_a_frame_counts_as_a_break) {
  auto summary = play("half_frame");
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(pages_.numbers(), "1 !2 3 ");
}

TEST_F(SandboxTest, an_answer_that_cannot_be_right_ends_the_document) {
  for (const char* word : {"garbage", "foreign_number", "floods", "oversized", "goes_on"}) {
    auto summary = play(word);
    ASSERT_FALSE(summary) << word;
    EXPECT_TRUE(summary.error().is(extractor_misbehaved)) << word << ": " << summary.error().describe();
  }
}

TEST_F(SandboxTest, a_child_that_stays_after_its_answer_is_killed) {
  auto summary = play("stays");
  EXPECT_TRUE(summary);
  auto closed = play("closes_and_stays");
  EXPECT_TRUE(closed);
}

TEST_F(SandboxTest, a_child_that_says_nothing_is_a_failure) {
  auto silent = play("silent");
  ASSERT_FALSE(silent);
  EXPECT_TRUE(silent.error().is(extractor_crashed));
  auto sleeps = play("sleeps");
  ASSERT_FALSE(sleeps);
  EXPECT_TRUE(sleeps.error().is(time_limit));
}

TEST_F(SandboxTest, a_launcher_that_dies_is_started_again_and_given_up_in_the_end) {
  SandboxedExtractor extractor(loop_, helpers_, fake());
  auto killed = extract(extractor, "kills_launcher");
  ASSERT_FALSE(killed);
  EXPECT_TRUE(killed.error().is(extractor_unavailable));
  auto after = extract(extractor, "well");
  EXPECT_TRUE(after);
}

TEST_F(SandboxTest, a_launcher_that_hangs_is_replaced) {
  SandboxedExtractor extractor(loop_, helpers_, fake());
  auto stuck = extract(extractor, "stops_launcher");
  ASSERT_FALSE(stuck);
  EXPECT_TRUE(stuck.error().is(extractor_unavailable)) << stuck.error().describe();
  auto after = extract(extractor, "well");
  EXPECT_TRUE(after);
}

TEST_F(SandboxTest, cancelling_ends_the_work_at_once_and_leaves_nothing_behind) {
  SandboxedExtractor extractor(loop_, helpers_, fake());
  auto first = extract(extractor, "well");
  ASSERT_TRUE(first);
  auto before = open_descriptors();
  boost::asio::cancellation_signal cancel;
  bool ended = false;
  pages_.after_each = [&] { boost::asio::post(loop_, [&] { cancel.emit(boost::asio::cancellation_type::terminal); }); };
  auto run = [&]() -> Async<void> {
    auto file = file_with("hangs");
    ExtractionOptions options;
    std::vector<int> skip;
    auto summary = co_await extractor.extract(std::move(file), options, skip, pages_);
    ADD_FAILURE() << "it ended by itself";
  };
  boost::asio::co_spawn(loop_, run(),
                        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { ended = true; }));
  while (!ended && loop_.run_one() != 0) {
  }
  EXPECT_TRUE(ended);
  while (open_descriptors() != before && loop_.run_one() != 0) {  // the report of the child's end closes the last one
  }
  EXPECT_EQ(open_descriptors(), before);
  pages_.after_each = nullptr;
  auto next = extract(extractor, "well");  // the fake launcher serves one child at a time: this works only if the other one is dead
  EXPECT_TRUE(next);
}

}  // namespace
}  // namespace docquarry
