#include "layout/page_builder_for_tests.h"

#include <gtest/gtest.h>

#include <random>

namespace docquarry {
namespace {

std::string read_text(const PageBuilder& page) { return page.read().text; }
std::string read_markdown(const PageBuilder& page) { return page.read().markdown; }

// ---- words and lines

TEST(Lines, reads_words_that_are_divided_by_real_spaces) {
  PageBuilder page;
  page.text(72, 100, "Hello wide world");

  auto content = page.read();

  EXPECT_EQ(content.text, "Hello wide world");
  ASSERT_EQ(content.lines.size(), 1u);
  ASSERT_EQ(content.lines[0].words.size(), 3u);
  EXPECT_EQ(content.lines[0].words[1].text, "wide");
  EXPECT_FLOAT_EQ(content.lines[0].words[1].box.left, 72 + 6 * 5);
  EXPECT_TRUE(content.has_text_layer);
}

TEST(Lines, reads_words_that_are_divided_by_gaps_only) {
  PageBuilder page;
  page.spaces = PageBuilder::Spaces::gaps;
  page.text(72, 100, "Hello wide world");

  EXPECT_EQ(read_text(page), "Hello wide world");
}

TEST(Lines, do_not_depend_on_the_order_of_drawing) {
  PageBuilder page;
  page.lines(72, 100, {"The quick brown fox jumps over", "the lazy dog and then rests in", "the shade of a tree."});
  auto expected = read_text(page);
  std::mt19937 random(1);
  page.spaces = PageBuilder::Spaces::gaps;
  std::erase_if(page.ink.glyphs, [](auto& g) { return g.code_point == ' '; });
  std::shuffle(page.ink.glyphs.begin(), page.ink.glyphs.end(), random);

  EXPECT_EQ(read_text(page), expected);
}

TEST(Lines, letter_spaced_words_stay_words) {
  PageBuilder page;
  page.letter_spacing = 2;
  page.spaces = PageBuilder::Spaces::gaps;
  page.text(72, 100, "WIDE LETTERS HERE");

  EXPECT_EQ(read_text(page), "WIDE LETTERS HERE");
}

TEST(Lines, spaces_that_the_reader_inferred_need_a_gap_to_count) {
  PageBuilder page;
  page.text(72, 100, "over");
  page.glyph(92, 100, ' ');
  page.ink.glyphs.back().generated = true;
  page.text(92, 100, "lap");

  EXPECT_EQ(read_text(page), "overlap");
}

TEST(Lines, print_a_letter_once_that_was_drawn_twice_for_weight) {
  PageBuilder page;
  page.text(72, 100, "Heavy letters");
  page.text(72.4f, 100, "Heavy letters");

  EXPECT_EQ(read_text(page), "Heavy letters");
}

TEST(Lines, keep_both_letters_of_an_opened_ligature) {
  PageBuilder page;
  page.glyph(72, 100, 'o');
  page.glyph(77, 100, 'f');
  page.glyph(77, 100, 'f');
  page.glyph(82, 100, 'e');
  page.glyph(87, 100, 'r');

  EXPECT_EQ(read_text(page), "offer");
}

TEST(Lines, open_ligatures) {
  PageBuilder page;
  page.text(72, 100, "e\uFB03cient \uFB01nal \uFB02ow o\uFB00");

  EXPECT_EQ(read_text(page), "efficient final flow off");
}

TEST(Lines, superscripts_belong_to_their_word) {
  PageBuilder page;
  float x = page.text(72, 100, "about 10");
  page.size = 6;
  float after = page.text(x, 96, "6");
  page.size = 10;
  page.text(after, 100, " cells");

  EXPECT_EQ(read_text(page), "about 106 cells");
}

TEST(Lines, right_to_left_words_come_in_reading_order) {
  PageBuilder page;  // as seen from left to right: "12 gimel bet alef"
  page.text(72, 100, "12 \u05D2\u05D1 \u05D0");

  EXPECT_EQ(read_text(page), "\u05D0 \u05D1\u05D2 12");
}

TEST(Lines, ideographs_are_joined_over_line_ends_without_a_space) {
  PageBuilder page;
  page.lines(72, 100, {"\u4E2D\u6587\u6587", "\u672C\u5B57\u7B26"});

  EXPECT_EQ(read_text(page), "\u4E2D\u6587\u6587\u672C\u5B57\u7B26");
}

TEST(Lines, text_that_runs_up_or_down_the_page_is_read_along_its_direction) {
  for (int turns : {1, 2, 3}) {
    PageBuilder page;
    page.turned_text(300, 400, turns, "turned words");

    auto content = page.read();

    EXPECT_EQ(content.text, "turned words") << turns;
    ASSERT_EQ(content.lines.size(), 1u);
    auto box = content.lines[0].box;
    EXPECT_GT(turns == 2 ? box.width() : box.height(), 55) << turns;
    EXPECT_LE(std::abs(box.left - 300), 61) << turns;
  }
}

TEST(Lines, slanted_text_is_kept_after_the_rest) {
  PageBuilder page;
  page.text(72, 500, "DRAFT");
  for (auto& glyph : page.ink.glyphs) glyph.angle = 0.8f;
  page.lines(72, 100, {"Ordinary text on the page", "goes on here."});

  EXPECT_EQ(read_text(page), "Ordinary text on the page goes on here.\n\nDRAFT");
}

TEST(Lines, hidden_text_counts_only_where_nothing_else_is_there) {
  PageBuilder page;
  page.text(72, 100, "recognised text");
  for (auto& glyph : page.ink.glyphs) glyph.invisible = true;
  EXPECT_EQ(read_text(page), "recognised text");

  page.text(72, 200, "what everybody sees on this page");
  EXPECT_EQ(read_text(page), "what everybody sees on this page");
}

// ---- columns

void two_columns(PageBuilder& page, float top) {
  page.lines(72, top,
             {"Left column runs with words", "that fill it from one side", "to the other and goes on", "until it ends down here."});
  page.lines(320, top + 3,
             {"Right column has its own", "lines that stand a little", "lower than the left ones", "and end in the same way."});
}

TEST(Columns, are_read_one_after_the_other) {
  PageBuilder page;
  two_columns(page, 100);

  EXPECT_EQ(read_text(page),
            "Left column runs with words that fill it from one side to the other and goes on until it ends down here.\n\n"
            "Right column has its own lines that stand a little lower than the left ones and end in the same way.");
}

TEST(Columns, are_read_between_what_spans_them) {
  PageBuilder page;
  page.text(72, 70, "A title that goes over both of the columns, quite long, without an end");
  two_columns(page, 100);
  page.text(72, 180, "A line below that goes over both of the columns, too, and so it is last");

  auto text = read_text(page);

  EXPECT_LT(text.find("A title"), text.find("Left column"));
  EXPECT_LT(text.find("down here."), text.find("Right column"));
  EXPECT_LT(text.find("same way."), text.find("A line below"));
}

TEST(Columns, three_are_found_too) {
  PageBuilder page;
  page.size = 8;
  page.lines(50, 100,
             {"first column of the three", "has these four lines of", "words in it, one by one", "and ends at this place."}, 10);
  page.lines(220, 100,
             {"second one stands in the", "middle and is read as soon", "as the first is done, and", "then it ends here, too."},
             10);
  page.lines(390, 100,
             {"third column is the last", "to be read, as it stands", "furthest to the right of", "them all on this page."}, 10);

  auto text = read_text(page);

  EXPECT_LT(text.find("this place."), text.find("second"));
  EXPECT_LT(text.find("here, too."), text.find("third"));
}

TEST(Columns, a_form_is_read_row_by_row) {
  PageBuilder page;
  page.lines(72, 100, {"Name:", "Street:", "Town:", "Country:"}, 20);
  page.lines(200, 100, {"Ada", "Long Road", "London", "England"}, 20);

  auto text = read_text(page);

  EXPECT_LT(text.find("Ada"), text.find("Street:"));
  EXPECT_LT(text.find("London"), text.find("Country:"));
}

TEST(Columns, a_title_centred_over_them_is_read_first) {
  PageBuilder page;
  two_columns(page, 120);
  page.size = 20;
  page.text(310, 70, "Late title");

  EXPECT_TRUE(read_text(page).starts_with("Late title"));
}

TEST(Columns, a_paragraph_that_goes_on_in_the_next_column_is_one) {
  PageBuilder page;
  page.lines(72, 100,
             {"This column has a sentence", "that does not come to its", "end before the foot of the", "column and therefore it"});
  page.lines(320, 100,
             {"goes on in the next, where", "it has all the space that", "it wants for its words and", "comes to its end."});

  EXPECT_NE(read_text(page).find("therefore it goes on"), std::string::npos);
}

// ---- paragraphs

TEST(Paragraphs, are_divided_by_space) {
  PageBuilder page;
  page.lines(72, 100, {"One paragraph that has", "two lines of words"});
  page.lines(72, 132, {"Another one that has", "two lines as well"});

  EXPECT_EQ(read_text(page), "One paragraph that has two lines of words\n\nAnother one that has two lines as well");
}

TEST(Paragraphs, are_divided_by_the_indent_of_a_first_line) {
  PageBuilder page;
  page.lines(72, 100, {"The first paragraph goes on to the end of its", "lines, and then there is one more that follows."});
  page.text(90, 124, "This one starts further in but it then goes");
  page.text(72, 136, "back to the edge.");

  EXPECT_EQ(read_text(page),
            "The first paragraph goes on to the end of its lines, and then there is one more that follows.\n\n"
            "This one starts further in but it then goes back to the edge.");
}

TEST(Paragraphs, undo_hyphens_at_line_ends_and_keep_those_of_the_language) {
  PageBuilder page;
  page.lines(72, 100, {"Words that are hyphen-", "ated here, as state-of-the-", "art and the Anglo-", "Saxon one are not."});

  EXPECT_EQ(read_text(page), "Words that are hyphenated here, as state-of-the-art and the Anglo-Saxon one are not.");
}

TEST(Paragraphs, keep_the_hyphen_of_a_word_that_the_page_has_with_one) {
  PageBuilder page;
  page.lines(72, 100, {"A well-known word stands here and the same well-", "known word is cut at a line's end."});

  EXPECT_EQ(read_text(page), "A well-known word stands here and the same well-known word is cut at a line's end.");
}

TEST(Paragraphs, soft_hyphens_vanish) {
  PageBuilder page;
  page.lines(72, 100, {"in\u00ADside a line and at the sepa\u00AD", "ration of two"});

  EXPECT_EQ(read_text(page), "inside a line and at the separation of two");
}

// ---- headings, lists, code

void body_text(PageBuilder& page, float top) {
  page.lines(72, top,
             {"Running text that is long enough to be the body of", "the document, with a second line, and with a third",
              "one to be sure of it."});
}

TEST(Headings, are_larger_than_the_body) {
  PageBuilder page;
  page.size = 18;
  page.text(72, 60, "Title");
  page.size = 14;
  page.text(72, 85, "Section");
  page.size = 10;
  body_text(page, 110);

  EXPECT_TRUE(read_markdown(page).starts_with("# Title\n\n## Section\n\nRunning text"));
}

TEST(Headings, are_bold_lines_above_text) {
  PageBuilder page;
  body_text(page, 60);
  page.font = PageBuilder::bold;
  page.text(72, 110, "1. Methods");
  page.font = PageBuilder::regular;
  body_text(page, 125);

  EXPECT_NE(read_markdown(page).find("\n\n# 1. Methods\n\n"), std::string::npos) << read_markdown(page);
}

TEST(Headings, bold_sentences_are_none) {
  PageBuilder page;
  body_text(page, 60);
  page.font = PageBuilder::bold;
  page.text(72, 110, "This must never be done.");
  page.font = PageBuilder::regular;
  body_text(page, 135);

  EXPECT_EQ(read_markdown(page).find('#'), std::string::npos);
}

TEST(Headings, share_a_line_with_their_text) {
  PageBuilder page;
  body_text(page, 60);
  page.font = PageBuilder::bold;
  float x = page.text(72, 120, "Method");
  page.font = PageBuilder::regular;
  page.text(x + 10, 120, "The samples were taken in the morning and");
  page.text(72, 132, "stored until noon.");

  EXPECT_NE(read_markdown(page).find("\n\n# Method\n\nThe samples were taken in the morning and stored until noon."),
            std::string::npos)
      << read_markdown(page);
}

TEST(Headings, in_the_bodys_own_letters_are_numbered_and_stand_above_text) {
  PageBuilder page;
  body_text(page, 60);
  page.text(72, 120, "2.1 Materials and Samples");
  body_text(page, 145);

  EXPECT_NE(read_markdown(page).find("\n\n# 2.1 Materials and Samples\n\n"), std::string::npos) << read_markdown(page);
}

TEST(Headings, text_without_larger_sizes_has_none) {
  PageBuilder page;
  body_text(page, 60);

  EXPECT_EQ(read_markdown(page).find('#'), std::string::npos);
}

TEST(Lists, items_are_told_by_their_marks_and_nested_by_their_indent) {
  PageBuilder page;
  page.lines(72, 100, {"\u2022 one", "\u2022 two that goes on"});
  page.text(82, 124, "in a second line");
  page.text(92, 136, "\u2013 inner");
  page.text(92, 148, "\u2013 other");
  page.text(72, 160, "\u2022 three");

  EXPECT_EQ(read_markdown(page), "- one\n- two that goes on in a second line\n    - inner\n    - other\n- three");
}

TEST(Lists, numbers_are_the_documents_own) {
  PageBuilder page;
  page.lines(72, 100, {"3. third", "4. fourth", "5. fifth"});

  EXPECT_EQ(read_markdown(page), "3. third\n4. fourth\n5. fifth");
}

TEST(Lists, a_lone_number_or_initial_at_a_line_start_is_no_item) {
  PageBuilder page;
  page.lines(72, 100, {"The war ended in the year of", "1945. After that the letters of", "J. Smith were found in a box."});

  EXPECT_EQ(read_markdown(page), "The war ended in the year of 1945. After that the letters of J. Smith were found in a box.");
}

TEST(Code, keeps_lines_and_indents) {
  PageBuilder page;
  body_text(page, 60);
  page.font = PageBuilder::monospace;
  page.lines(72, 120, {"if (a < b) {", "    return `a`;", "}"});

  EXPECT_NE(read_markdown(page).find("\n\n```\nif (a < b) {\n    return `a`;\n}\n```"), std::string::npos) << read_markdown(page);
}

TEST(Code, a_document_set_in_typewriter_letters_is_text) {
  PageBuilder page;
  page.font = PageBuilder::monospace;
  body_text(page, 60);

  EXPECT_EQ(read_markdown(page).find("```"), std::string::npos);
}

// ---- tables

// Two rows of two cells, 100 wide and 20 high, from (72, 100).
void grid(PageBuilder& page) {
  for (float y : {100.0f, 120.0f, 140.0f}) page.rule(72, y, 272, y);
  for (float x : {72.0f, 172.0f, 272.0f}) page.rule(x, 100, x, 140);
}

TEST(Tables, lines_across_and_down_make_cells) {
  PageBuilder page;
  grid(page);
  page.text(80, 114, "a | b"), page.text(180, 114, "two");
  page.text(80, 134, "three"), page.text(180, 134, "four <b>");

  EXPECT_EQ(read_markdown(page), "| a \\| b | two |\n| --- | --- |\n| three | four \\<b> |");
  EXPECT_EQ(read_text(page), "a | b\ttwo\nthree\tfour <b>");
}

TEST(Tables, a_missing_side_makes_one_cell_of_two) {
  PageBuilder page;
  for (float y : {100.0f, 120.0f, 140.0f, 160.0f}) page.rule(72, y, 272, y);
  for (float x : {72.0f, 272.0f}) page.rule(x, 100, x, 160);
  page.rule(172, 120, 172, 160);
  page.text(80, 114, "both & more");
  page.text(80, 134, "one"), page.text(180, 134, "two");
  page.text(80, 154, "three"), page.text(180, 154, "four");

  EXPECT_EQ(read_markdown(page),
            "<table>\n<tr><td colspan=\"2\">both &amp; more</td></tr>\n<tr><td>one</td><td>two</td></tr>\n"
            "<tr><td>three</td><td>four</td></tr>\n</table>");
}

TEST(Tables, a_box_around_a_paragraph_is_none) {
  PageBuilder page;
  for (float y : {90.0f, 150.0f}) page.rule(60, y, 400, y);
  for (float x : {60.0f, 400.0f}) page.rule(x, 90, x, 150);
  body_text(page, 110);

  EXPECT_EQ(read_markdown(page).find('|'), std::string::npos);
}

TEST(Tables, words_in_aligned_columns_make_cells) {
  PageBuilder page;
  page.lines(150, 100, {"Growth"}), page.lines(250, 100, {"Share"});
  page.lines(72, 112, {"North", "South", "West"});
  page.lines(150, 112, {"12", "3", "7"});
  page.lines(250, 112, {"0.4", "0.1", "0.5"});

  EXPECT_EQ(read_markdown(page),
            "|  | Growth | Share |\n| --- | --- | --- |\n| North | 12 | 0.4 |\n| South | 3 | 0.1 |\n| West | 7 | 0.5 |");
}

TEST(Tables, two_columns_of_text_are_none) {
  PageBuilder page;
  two_columns(page, 100);

  EXPECT_EQ(read_markdown(page).find('|'), std::string::npos);
}

TEST(Tables, contents_with_dots_are_none) {
  PageBuilder page;
  page.lines(72, 100, {"First steps ...............", "Second steps ..............", "Third steps ..............."});
  page.lines(300, 100, {"4", "17", "23"});

  EXPECT_EQ(read_markdown(page).find('|'), std::string::npos);
}

// ---- running heads and feet

TEST(Furniture, page_numbers_are_left_out_of_the_markdown_only) {
  PageBuilder page;
  body_text(page, 100);
  page.text(290, 800, "- 12 -");

  auto content = page.read();

  EXPECT_EQ(content.markdown.find("12"), std::string::npos);
  EXPECT_TRUE(content.text.ends_with("- 12 -"));
  EXPECT_EQ(content.lines.size(), 4u);
}

TEST(Furniture, a_head_is_known_by_its_return_on_the_next_page) {
  PageBuilder first, second;
  first.text(72, 60, "Annals of Things 7");
  first.lines(72, 75, {"Another page had other text below the same", "head, over two lines."});
  second.text(72, 60, "Annals of Things 8");
  body_text(second, 75);
  DocumentStyle style;
  style.learn(first.ink, 0);
  style.learn(second.ink, 1);

  EXPECT_TRUE(analyse_page(second.ink, style).markdown.starts_with("Running text"));
}

TEST(DocumentStyle, is_the_same_for_who_begins_in_the_middle_and_reads_only_the_pages_that_matter) {
  auto page_at = [](int place) {
    PageBuilder page;
    page.text(72, 60, place % 3 == 0 ? "Annals of Things" : "Chapter " + std::string(std::size_t(place / 10 + 1), 'x'));
    page.size = 20 + float(place % 50);
    page.text(72, 90, "Title");
    page.size = place < 100 ? 10 : 12;
    body_text(page, 130);
    return page.ink;
  };
  constexpr int reader = 300;
  DocumentStyle whole, rest;
  for (int place = 0; place <= reader; ++place) {
    auto ink = page_at(place);
    whole.learn(ink, place);
    if (DocumentStyle::matters(place, reader)) rest.learn(ink, place);
  }

  EXPECT_EQ(whole.body_size_pt(), rest.body_size_pt());
  for (float size = 8; size < 80; size += 1) EXPECT_EQ(whole.heading_level(size), rest.heading_level(size)) << size;
  auto ink = page_at(reader);
  EXPECT_EQ(analyse_page(ink, whole).markdown, analyse_page(ink, rest).markdown);
}

TEST(Furniture, a_page_with_nothing_but_a_number_keeps_it) {
  PageBuilder page;
  page.text(290, 800, "12");

  EXPECT_EQ(read_markdown(page), "12");
}

// ---- Markdown

std::string escaped(std::string_view text) {
  PageBuilder page;
  page.text(72, 100, text);
  return read_markdown(page);
}

TEST(Markdown, escapes_what_would_be_markup) {
  EXPECT_EQ(escaped("<script>alert(1)</script>"), "\\<script>alert(1)\\</script>");
  EXPECT_EQ(escaped("*loud* and _low_"), "\\*loud\\* and \\_low\\_");
  EXPECT_EQ(escaped("[here](http://x)"), "[here]\\(http://x)");
  EXPECT_EQ(escaped("# 5 is a number"), "\\# 5 is a number");
  EXPECT_EQ(escaped("> 5 is large"), "\\> 5 is large");
  EXPECT_EQ(escaped("`a` and `b`"), "\\`a\\` and \\`b\\`");
  EXPECT_EQ(escaped("&lt; is an entity"), "\\&lt; is an entity");
  EXPECT_EQ(escaped("1986. A good year"), "1986\\. A good year");
  EXPECT_EQ(escaped("--- ---"), "\\--- ---");
  EXPECT_EQ(escaped("a\\*b"), "a\\\\*b");
}

TEST(Markdown, leaves_alone_what_is_no_markup) {
  for (auto text : {"2 * 3 * 4 = 24", "snake_case_name", "5 < 6 and 7 > 6", "AT&T", "[12] and [13]", "C:\\dir", "#5 is 1.5 or -1",
                    "a single * star"})
    EXPECT_EQ(escaped(text), text);
}

// ---- emptiness

TEST(Page, without_ink_is_empty_and_has_no_text_layer) {
  auto content = PageBuilder().read();

  EXPECT_EQ(content.text, "");
  EXPECT_EQ(content.markdown, "");
  EXPECT_FALSE(content.has_text_layer);
}

TEST(Page, with_spaces_only_has_no_text_layer) {
  PageBuilder page;
  page.text(72, 100, "   ");

  EXPECT_FALSE(page.read().has_text_layer);
}

TEST(Page, is_read_the_same_each_time) {
  PageBuilder page;
  two_columns(page, 100);
  body_text(page, 300);

  EXPECT_EQ(read_markdown(page), read_markdown(page));
}

}  // namespace
}  // namespace docquarry
