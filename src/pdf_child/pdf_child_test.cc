#include "domain/error_codes.h"
#include "pdf_child/pdf_date.h"
#include "pdf_child/pdfium_reader.h"
#include "pdf_child/raw_search.h"
#include "tests/unit/small_pdf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace docquarry {
namespace {

class PdfReaderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { start_pdfium(); }

  PdfReader& open(std::string pdf) {
    pdf_ = std::move(pdf);
    auto reader = PdfReader::open(pdf_, "", limits_);
    EXPECT_TRUE(reader) << reader.error().describe();
    reader_ = std::move(*reader);
    return *reader_;
  }
  static std::string text_of(const PageInk& ink) {
    std::string text;
    for (const auto& glyph : ink.glyphs)
      if (glyph.code_point < 128) text += char(glyph.code_point);
    return text;
  }

  wire::ChildLimits limits_;
  std::string pdf_;
  std::unique_ptr<PdfReader> reader_;
};

TEST_F(PdfReaderTest, gives_characters_with_place_size_and_font) {
  auto& reader = open(SmallPdf().text_page("Hi there", 72, 700).build());
  Page page;

  auto ink = reader.read_page(1, page);

  ASSERT_TRUE(ink);
  EXPECT_EQ(text_of(**ink).substr(0, 8), "Hi there");
  const auto& first = (*ink)->glyphs.at(0);
  EXPECT_FLOAT_EQ(first.size_pt, 12);
  EXPECT_NEAR(first.baseline_y, 792 - 700, 0.01);
  EXPECT_NEAR(first.box.left, 72, 1.5);
  EXPECT_LT(first.box.top, first.box.bottom);
  EXPECT_FLOAT_EQ(first.angle, 0);
  EXPECT_EQ((*ink)->fonts.at(first.font).name, "Helvetica");
  EXPECT_EQ(page.width_pt, 612);
  EXPECT_EQ(page.rotation, 0);
}

TEST_F(PdfReaderTest, turns_the_page_as_the_file_says) {
  // Written upwards on a page that is shown turned by 90 degrees: reads from left to right.
  SmallPdf pdf;
  pdf.page("BT /F1 12 Tf 0 1 -1 0 100 50 Tm (Turned) Tj ET", "/Rotate 90");
  auto& reader = open(pdf.build());
  Page page;

  auto ink = reader.read_page(1, page);

  ASSERT_TRUE(ink);
  EXPECT_EQ(page.rotation, 90);
  EXPECT_EQ(page.width_pt, 792);
  EXPECT_EQ(page.height_pt, 612);
  const auto& first = (*ink)->glyphs.at(0);
  EXPECT_NEAR(first.angle, 0, 1e-4);
  EXPECT_NEAR(first.baseline_y, 100, 0.01);
  EXPECT_NEAR(first.box.left, 50, 1.5);
}

TEST_F(PdfReaderTest, measures_from_the_crop_box) {
  SmallPdf pdf;
  pdf.page("BT /F1 12 Tf 110 210 Td (X) Tj ET", "/CropBox[100 200 400 500]");
  auto& reader = open(pdf.build());
  Page page;
  auto ink = reader.read_page(1, page);
  ASSERT_TRUE(ink);
  EXPECT_EQ(page.width_pt, 300);
  EXPECT_NEAR((*ink)->glyphs.at(0).baseline_y, 290, 0.01);
  EXPECT_NEAR((*ink)->glyphs.at(0).box.left, 10, 1.5);
}

TEST_F(PdfReaderTest, knows_upside_down_and_scaled_text) {
  SmallPdf pdf;
  pdf.page("BT /F1 6 Tf -2 0 0 -2 300 400 Tm (X) Tj ET BT 3 Tr /F1 6 Tf 1 0 0 1 10 10 Tm (Y) Tj ET");
  auto& reader = open(pdf.build());
  Page page;
  auto ink = reader.read_page(1, page);
  ASSERT_TRUE(ink);
  EXPECT_NEAR(std::abs((*ink)->glyphs.front().angle), 3.14159, 1e-3);
  EXPECT_FLOAT_EQ((*ink)->glyphs.front().size_pt, 12);
  EXPECT_FALSE((*ink)->glyphs.front().invisible);
  EXPECT_TRUE((*ink)->glyphs.back().invisible);
}

