#include "domain/error_codes.h"
#include "wire/bytes.h"
#include "wire/frame_reader.h"
#include "wire/frame_writer.h"
#include "wire/request.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace docquarry::wire {
namespace {

constexpr std::uint32_t number = 7;

PageFrame page_frame(int page, std::string text = "Hello") {
  PageFrame frame;
  frame.page.number = page;
  frame.page.width_pt = 612;
  frame.page.height_pt = 792;
  frame.page.rotation = 90;
  frame.page.label = "iv";
  frame.page.has_text_layer = true;
  frame.page.text = text;
  frame.page.markdown = "# " + text;
  frame.fonts.push_back({"Times", true, false, false});
  frame.lines.push_back({{72, 90.5f, 300.25f, 102}, 0, 10.9f, {{{72, 90.5f, 100, 102}, "Hello"}}});
  return frame;
}

DocumentFacts facts_of(int pages) {
  DocumentFacts facts;
  facts.page_count = pages;
  facts.pdf_version = "1.7";
  facts.tagged = true;
  facts.metadata.title = "Title";
  facts.other_info = {{"Company", "Acme"}};
  facts.outline = {{1, "Start", 1}, {2, "Nowhere", 0}};
  return facts;
}

std::string whole_document() {
  std::string bytes;
  append_begin(bytes, number, {3, 2});
  append_page(bytes, number, page_frame(1));
  append_page(bytes, number, page_frame(3));
  append_facts(bytes, number, facts_of(3));
  append_end(bytes, number, {true, {"cut"}, 0.5, 1 << 20});
  return bytes;
}

// Feeds `bytes` in pieces and returns every message, or the error that came first.
Result<std::vector<Message>> read_all(std::string_view bytes, std::size_t piece = 1 << 20) {
  FrameReader reader(number, [](int page) { return page != 2; });
  std::vector<Message> messages;
  while (true) {
    auto message = reader.next();
    if (!message) return fail(std::move(message).error());
    if (*message) {
      messages.push_back(std::move(**message));
      continue;
    }
    if (bytes.empty()) return messages;
    auto now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    auto room = reader.room(now.size());
    std::memcpy(room.data(), now.data(), now.size());
    reader.arrived(now.size());
  }
}

bool is_refused(std::string_view bytes) {
  auto read = read_all(bytes);
  return !read && read.error().is(extractor_misbehaved);
}

TEST(FrameReader, reads_back_what_was_written) {
  auto read = read_all(whole_document());

  ASSERT_TRUE(read) << read.error().describe();
  ASSERT_EQ(read->size(), 5u);
  EXPECT_EQ(std::get<Begin>(read->at(0)).expected, 2u);
  const auto& frame = std::get<PageFrame>(read->at(1));
  EXPECT_EQ(frame.page.text, "Hello");
  EXPECT_EQ(frame.page.label, "iv");
  EXPECT_EQ(frame.page.rotation, 90);
  EXPECT_TRUE(frame.fonts.at(0).bold);
  EXPECT_FLOAT_EQ(frame.lines.at(0).box.right, 300.25f);
  EXPECT_EQ(frame.lines.at(0).words.at(0).text, "Hello");
  const auto& facts = std::get<DocumentFacts>(read->at(3));
  EXPECT_EQ(facts.metadata.title, "Title");
  EXPECT_FALSE(facts.metadata.author);
  EXPECT_EQ(facts.other_info.at(0).second, "Acme");
  EXPECT_EQ(facts.outline.at(0).page, 1);
  const auto& end = std::get<End>(read->at(4));
  EXPECT_TRUE(end.partial);
  EXPECT_EQ(end.faults.at(0), "cut");
}

TEST(FrameReader, does_not_care_how_the_bytes_are_cut) {
  for (std::size_t piece : {1, 3, 17, 100}) {
    auto read = read_all(whole_document(), piece);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->size(), 5u);
  }
}

