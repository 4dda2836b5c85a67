#include "base/text.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

std::string cleaned(std::uint32_t code_point) {
  std::string out;
  append_clean(out, code_point);
  return out;
}

TEST(Text, keeps_ordinary_characters_of_every_length) {
  EXPECT_EQ(cleaned('a'), "a");
  EXPECT_EQ(cleaned(0xE9), "é");
  EXPECT_EQ(cleaned(0x4E2D), "中");
  EXPECT_EQ(cleaned(0x1F600), "😀");
}

TEST(Text, replaces_nul_surrogates_and_noncharacters) {
  for (std::uint32_t bad : {0x0u, 0xD800u, 0xDFFFu, 0xFFFEu, 0xFFFFu, 0x1FFFEu, 0xFDD0u, 0x110000u})
    EXPECT_EQ(cleaned(bad), "\uFFFD") << bad;
}

TEST(Text, drops_controls_but_keeps_tab_and_line_ends) {
  EXPECT_EQ(cleaned(0x1B), "");
  EXPECT_EQ(cleaned(0x7F), "");
  EXPECT_EQ(cleaned(0x85), "");
  EXPECT_EQ(cleaned('\t') + cleaned('\n') + cleaned('\r') + cleaned('\f'), "\t\n\r\f");
}

TEST(Text, is_clean_only_if_append_clean_could_have_written_it) {
  EXPECT_TRUE(is_clean("plain, é, 中, 😀, \uFFFD\n"));
  EXPECT_FALSE(is_clean(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_clean("\xC0\x80"));          // overlong NUL
  EXPECT_FALSE(is_clean("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_clean("\xF5\x80\x80\x80"));  // beyond Unicode
  EXPECT_FALSE(is_clean("\xE4\xB8"));          // cut off
  EXPECT_FALSE(is_clean("\x1B[0m"));
  EXPECT_FALSE(is_clean("\xEF\xBF\xBE"));  // U+FFFE
}

TEST(Text, cleaning_any_bytes_gives_clean_text_and_counts_changes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += char(i);
  std::size_t replaced = 0;

  std::string text = clean_text(bytes, &replaced);

  EXPECT_TRUE(is_clean(text));
  EXPECT_EQ(replaced, 256u - 95u - 4u);  // all but printable ASCII and the four line characters
  EXPECT_EQ(clean_text(text), text);
}

}  // namespace
}  // namespace docquarry