TEST_F(PdfReaderTest, finds_rules_also_inside_forms) {
  SmallPdf pdf;
  pdf.page("100 100 200 0.5 re f 50 600 m 250 600 l S 10 10 100 50 re S q 2 0 0 2 0 0 cm /X Do Q",
           "/Resources<</XObject<</X 1000 0 R>>>>");
  pdf.object(1000, "<</Type/XObject/Subtype/Form/BBox[0 0 600 600]/Length 19>>stream\n20 200 m 70 200 l S\nendstream");
  auto& reader = open(pdf.build());
  Page page;

  auto ink = reader.read_page(1, page);

  ASSERT_TRUE(ink);
  auto has_rule = [&](float left, float y, float right) {
    for (const auto& rule : (*ink)->rules)
      if (std::abs(rule.box.left - left) < 2 && std::abs(rule.box.top - y) < 2 && std::abs(rule.box.right - right) < 2) return true;
    return false;
  };
  EXPECT_TRUE(has_rule(100, 792 - 100.5f, 300));  // a filled sliver
  EXPECT_TRUE(has_rule(50, 792 - 600, 250));      // a stroke
  EXPECT_TRUE(has_rule(10, 792 - 10, 110));       // an edge of a rectangle
  EXPECT_TRUE(has_rule(40, 792 - 400, 140));      // in the form, twice as large
}

TEST_F(PdfReaderTest, stops_at_the_object_limit_and_says_so) {
  limits_.objects = 10;
  std::string many;
  for (int i = 0; i < 50; ++i) many += "0 " + std::to_string(i * 10) + " m 600 " + std::to_string(i * 10) + " l S ";
  auto& reader = open(SmallPdf().page(many).build());
  Page page;
  auto ink = reader.read_page(1, page);
  ASSERT_TRUE(ink);
  EXPECT_EQ((*ink)->rules.size(), 10u);
  EXPECT_FALSE(reader.cut().empty());
}

TEST_F(PdfReaderTest, stops_at_the_character_limit_and_says_so) {
  limits_.text_per_page = 5;
  auto& reader = open(SmallPdf().text_page("more than five").build());
  Page page;
  auto ink = reader.read_page(1, page);
  ASSERT_TRUE(ink);
  EXPECT_EQ((*ink)->glyphs.size(), 5u);
  EXPECT_FALSE(reader.cut().empty());
}

TEST_F(PdfReaderTest, reads_facts) {
  auto& reader = open(SmallPdf()
                          .text_page("x")
                          .info("/Title(T)/Author<FEFF00C9>/CreationDate(D:20260102030405+01'30')/Company(Acme)/Odd#20Key(no)")
                          .catalogue("/Outlines 1000 0 R/PageLabels<</Nums[0<</S/r/St 4>>]>>")
                          .object(1000, "<</First 1001 0 R/Last 1001 0 R>>")
                          .object(1001, "<</Title(Chapter)/Parent 1000 0 R/Dest[10 0 R/Fit]>>")
                          .build());
  std::vector<std::string> faults;
  auto facts = reader.facts(faults);
  Page page;
  ASSERT_TRUE(reader.read_page(1, page));

  EXPECT_EQ(facts.metadata.title, "T");
  EXPECT_EQ(facts.metadata.author, "É");
  EXPECT_EQ(facts.metadata.creation_date, "2026-01-02T03:04:05+01:30");
  EXPECT_FALSE(facts.metadata.subject);
  ASSERT_EQ(facts.other_info.size(), 1u);
  EXPECT_EQ(facts.other_info[0].first, "Company");
  ASSERT_EQ(facts.outline.size(), 1u);
  EXPECT_EQ(facts.outline[0].title, "Chapter");
  EXPECT_EQ(facts.outline[0].page, 1);
  EXPECT_EQ(page.label, "iv");
  EXPECT_EQ(facts.pdf_version, "1.7");
  EXPECT_TRUE(faults.empty());
}