TEST(FrameReader, waits_for_the_rest_of_a_cut_frame) {
  auto bytes = whole_document();
  auto read = read_all(std::string_view(bytes).substr(0, bytes.size() - 1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 4u);
}

TEST(FrameReader, refuses_every_wrong_header) {
  auto good = whole_document();
  auto with = [&](std::size_t at, std::uint32_t value) {
    auto bytes = good;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return bytes;
  };
  EXPECT_TRUE(is_refused(with(0, 0)));                       // magic
  EXPECT_TRUE(is_refused(with(4, 9)));                       // kind
  EXPECT_TRUE(is_refused(with(4, 1 | 1 << 16)));             // reserved
  EXPECT_TRUE(is_refused(with(8, number + 1)));              // another document
  EXPECT_TRUE(is_refused(with(12, frame_bytes_limit + 1)));  // length
  EXPECT_TRUE(is_refused(with(12, 9)));                      // one byte more than a beginning has
  EXPECT_TRUE(is_refused("GET / HTTP/1.1\r\n\r\n"));
}

TEST(FrameReader, refuses_frames_out_of_order) {
  std::string begin, page, facts, end;
  append_begin(begin, number, {3, 3});
  append_page(page, number, page_frame(1));
  append_facts(facts, number, facts_of(3));
  append_end(end, number, {});
  EXPECT_TRUE(is_refused(page));
  EXPECT_TRUE(is_refused(begin + begin));
  EXPECT_TRUE(is_refused(begin + page + page));
  EXPECT_TRUE(is_refused(begin + end));
  EXPECT_TRUE(is_refused(begin + facts + page));
  EXPECT_TRUE(is_refused(begin + facts + end + end));
  EXPECT_TRUE(is_refused(begin + facts + facts));
}

TEST(FrameReader, refuses_pages_nobody_asked_for) {
  std::string begin, second, tenth;
  append_begin(begin, number, {3, 3});
  append_page(second, number, page_frame(2));
  append_page(tenth, number, page_frame(10));
  EXPECT_TRUE(is_refused(begin + second));
  EXPECT_TRUE(is_refused(begin + tenth));
}

TEST(FrameReader, refuses_text_that_is_not_clean) {
  for (std::string_view text :
       {std::string_view("a\0b", 3), std::string_view("\xED\xA0\x80"), std::string_view("\x1b[2J"), std::string_view("\xFF")}) {
    std::string bytes, in_word;
    append_begin(bytes, number, {1, 1});
    in_word = bytes;
    append_page(bytes, number, page_frame(1, std::string(text)));
    EXPECT_TRUE(is_refused(bytes));
    auto frame = page_frame(1);
    frame.lines[0].words[0].text = text;
    append_page(in_word, number, frame);
    EXPECT_TRUE(is_refused(in_word));
  }
}

TEST(FrameReader, refuses_numbers_that_cannot_be) {
  std::string begin, odd_rotation, infinite, wild_font, unknown_fault;
  append_begin(begin, number, {1, 1});
  auto frame = page_frame(1);
  frame.page.rotation = 45;
  append_page(odd_rotation, number, frame);
  EXPECT_TRUE(is_refused(begin + odd_rotation));
  frame = page_frame(1);
  frame.page.width_pt = INFINITY;
  append_page(infinite, number, frame);
  EXPECT_TRUE(is_refused(begin + infinite));
  frame = page_frame(1);
  frame.page.fault = PageFault{"internal_error", "a child may not say this"};
  append_page(unknown_fault, number, frame);
  EXPECT_TRUE(is_refused(begin + unknown_fault));
  std::string too_many_expected;
  append_begin(too_many_expected, number, {1, 2});
  EXPECT_TRUE(is_refused(too_many_expected));
}

TEST(FrameReader, refuses_counts_that_the_frame_cannot_hold) {
  std::string bytes;
  append_begin(bytes, number, {1, 1});
  auto start = bytes.size();
  append_page(bytes, number, page_frame(1));
  // Whatever 32-bit number in the page is made enormous, the reader neither crashes nor takes gigabytes.
  for (std::size_t at = start + sizeof(FrameHeader); at + 4 <= bytes.size(); ++at) {
    auto changed = bytes;
    std::uint32_t enormous = 0xFFFFFFFF;
    std::memcpy(changed.data() + at, &enormous, sizeof enormous);
    auto read = read_all(changed);
    EXPECT_TRUE(read || read.error().is(extractor_misbehaved));
  }
}

TEST(FrameReader, ends_a_document_that_says_more_than_allowed) {
  FrameReader reader(number, [](int) { return true; });
  std::string begin, page;
  append_begin(begin, number, {1000, 1000});
  auto feed = [&](std::string_view bytes) {
    auto room = reader.room(bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    reader.arrived(bytes.size());
    return reader.next();
  };
  ASSERT_TRUE(feed(begin));
  for (int i = 1; i < 1000; ++i) {
    page.clear();
    append_page(page, number, page_frame(i, std::string(3 << 20, 'x')));
    auto read = feed(page);
    if (read) continue;
    EXPECT_TRUE(read.error().is(output_limit));
    EXPECT_GT(i, 30);
    return;
  }
  FAIL() << "the reader takes any amount";
}

TEST(FrameReader, knows_a_failure_by_its_code) {
  std::string bytes;
  append_failed(bytes, number, password_required, "needs one");
  auto read = read_all(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<Failed>(read->at(0)).code, &password_required);
}

TEST(FrameWriter, leaves_out_what_does_not_fit_and_says_so) {
  std::string bytes;
  append_begin(bytes, number, {1, 1});
  std::string text;
  while (text.size() < (9u << 20)) text += "é";
  append_page(bytes, number, page_frame(1, text));

  auto read = read_all(bytes);

  ASSERT_TRUE(read) << read.error().describe();
  const auto& frame = std::get<PageFrame>(read->at(1));
  EXPECT_TRUE(frame.lines.empty());
  EXPECT_TRUE(frame.page.markdown.empty());
  EXPECT_GT(frame.page.text.size(), 7u << 20);
  ASSERT_TRUE(frame.page.fault);
  EXPECT_EQ(frame.page.fault->code, output_limit.name);
}

TEST(FrameWriter, writes_boxes_that_are_no_numbers_as_numbers) {
  std::string bytes;
  append_begin(bytes, number, {1, 1});
  auto frame = page_frame(1);
  frame.lines[0].box = {NAN, INFINITY, -INFINITY, 1e30f};
  append_page(bytes, number, frame);
  auto read = read_all(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<PageFrame>(read->at(1)).lines[0].box.left, 0);
}

TEST(Request, comes_back_as_it_was_sent) {
  ExtractRequest request;
  request.document = 9;
  request.bytes = 1234;
  request.limits.pages = 5;
  request.password = "secret";
  request.pages = {{1, 3}, {7, 0}};
  request.skip = {{2, 2}};
  request.without_facts = request.without_context = true;

  auto decoded = decode_request(encode(request));

  ASSERT_TRUE(decoded);
  const auto& back = std::get<ExtractRequest>(*decoded);
  EXPECT_EQ(back.password, "secret");
  EXPECT_EQ(back.pages, request.pages);
  EXPECT_EQ(back.skip, request.skip);
  EXPECT_EQ(back.limits.pages, 5u);
  EXPECT_TRUE(back.without_facts);
  EXPECT_FALSE(back.without_labels);
  EXPECT_TRUE(back.without_context);
}

TEST(Request, cut_short_is_an_error) {
  auto packet = encode(ExtractRequest());
  for (std::size_t bytes = 0; bytes < packet.size(); ++bytes)
    EXPECT_FALSE(decode_request(std::string_view(packet).substr(0, bytes)));
  EXPECT_FALSE(decode_request(packet + "x"));
  EXPECT_FALSE(decode_report(encode(Ended()) + "x"));
  EXPECT_TRUE(decode_report(encode(Ended())));
}

}  // namespace
}  // namespace docquarry::wire
