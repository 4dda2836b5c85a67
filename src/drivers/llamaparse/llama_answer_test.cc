#include "drivers/llamaparse/llama_answer.h"

#include "domain/error_codes.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

const std::string two_pages =
    R"({"job":{"id":"pjb-1","status":"COMPLETED","error_message":null,"usage":{"credits":6.5},"user_metadata":{"status":"FAILED"}},)"
    R"("metadata":{"pages":[{"page_number":1,"confidence":0.9},{"page_number":2}],"document":{"confidence_breakdown":{"total_pages":7}}},)"
    R"("text":{"pages":[{"page_number":1,"text":"not asked for"}]},)"
    R"("markdown":{"pages":[{"page_number":1,"markdown":"# \u00e4\n","success":true,"header":"no"},)"
    R"({"page_number":2,"error":"why","success":false}]}})";

std::string described(LlamaAnswer& answer) {
  std::string text;
  for (const auto& page : answer.pages())
    text += std::to_string(page.number) + "[" + page.content + "]" + page.error.value_or("-") + ";";
  return text;
}

TEST(LlamaAnswer, gives_the_pages_of_the_kind_and_what_is_said_of_the_job_in_whatever_pieces_it_comes) {
  for (std::size_t size = 1; size < two_pages.size(); ++size) {
    LlamaAnswer answer("markdown", 1000);
    for (std::size_t i = 0; i < two_pages.size(); i += size) ASSERT_TRUE(answer.feed(two_pages.substr(i, size)));
    ASSERT_TRUE(answer.finish());

    ASSERT_EQ(described(answer), "1[# \u00e4\n]-;2[]why;");
    EXPECT_EQ(answer.job().status, "COMPLETED");
    EXPECT_EQ(answer.job().credits, 6.5);
    EXPECT_EQ(answer.job().pages_listed, 2);
    EXPECT_EQ(answer.job().highest_page, 2);
    EXPECT_EQ(answer.job().total_pages, 7);
  }
}

TEST(LlamaAnswer, hands_pages_out_before_the_answer_is_complete) {
  LlamaAnswer answer("text", 1000);

  ASSERT_TRUE(answer.feed(R"({"text":{"pages":[{"page_number":1,"text":"a"},{"page_number":2,"te)"));

  EXPECT_EQ(described(answer), "1[a]-;");
}

TEST(LlamaAnswer, refuses_what_is_no_answer) {
  for (const std::string wrong : {"", "{", "[1", "{}x", "\"a", R"({"a":"\xff"})", "<html>"}) {
    LlamaAnswer answer("text", 1000);
    auto fed = answer.feed(wrong);
    if (fed) fed = answer.finish();
    ASSERT_FALSE(fed) << wrong;
    EXPECT_TRUE(fed.error().is(extractor_misbehaved));
  }
}

TEST(LlamaAnswer, refuses_pages_without_a_number_or_with_one_that_cannot_be) {
  for (const std::string page : {R"({"text":"a"})", R"({"page_number":0})", R"({"page_number":-3})", R"({"page_number":1e300})"}) {
    LlamaAnswer answer("text", 1000);
    auto fed = answer.feed(R"({"text":{"pages":[)" + page + "]}}");
    ASSERT_FALSE(fed) << page;
    EXPECT_TRUE(fed.error().is(extractor_misbehaved));
  }
}

TEST(LlamaAnswer, refuses_values_that_are_too_long_wherever_they_stand) {
  LlamaAnswer wanted("text", 10), unwanted("text", 10);

  auto page = wanted.feed(R"({"text":{"pages":[{"page_number":1,"text":"01234567890"}]}})");
  auto other = unwanted.feed(R"({"other":"01234567890"})");

  ASSERT_FALSE(page);
  EXPECT_TRUE(page.error().is(output_limit));
  EXPECT_FALSE(other);
}

TEST(LlamaAnswer, refuses_nesting_without_end) {
  LlamaAnswer answer("text", 1000);

  EXPECT_FALSE(answer.feed(std::string(100'000, '[')));
}

}  // namespace
}  // namespace docquarry
