// Bytes become the ink of a page: any numbers, any order, many or few.
#include "layout/analyse_page.h"

#include <cstddef>
#include <cstring>

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}

  bool empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *at_++;
  }
  // Mostly a place on a page, in half points, so that lines meet; sometimes any float at all.
  float number() {
    auto kind = byte();
    if (kind % 16 != 0) return float(kind) * 2 + float(byte() % 4) / 2;
    std::uint32_t bits = 0;
    for (int i = 0; i < 4; ++i) bits = bits << 8 | byte();
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

 private:
  const std::uint8_t* at_;
  std::size_t left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry;
  Bytes bytes(data, size);
  PageInk ink;
  ink.width_pt = bytes.number(), ink.height_pt = bytes.number();
  ink.fonts = {{"a"}, {"b", true}, {"c", false, false, true}};
  Glyph glyph;
  while (!bytes.empty()) {
    auto what = bytes.byte();
    if (what < 16) ink.rules.push_back({{bytes.number(), bytes.number(), bytes.number(), bytes.number()}});
    else if (what < 20) ink.pictures.push_back({{bytes.number(), bytes.number(), bytes.number(), bytes.number()}});
    else if (what < 24) ink.rules.push_back({{glyph.box.left, glyph.box.bottom, bytes.number(), glyph.box.bottom}});
    else if (what < 28) ink.rules.push_back({{glyph.box.left, glyph.box.bottom, glyph.box.left, bytes.number()}});
    else {
      if (what < 100) {  // somewhere else; otherwise right behind the last one
        float x = bytes.number(), y = bytes.number(), size_pt = what < 40 ? bytes.number() : float(what % 16);
        glyph.box = {x, y - size_pt, x + size_pt / 2, y};
        glyph.baseline_y = what < 32 ? bytes.number() : y;
        glyph.size_pt = size_pt;
        glyph.angle = what < 36 ? bytes.number() : 0;
        glyph.font = what % 4;
      } else {
        float width = glyph.box.right - glyph.box.left;
        glyph.box.left += width, glyph.box.right += width;
      }
      constexpr char32_t letters[] = U"ab .-1)*(<|#\u2022\u05D0\u0663\u4E2D\uFB01\u00AD\u0301\uF0B7";
      glyph.code_point = letters[bytes.byte() % (std::size(letters) - 1)];
      glyph.generated = what % 16 == 5;
      glyph.invisible = what % 64 == 6;
      ink.glyphs.push_back(glyph);
    }
  }
  DocumentStyle style;
  style.learn(ink, 0);
  auto content = analyse_page(ink, style);
  // Every word comes from a letter, and nothing is written that the glyphs cannot pay for.
  if (content.markdown.size() > 1000 * (ink.glyphs.size() + 10)) __builtin_trap();
  return 0;
}
