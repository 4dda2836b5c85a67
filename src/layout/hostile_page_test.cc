// Pages that nobody would typeset. What comes out does not matter; that it comes out, soon and without harm, does. The counts are so
// large that anything quadratic would run for hours.
#include "layout/page_builder_for_tests.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace docquarry {
namespace {

constexpr std::size_t many = 200'000;

PageInk glyphs(std::size_t count, auto place) {
  PageBuilder page;
  page.ink.glyphs.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Glyph& g = page.ink.glyphs[i];
    g.code_point = U'a' + char32_t(i % 26);
    g.size_pt = 10;
    place(g, i);
  }
  return page.ink;
}

PageContent read(const PageInk& ink) {
  DocumentStyle style;
  style.learn(ink, 0);
  return analyse_page(ink, style);
}

void put(Glyph& g, float x, float y, float size = 10) {
  g.box = {x, y - size, x + size / 2, y};
  g.baseline_y = y;
  g.size_pt = size;
}

TEST(HostilePage, all_glyphs_on_one_point) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t) { put(g, 100, 100); }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, the_same_glyph_piled_up_is_read_once) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t) { put(g, 100, 100), g.code_point = 'x'; }));
  EXPECT_EQ(content.text, "x");
}

TEST(HostilePage, every_glyph_a_line_of_its_own) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t i) { put(g, 100, 10.0f + float(i) * 4); }));
  EXPECT_EQ(content.lines.size(), many);
}

TEST(HostilePage, every_glyph_a_piece_of_one_line) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t i) { put(g, float(i) * 4, 100, 2); }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, glyphs_scattered_at_random) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> anywhere(-1000, 2000), sizes(0.01f, 300);
  auto content = read(glyphs(many, [&](Glyph& g, std::size_t) {
    put(g, anywhere(random), anywhere(random), sizes(random));
    g.angle = anywhere(random) / 100;
    g.font = std::uint32_t(random());
  }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, wide_glyphs_that_all_overlap) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t i) {
    put(g, 0, 10 + float(i % 5000) * 0.01f);
    g.box.right = 600;
  }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, a_grid_of_letters) {
  auto content = read(glyphs(many, [](Glyph& g, std::size_t i) { put(g, float(i % 450) * 20, float(i / 450) * 20); }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, scripts_around_every_letter) {
  auto content = read(
      glyphs(many, [](Glyph& g, std::size_t i) { put(g, float(i % 700) * 3, 100 + float(i % 7) * 2, i % 3 == 0 ? 10.0f : 5.0f); }));
  EXPECT_TRUE(content.has_text_layer);
}

TEST(HostilePage, numbers_that_are_none) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  constexpr float huge = std::numeric_limits<float>::max();
  const float odd[] = {nan, infinite, -infinite, huge, -huge, 0, -1, 1e-30f, 1e6f, -1e6f, 100, 1e-45f};
  std::mt19937 random(3);
  auto any = [&] { return odd[random() % std::size(odd)]; };
  auto ink = glyphs(50'000, [&](Glyph& g, std::size_t) {
    g.box = {any(), any(), any(), any()};
    g.baseline_y = any();
    g.size_pt = any();
    g.angle = any();
    g.font = std::uint32_t(random());
    g.code_point = char32_t(random() % 0x11000);
  });
  for (int i = 0; i < 20'000; ++i) ink.rules.push_back({{any(), any(), any(), any()}});
  ink.width_pt = nan, ink.height_pt = huge;
  read(ink);
}

TEST(HostilePage, a_table_of_very_many_rules) {
  PageBuilder page;
  for (int i = 0; i < 10'000; ++i) {
    page.rule(0, float(i) * 0.7f, 500, float(i) * 0.7f);
    page.rule(float(i) * 0.7f, 0, float(i) * 0.7f, 500);
  }
  for (int i = 0; i < 300; ++i) page.text(10, 10 + float(i) * 3, "cell cell cell");
  EXPECT_TRUE(page.read().has_text_layer);
}

TEST(HostilePage, code_that_is_far_to_the_right_does_not_become_megabytes_of_spaces) {
  auto ink = glyphs(20'000, [](Glyph& g, std::size_t i) {
    put(g, i % 2 == 0 ? 0.0f : 5000.0f, 10 + float(i) * 12), g.font = PageBuilder::monospace;
  });
  for (int i = 0; i < 30'000; ++i) ink.glyphs.push_back(ink.glyphs[0]), ink.glyphs.back().font = 0;
  EXPECT_LT(read(ink).markdown.size(), 2'000'000u);
}

}  // namespace
}  // namespace docquarry
