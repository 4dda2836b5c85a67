#include "layout/words.h"

#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

// Spaces that are only gaps, in sizes. A word space is a quarter of the size, justified down to a sixth; kerning stays below a tenth.
constexpr float gap_of_a_space = 0.15f;
constexpr float gap_where_spaces_are_real = 0.25f;  // a line that has real spaces needs no guessing, except for leaps
constexpr float gap_the_reader_confirms = 0.1f;     // where PDFium, which knows the font's space, sees one too
constexpr float gap_beside_ideographs = 0.6f;  // typesetters put a quarter between ideographs and other scripts, without a space
constexpr float letter_spacing_seen = 0.08f;   // gaps like this after most letters are letter-spacing, not spaces
constexpr float extra_gap_between_spaced_words = 0.18f;

// Copies of a letter that make it look bold are shifted by less than this share of its width. The same letter twice in a word is
// shifted by all of it.
constexpr float double_shift = 0.35f;

bool same_place(const Box& a, const Box& b) { return a.left == b.left && a.right == b.right && a.top == b.top; }

// PDFium gives a ligature as its letters, all with the box of the whole. Only these double a letter.
bool doubled_in_ligature(char32_t c) { return c == 'f' || is_right_to_left(c); }

// What the file has between two neighbours on the line: the one that was drawn later knows, whichever direction the line runs.
SpaceBefore space_between(const Spot& before, const Spot& next) { return before.order > next.order ? before.space : next.space; }

float gap_between(const Spot& before, const Spot& next) {
  if (next.box.left >= before.box.left) return next.box.left - before.box.right;
  return before.box.left - next.box.right;
}

void append_letters(std::string& out, char32_t c) {
  switch (c) {
    case 0xFB00: out += "ff"; break;
    case 0xFB01: out += "fi"; break;
    case 0xFB02: out += "fl"; break;
    case 0xFB03: out += "ffi"; break;
    case 0xFB04: out += "ffl"; break;
    case 0xFB05:
    case 0xFB06: out += "st"; break;
    default: append_utf8(out, c);
  }
}

}  // namespace

void WordWriter::add_piece(const std::vector<Spot>& spots, std::span<const GlyphRun> runs, std::uint32_t row) {
  put_in_order(spots, runs);
  drop_doubles();
  std::size_t right_to_left = 0, left_to_right = 0;
  for (const auto& spot : line_) {
    if (is_right_to_left(spot.code_point)) ++right_to_left;
    else if (is_letter(spot.code_point)) ++left_to_right;
  }
  Piece piece;
  piece.row = row;
  piece.right_to_left = right_to_left > left_to_right;
  if (right_to_left > 0) put_in_logical_order(piece.right_to_left);
  write_words(piece);
  if (piece.word_count == 0) return;
  describe(piece);
  text_.pieces.push_back(piece);
}

// Runs keep their inner order; only where two of them run through each other are the glyphs sorted one by one.
void WordWriter::put_in_order(const std::vector<Spot>& spots, std::span<const GlyphRun> runs) {
  line_.clear();
  bool sorted = true;
  float right = 0;
  for (const auto& run : runs) {
    if (!line_.empty() && run.box.left < right - 0.3f * run.size_pt) sorted = false;
    right = line_.empty() ? run.box.right : std::max(right, run.box.right);
    bool backwards = run.count() > 1 && spots[run.end - 1].box.left < spots[run.begin].box.left;
    if (backwards) sorted = false;
    line_.insert(line_.end(), spots.begin() + run.begin, spots.begin() + run.end);
  }
  if (!sorted) {
    std::sort(line_.begin(), line_.end(),
              [](const Spot& a, const Spot& b) { return a.box.left != b.box.left ? a.box.left < b.box.left : a.order < b.order; });
  }
}

// Letters printed twice for weight or shadow. Compared with the two before only: a pile of a million letters stays linear.
void WordWriter::drop_doubles() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    const Spot& spot = line_[i];
    bool doubled = false;
    for (std::size_t back = 1; back <= 2 && back <= kept && !doubled; ++back) {
      const Spot& before = line_[kept - back];
      if (before.code_point != spot.code_point || spot.width() <= 0) continue;
      if (same_place(before.box, spot.box)) doubled = !doubled_in_ligature(spot.code_point);
      else
        doubled = std::abs(spot.box.left - before.box.left) < double_shift * spot.width() &&
                  std::abs(spot.width() - before.width()) < 0.1f * spot.width();
    }
    if (!doubled) line_[kept++] = line_[i];
  }
  line_.resize(kept);
}

