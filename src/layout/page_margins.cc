#include "layout/page_margins.h"

#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr std::size_t rows_at_an_end =
    3;                               // a running head of more lines is rare, and the third is tried only when two were furniture
constexpr float apart = 1.6f;        // times the size of the larger neighbour, baseline to baseline; lines of text are closer
constexpr float far_apart = 2.2f;    // the same for small print without number or memory; a footnote is closer to its text
constexpr float smaller = 0.96f;     // of the body size
constexpr float not_larger = 1.15f;  // furniture is never set like a title
constexpr std::uint32_t letters_at_most = 110;

struct Row {
  std::uint32_t begin, end;  // pieces
  float baseline, size_pt;
  std::uint32_t letters;
  bool bold;
};

bool is_number(std::string_view word) {
  return !word.empty() && word.size() <= 4 && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_roman(std::string_view word) {
  return !word.empty() && word.size() <= 6 &&
         (word.find_first_not_of("ivxlc") == word.npos || word.find_first_not_of("IVXLC") == word.npos);
}

class Margins {
 public:
  Margins(const PageInk& page, const PageText& text, const DocumentStyle& style) : page_(page), text_(text), style_(style) {
    for (std::uint32_t i = 0; i < text.pieces.size(); ++i) {
      const Piece& piece = text.pieces[i];
      bool same = !rows_.empty() && text.pieces[i - 1].row == piece.row;
      if (!same) rows_.push_back({i, i, piece.baseline, piece.size_pt, 0, true});
      Row& row = rows_.back();
      row.end = i + 1;
      row.size_pt = std::max(row.size_pt, piece.size_pt);
      row.letters += piece.characters;
      row.bold = row.bold && piece.bold;
    }
  }

  std::vector<Furniture> find() {
    std::vector<Furniture> found(text_.pieces.size(), Furniture::none);
    std::size_t heads = 0, feet = 0;
    while (heads < rows_at_an_end && heads + 1 < rows_.size() && is_furniture(rows_[heads], rows_[heads + 1], Furniture::head))
      ++heads;
    std::size_t last = rows_.size();
    while (feet < rows_at_an_end && heads + feet + 1 < last &&
           is_furniture(rows_[last - 1 - feet], rows_[last - 2 - feet], Furniture::foot))
      ++feet;
    auto set = [&](const Row& row, Furniture kind) { std::fill(found.begin() + row.begin, found.begin() + row.end, kind); };
    for (std::size_t i = 0; i < heads; ++i) set(rows_[i], Furniture::head);
    for (std::size_t i = 0; i < feet; ++i) set(rows_[last - 1 - i], Furniture::foot);
    return found;
  }

 private:
  bool is_furniture(const Row& row, const Row& inner, Furniture end) const {
    float height = page_.height_pt;
    bool in_margin = end == Furniture::head
        ? row.baseline<DocumentStyle::margin_share * height : row.baseline>(1 - DocumentStyle::margin_share) * height;
    if (!in_margin || row.letters > letters_at_most || row.size_pt > not_larger * style_.body_size_pt()) return false;
    if (style_.seen_on_several_pages(mark_of(row))) return true;
    float distance = std::abs(inner.baseline - row.baseline) / std::max(row.size_pt, inner.size_pt);
    if (distance < apart) return false;
    if (is_page_number(row) || (!row.bold && has_page_number(row, end))) return true;
    bool small = row.size_pt < smaller * style_.body_size_pt() && distance > far_apart;
    return small && (end == Furniture::head || !starts_like_a_footnote(row));
  }

  std::uint64_t mark_of(const Row& row) const {
    MarginMark mark;
    for (auto i = row.begin; i < row.end; ++i) {
      const Piece& piece = text_.pieces[i];
      for (std::uint32_t w = 0; w < piece.word_count; ++w) {
        auto word = text_.text_of(text_.words[piece.first_word + w]);
        while (!word.empty()) mark.add(take_character(word));
      }
    }
    return mark.letters;
  }

  template <class Take>
  void each_word(const Row& row, Take take) const {
    for (auto i = row.begin; i < row.end; ++i)
      for (std::uint32_t w = 0; w < text_.pieces[i].word_count; ++w)
        take(text_.text_of(text_.words[text_.pieces[i].first_word + w]));
  }

  // "12", "- 12 -", "iv", "Page 3 of 9", "3/9": nothing else on the line but at most two short words.
  bool is_page_number(const Row& row) const {
    std::size_t numbers = 0, words = 0, others = 0;
    each_word(row, [&](std::string_view word) {
      ++words;
      auto slash = word.find('/');
      if (is_number(word) || (slash != word.npos && is_number(word.substr(0, slash)) && is_number(word.substr(slash + 1))))
        ++numbers;
      else if (is_roman(word) && row.letters <= 6) ++numbers;
      else if (word.size() > 1 || is_letter(first_character(word))) ++others;
    });
    return numbers > 0 && words <= 5 && others <= numbers && row.letters <= 20;
  }

  // A title with the number before or behind it. A number before it could be that of a section, unless it stands apart or the rest is
  // in capitals.
  bool has_page_number(const Row& row, Furniture end) const {
    std::string_view first, last;
    bool lower = false;
    each_word(row, [&](std::string_view word) {
      if (first.empty()) first = word;
      last = word;
      for (auto rest = word; !rest.empty() && word.data() != first.data();) lower = is_lower(take_character(rest)) || lower;
    });
    bool apart_from_number = row.end - row.begin > 1;
    if (is_number(last)) return end == Furniture::foot || apart_from_number || !lower;
    bool alone_before = is_number(first) && (apart_from_number || !lower);
    return alone_before && !(end == Furniture::foot && starts_like_a_footnote(row) && row.letters > 60);
  }

  bool starts_like_a_footnote(const Row& row) const {
    char32_t c = first_character(text_.first_word(text_.pieces[row.begin]));
    return is_digit(c) || c == '*' || c == 0x2020 || c == 0x2021 || c == 0xA7 || c == '(' || c == '[';
  }

  const PageInk& page_;
  const PageText& text_;
  const DocumentStyle& style_;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<Furniture> find_furniture(const PageInk& page, const PageText& text, const DocumentStyle& style) {
  return Margins(page, text, style).find();
}

}  // namespace docquarry
