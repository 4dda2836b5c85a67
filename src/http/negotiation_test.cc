#include "http/accept.h"
#include "http/conditional.h"
#include "http/range.h"
#include "http/static_files.h"
#include "http/test_kit.h"

namespace docquarry::http {
namespace {

struct PlainRequest : Request {
  PlainRequest(std::initializer_list<std::pair<std::string, std::string>> given) {
    method = "GET";
    headers.assign(given);
  }
  ByteSource& body() override { return empty; }
  TextSource empty{"", 1};
};

TEST(Accept, picks_what_the_client_likes_most) {
  constexpr std::string_view offered[] = {"application/json", "text/markdown; charset=utf-8", "text/plain; charset=utf-8"};
  auto best = [&](std::string_view accept) { return best_media_type(accept, offered).value_or(99); };

  EXPECT_EQ(best(""), 0u);
  EXPECT_EQ(best("*/*"), 0u);
  EXPECT_EQ(best("text/markdown"), 1u);
  EXPECT_EQ(best("Text/Plain, application/json;q=0.9"), 2u);
  EXPECT_EQ(best("text/*"), 1u);
  EXPECT_EQ(best("text/*;q=0.5, text/plain;q=0.7, */*;q=0.1"), 2u);
  EXPECT_EQ(best("text/plain;q=0.1, */*;q=0.1"), 0u) << "the first of equals";
  EXPECT_EQ(best("application/json;q=0, */*"), 1u) << "the closest range decides";
  EXPECT_EQ(best("text/markdown;charset=utf-8"), 1u);
  EXPECT_EQ(best("text/plain;format=flowed, application/json;q=0.1"), 0u);
  EXPECT_EQ(best("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), 0u);
  EXPECT_EQ(best("image/png"), 99u);
  EXPECT_EQ(best("*/*;q=0"), 99u);
  EXPECT_EQ(best("application/json;q=0.000"), 99u);
  EXPECT_EQ(best("text/plain;x=\"a,b\", application/json"), 0u);
  EXPECT_EQ(best("text/plain;q=2, application/json"), 0u) << "a bad quality is left out";
}

TEST(Accept, knows_which_codings_are_wanted) {
  EXPECT_TRUE(accepts_coding("gzip, deflate, br", "gzip"));
  EXPECT_TRUE(accepts_coding("*;q=0.1", "gzip"));
  EXPECT_FALSE(accepts_coding("gzip;q=0, *", "gzip"));
  EXPECT_FALSE(accepts_coding("br", "gzip"));
  EXPECT_FALSE(accepts_coding("", "gzip"));
}

TEST(Conditional, compares_tags) {
  EXPECT_TRUE(names_etag("\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag("\"x,y\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(names_etag(" * ", "\"a\""));
  EXPECT_FALSE(names_etag("\"ab\"", "\"a\""));
  EXPECT_FALSE(names_etag("a", "\"a\""));
  EXPECT_FALSE(names_etag("\"a", "\"a\""));
  EXPECT_TRUE(is_unchanged(PlainRequest{{"if-none-match", "\"a\""}}, "\"a\""));
  EXPECT_FALSE(is_unchanged(PlainRequest{}, "\"a\""));
}

TEST(Range, chooses_the_part) {
  auto part = [](std::string_view header, std::uint64_t size = 100) {
    auto choice = choose_range(header, size);
    if (choice.kind == RangeChoice::Kind::whole) return std::string("whole");
    return choice.content_range(size) + " " + std::to_string(choice.bytes);
  };

  EXPECT_EQ(part("bytes=0-9"), "bytes 0-9/100 10");
  EXPECT_EQ(part("Bytes = 90-"), "bytes 90-99/100 10");
  EXPECT_EQ(part("bytes=90-999999999999999999999999"), "bytes 90-99/100 10");
  EXPECT_EQ(part("bytes=99-99"), "bytes 99-99/100 1");
  EXPECT_EQ(part("bytes=-1"), "bytes 99-99/100 1");
  EXPECT_EQ(part("bytes=-1000"), "bytes 0-99/100 100");
  EXPECT_EQ(part("bytes=100-"), "bytes */100 0");
  EXPECT_EQ(part("bytes=-0"), "bytes */100 0");
  EXPECT_EQ(part("bytes=0-", 0), "bytes */0 0");
  EXPECT_EQ(part("bytes=-5", 0), "bytes */0 0");
  for (auto ignored :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "pages=1-2", "bytes=+1-2", "bytes=1-2x"}) {
    EXPECT_EQ(part(ignored), "whole") << ignored;
  }
}

TEST(Range, holds_only_for_the_version_that_the_client_has) {
  auto kind = [](const Request& request) { return choose_range(request, "\"a\"", 100).kind; };

  EXPECT_EQ(kind(PlainRequest{{"range", "bytes=0-1"}}), RangeChoice::Kind::part);
  EXPECT_EQ(kind(PlainRequest{{"range", "bytes=0-1"}, {"if-range", "\"a\""}}), RangeChoice::Kind::part);
  EXPECT_EQ(kind(PlainRequest{{"range", "bytes=0-1"}, {"if-range", "\"b\""}}), RangeChoice::Kind::whole);
  EXPECT_EQ(kind(PlainRequest{{"range", "bytes=0-1"}, {"if-range", "W/\"a\""}}), RangeChoice::Kind::whole);
}

TEST(StaticFiles, are_served_once_and_then_revalidated) {
  const embedded::File files[] = {
      {"web/app.js", "let a = 1"}, {"web/app.js.gz", "zip"}, {"web/index.html", "<p>"}, {"docs/x.txt", "x"}};
  StaticFiles site(files, "web/");

  auto page = site.answer(PlainRequest{}, "index.html");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "<p>");
  EXPECT_EQ(page->header("content-type"), "text/html; charset=utf-8");
  std::string etag(page->header("ETag"));
  EXPECT_EQ(site.answer(PlainRequest{{"if-none-match", etag}}, "index.html")->status, 304);
  EXPECT_EQ(site.answer(PlainRequest{{"if-none-match", "\"old\""}}, "index.html")->status, 200);

  auto zipped = site.answer(PlainRequest{{"accept-encoding", "gzip"}}, "app.js");
  EXPECT_EQ(zipped->body, "zip");
  EXPECT_EQ(zipped->header("Content-Encoding"), "gzip");
  EXPECT_EQ(site.answer(PlainRequest{}, "app.js")->body, "let a = 1");
  EXPECT_FALSE(site.answer(PlainRequest{}, "x.txt"));
  EXPECT_FALSE(site.answer(PlainRequest{}, "../docs/x.txt"));
}

}  // namespace
}  // namespace docquarry::http