// From the order on paper to the order of reading (a small part of UAX #9: one level, numbers stay as they are).
// Letters of one ligature share a box and are already in reading order.
void WordWriter::put_in_logical_order(bool right_to_left) {
  auto reverse = [&](std::size_t begin, std::size_t end) {
    std::reverse(line_.begin() + std::ptrdiff_t(begin), line_.begin() + std::ptrdiff_t(end));
    for (std::size_t i = begin; i < end;) {
      std::size_t j = i + 1;
      while (j < end && same_place(line_[i].box, line_[j].box)) ++j;
      if (j - i > 1) std::reverse(line_.begin() + std::ptrdiff_t(i), line_.begin() + std::ptrdiff_t(j));
      i = j;
    }
  };
  auto strong = [&](std::size_t i) { return is_right_to_left(line_[i].code_point); };
  auto weak_left = [&](std::size_t i) {
    char32_t c = line_[i].code_point;
    return !is_right_to_left(c) && (is_letter(c) || is_digit(c) || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9));
  };
  // Stretches of the other direction: from its first strong character to its last before a strong one of the line's own.
  auto turn_stretches = [&](auto other, auto own) {
    for (std::size_t i = 0; i < line_.size(); ++i) {
      if (!other(i)) continue;
      std::size_t end = i + 1;
      for (std::size_t j = end; j < line_.size() && !own(j); ++j)
        if (other(j)) end = j + 1;
      reverse(i, end);
      i = end - 1;
    }
  };
  if (right_to_left) {
    reverse(0, line_.size());
    turn_stretches(weak_left, strong);
  } else {
    turn_stretches(strong, [&](std::size_t i) { return is_letter(line_[i].code_point) && !strong(i); });
  }
}

float WordWriter::word_gap(float size) {
  std::size_t real = 0;
  for (std::size_t i = 1; i < line_.size(); ++i) real += space_between(line_[i - 1], line_[i]) == SpaceBefore::real ? 1 : 0;
  float gap = (real > 0 ? gap_where_spaces_are_real : gap_of_a_space) * size;
  if (line_.size() < 4) return gap;
  auto& gaps = gaps_;
  gaps.clear();
  std::size_t wide = 0;
  for (std::size_t i = 1; i < line_.size(); ++i) {
    if (space_between(line_[i - 1], line_[i]) == SpaceBefore::real) continue;
    float between = gap_between(line_[i - 1], line_[i]);
    wide += between > letter_spacing_seen * size ? 1 : 0;
    gaps.push_back(between);
  }
  if (gaps.size() < 3 || wide * 3 < gaps.size() * 2) return gap;
  auto middle = gaps.begin() + std::ptrdiff_t(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return std::max(gap, *middle + extra_gap_between_spaced_words * size);
}

void WordWriter::write_words(Piece& piece) {
  piece.first_word = std::uint32_t(text_.words.size());
  if (line_.empty()) return;
  float size = line_[line_.size() / 2].size_pt;
  float gap = word_gap(size);
  bool letter_spaced = gap > gap_where_spaces_are_real * size;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    const Spot& spot = line_[i];
    auto space = i == 0 ? SpaceBefore::real : space_between(line_[i - 1], spot);
    bool starts = space == SpaceBefore::real;
    if (!starts) {
      float between = gap_between(line_[i - 1], spot);
      bool ideographs = is_unspaced(spot.code_point) || is_unspaced(line_[i - 1].code_point);
      if (ideographs) starts = between > gap_beside_ideographs * size;
      else starts = between > gap || (space == SpaceBefore::inferred && !letter_spaced && between > gap_the_reader_confirms * size);
    }
    if (starts && (i == 0 || text_.words.back().length > 0)) {
      TextWord word;
      word.box = spot.box;
      word.begin = std::uint32_t(text_.characters.size());
      word.font = spot.font;
      text_.words.push_back(word);
    }
    auto& word = text_.words.back();
    append_letters(text_.characters, spot.code_point);
    word.length = std::uint32_t(text_.characters.size()) - word.begin;
    word.box = united(word.box, spot.box);
  }
  piece.word_count = std::uint32_t(text_.words.size()) - piece.first_word;
}

void WordWriter::describe(Piece& piece) {
  letters_by_font_.assign(fonts_.size() + 1, 0);
  std::size_t bold = 0, italic = 0, monospace = 0;
  piece.box = line_[0].box;
  for (const auto& spot : line_) {
    piece.box = united(piece.box, spot.box);
    std::size_t font = std::min<std::size_t>(spot.font, fonts_.size());
    ++letters_by_font_[font];
    if (font == fonts_.size()) continue;
    bold += fonts_[font].bold ? 1 : 0;
    italic += fonts_[font].italic ? 1 : 0;
    monospace += fonts_[font].monospace ? 1 : 0;
  }
  // The size of most characters: superscripts and initials are few. Found by majority vote.
  std::size_t votes = 0;
  for (const auto& spot : line_) {
    if (votes == 0) piece.size_pt = spot.size_pt, piece.baseline = spot.baseline;
    if (std::abs(spot.size_pt - piece.size_pt) < 0.05f * piece.size_pt) ++votes;
    else --votes;
  }
  piece.characters = std::uint32_t(line_.size());
  auto most = std::max_element(letters_by_font_.begin(), letters_by_font_.end());
  piece.font = std::uint32_t(most - letters_by_font_.begin());
  if (piece.font >= fonts_.size()) piece.font = 0;
  piece.bold = bold * 20 >= line_.size() * 19;  // a mark in another font (a bullet, a footnote's number) does not count
  piece.italic = italic * 20 >= line_.size() * 19;
  piece.monospace = monospace * 20 >= line_.size() * 19;
  piece.starts_bold = line_[0].font < fonts_.size() && fonts_[line_[0].font].bold;
}

}  // namespace docquarry