TEST_F(PdfReaderTest, an_outline_that_bites_its_tail_ends) {
  auto& reader = open(SmallPdf()
                          .text_page("x")
                          .catalogue("/Outlines 1000 0 R")
                          .object(1000, "<</First 1001 0 R>>")
                          .object(1001, "<</Title(Loop)/First 1001 0 R/Next 1001 0 R>>")
                          .build());
  std::vector<std::string> faults;
  auto facts = reader.facts(faults);
  EXPECT_EQ(facts.outline.size(), 1u);
  EXPECT_EQ(faults.size(), 1u);
}

TEST_F(PdfReaderTest, a_long_title_is_cut_and_reported) {
  limits_.metadata_field_bytes = 100;
  auto& reader = open(SmallPdf().text_page("x").info("/Title(" + std::string(500, 'a') + ")").build());
  std::vector<std::string> faults;
  auto facts = reader.facts(faults);
  EXPECT_LE(facts.metadata.title->size(), 100u);
  EXPECT_FALSE(facts.metadata.title->empty());
  EXPECT_EQ(faults.size(), 1u);
}

TEST_F(PdfReaderTest, distinguishes_what_cannot_be_opened) {
  std::string junk = "no PDF";
  auto reader = PdfReader::open(junk, "", limits_);
  ASSERT_FALSE(reader);
  EXPECT_TRUE(reader.error().is(invalid_document));
}

TEST(PdfDate, becomes_iso_8601) {
  EXPECT_EQ(iso_date("D:20260102030405Z"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(iso_date("D:20260102030405-08'00'"), "2026-01-02T03:04:05-08:00");
  EXPECT_EQ(iso_date("D:20260102030405+0530"), "2026-01-02T03:04:05+05:30");
  EXPECT_EQ(iso_date("D:20260102030405"), "2026-01-02T03:04:05");
  EXPECT_EQ(iso_date("D:2026"), "2026-01-01T00:00:00");
  EXPECT_EQ(iso_date("20260102"), "2026-01-02T00:00:00");
}

TEST(PdfDate, stays_as_written_when_it_cannot_be_read) {
  for (const char* date :
       {"", "yesterday", "D:20261302", "D:20260230", "D:20260102256060", "D:20260102030405+99'00'", "D:20260102030405?"})
    EXPECT_EQ(iso_date(date), date);
}

TEST(InformationKeys, are_found_whatever_their_values_are) {
  std::string file =
      "%PDF-1.4\n7 0 obj\n<</Title(a (nested) \\) one)/Flag true/Kind/Name /List[/x/y]/Sub<</Inner(z)>>/Hex<2F42>/Ref 9 0 "
      "R/Last(l)>>\nendobj\n"
      "trailer<</Root 1 0 R/Info 7 0 R>>";
  EXPECT_EQ(information_keys(file), (std::vector<std::string>{"Title", "Flag", "Kind", "List", "Sub", "Hex", "Ref", "Last"}));
}

TEST(InformationKeys, are_none_when_the_dictionary_cannot_be_seen) {
  EXPECT_TRUE(information_keys("").empty());
  EXPECT_TRUE(information_keys("trailer<</Info 7 0 R>>").empty());
  EXPECT_TRUE(information_keys("/Info 7 0 R 7 0 obj").empty());
  EXPECT_TRUE(information_keys(std::string(3 << 20, '(')).empty());
}

TEST(XmpPacket, is_the_last_one_between_its_tags) {
  EXPECT_EQ(xmp_packet("..<x:xmpmeta a>1</x:xmpmeta>..<x:xmpmeta>2</x:xmpmeta>.."), "<x:xmpmeta>2</x:xmpmeta>");
  EXPECT_EQ(xmp_packet("<x:xmpmeta> without end"), "");
}

TEST(Sandbox, refuses_every_escape_attempt) {
  auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "docquarry-extractor";
  EXPECT_EQ(std::system((program.string() + " escape-attempts --best-effort").c_str()), 0);
}

}  // namespace
}  // namespace docquarry
