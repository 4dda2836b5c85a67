#include "domain/document.h"
#include "domain/extraction_options.h"
#include "domain/progress.h"
#include "domain/task.h"

#include <gtest/gtest.h>

#include <set>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

TEST(ErrorCodes, every_row_is_in_the_list_once_and_names_are_unique) {
  std::set<std::string_view> names;
  for (const ErrorCode* code : error_codes) EXPECT_TRUE(names.insert(code->name).second) << code->name;
  EXPECT_EQ(&error_code_named("lease_lost"), &lease_lost);
  EXPECT_EQ(&error_code_named("from_the_future"), &internal_error);
}

TEST(Filename, loses_directories_that_browsers_once_sent) {
  EXPECT_EQ(checked_filename("C:\\temp\\a b.pdf").value(), "a b.pdf");
  EXPECT_EQ(checked_filename("../../etc/passwd.pdf").value(), "passwd.pdf");
}

TEST(Filename, is_refused_when_it_cannot_be_stored_or_sent_back) {
  for (const std::string& name : {std::string(""), std::string(".."), std::string("a/"), std::string("a\nb.pdf"),
                                  std::string("a\0b.pdf", 7), std::string("\xFF.pdf"), std::string(252, 'x') + ".pdf"})
    EXPECT_TRUE(!checked_filename(name) && checked_filename(name).error().is(invalid_file_name)) << name;
  EXPECT_TRUE(checked_filename(std::string(251, 'x') + ".pdf"));
}

TEST(Filename, extension_is_pdf_in_any_case) {
  EXPECT_TRUE(has_pdf_extension("a.PdF"));
  EXPECT_FALSE(has_pdf_extension("a.pdf.exe"));
  EXPECT_FALSE(has_pdf_extension("pdf"));
}

TEST(Upload, header_may_stand_anywhere_in_the_first_kilobyte) {
  EXPECT_TRUE(looks_like_pdf(std::string(1019, 'x') + "%PDF-1.7"));
  EXPECT_FALSE(looks_like_pdf(std::string(1020, 'x') + "%PDF-1.7"));
}

TEST(PageRanges, are_sorted_and_joined) {
  EXPECT_EQ(format_page_ranges(parse_page_ranges("9,1-3,2-5,6").value()), "1-6,9");
  EXPECT_EQ(format_page_ranges(parse_page_ranges("4-,2").value()), "2,4-");
  EXPECT_EQ(format_page_ranges(parse_page_ranges("3-,1-10").value()), "1-");
}

TEST(PageRanges, refuse_what_names_no_page) {
  for (const char* text : {"", "0", "-3", "3-1", "a", "1,,2", "1-2-3", "99999999999", "1,", " 1"})
    EXPECT_TRUE(!parse_page_ranges(text) && parse_page_ranges(text).error().is(invalid_request)) << text;
}

TEST(PageRanges, tell_which_pages_they_include) {
  ExtractionOptions options;
  EXPECT_TRUE(options.includes(7));
  options.pages = parse_page_ranges("2-3,9-").value();
  EXPECT_FALSE(options.includes(1));
  EXPECT_TRUE(options.includes(3));
  EXPECT_FALSE(options.includes(8));
  EXPECT_TRUE(options.includes(1000));
}

TEST(ExtractorChoice, is_read_as_it_is_written) {
  for (auto choice : {ExtractorChoice::automatic, ExtractorChoice::local, ExtractorChoice::llamaparse})
    EXPECT_EQ(parse_extractor_choice(to_text(choice)), choice);
  for (const char* wrong : {"", "Local", "llama", "auto,local"}) EXPECT_FALSE(parse_extractor_choice(wrong)) << wrong;
}

TEST(Retry, waits_longer_after_each_backend_failure_and_gives_up_at_the_limit) {
  Timestamp now(1'000'000s);
  Error failure(storage_unavailable, "disk gone");
  AttemptLimits limits;
  EXPECT_EQ(retry_time(failure, {1, 0, 0}, limits, now), now + 2s);
  EXPECT_EQ(retry_time(failure, {2, 0, 0}, limits, now), now + 4s);
  EXPECT_EQ(retry_time(failure, {limits.backend_failures, 0, 0}, limits, now), std::nullopt);
}

TEST(Retry, outlasts_a_store_that_is_away_for_minutes) {
  Timestamp now(1'000'000s), later = now;
  for (AttemptCounts counts{1, 0, 0}; auto next = retry_time(Error(storage_unavailable, "away"), counts, {}, later);
       ++counts.backend_failures)
    later = *next;
  EXPECT_GE(later - now, 4min);
}

TEST(Retry, gives_a_crash_one_more_try_at_once) {
  Timestamp now(1'000'000s);
  Error crash(extractor_crashed, "signal 11");
  EXPECT_EQ(retry_time(crash, {0, 1, 0}, {}, now), now);
  EXPECT_EQ(retry_time(crash, {0, 2, 0}, {}, now), std::nullopt);
}

TEST(Retry, never_repeats_what_cannot_succeed) {
  EXPECT_EQ(retry_time(Error(invalid_document, "no pages"), {1, 0, 0}, {}, Timestamp()), std::nullopt);
  EXPECT_EQ(retry_time(Error(memory_limit, "512 MB"), {1, 0, 0}, {}, Timestamp()), std::nullopt);
}

TEST(Failure, never_shows_internal_text_to_clients) {
  auto shown = to_failure(Error(storage_unavailable, "cannot open /secret/path"));
  EXPECT_EQ(shown.message.find("secret"), std::string::npos);
  EXPECT_EQ(to_failure(Error(wrong_password, "the password does not open it")).message, "the password does not open it");
}

TEST(Progress, reaches_100_only_when_the_result_is_there) {
  Standing standing;
  EXPECT_EQ(percent(standing), 0);
  standing.attempt = 1;
  standing.state = TaskState::processing;
  EXPECT_EQ(percent(standing), 5);
  standing.pages_total = standing.pages_done = 4;
  EXPECT_EQ(percent(standing), 95);
  standing.state = TaskState::completed;
  EXPECT_EQ(percent(standing), 100);
}

TEST(Progress, does_not_fall_when_a_task_goes_back_to_pending) {
  Standing standing;
  standing.attempt = 1;
  standing.pages_total = 10;
  standing.pages_done = 5;
  standing.state = TaskState::processing;
  double before = percent(standing);
  standing.state = TaskState::pending;
  EXPECT_EQ(percent(standing), before);
}

}  // namespace
}  // namespace docquarry
