#include "layout/aligned_tables.h"

#include "layout/characters.h"
#include "layout/glyph_runs.h"
#include "layout/join_lines.h"
#include "layout/list_marks.h"

#include <algorithm>

namespace docquarry {
namespace {

constexpr float narrowest_gap =
    0.4f;  // in sizes, what remains free in all rows: more than a word space, less than between most cells
constexpr float largest_row_pitch = 3.2f;  // in sizes; rows further apart are no rows of one table
constexpr std::uint32_t rows_at_least = 3;
constexpr float full_rows = 0.6f;          // share of rows with words in two columns or more
constexpr float letters_of_a_cell = 30;    // on average at most; two columns with more are running text side by side
constexpr float row_continues = 1.12f;     // times the usual pitch: a row that starts nearer than that may go on the row above
constexpr float more_than_a_space = 1.6f;  // times the narrowest gap of a row
constexpr std::size_t columns_at_most = 40;
constexpr float far = 1e9f;

struct Gap {
  float left, right;
};

class TableFinder {
 public:
  TableFinder(const PageText& text, Vocabulary& vocabulary, std::span<const ColumnLine> lines, const LinePitch& pitch)
      : text_(text), vocabulary_(vocabulary), lines_(lines), pitch_(pitch) {}

  // The table that starts at `first`, if one does. `end` becomes the line behind it.
  bool find(std::uint32_t first, std::uint32_t last, std::uint32_t& end, Table& table) {
    if (lines_[first].pieces.size() < 2) return false;
    end = extent(first, last);
    if (end - first < rows_at_least) {
      end = first + 1;
      return false;
    }
    std::uint32_t full = 0;
    std::size_t letters = 0, cells = 0;
    for (auto i = first; i < end; ++i) {
      full += lines_[i].pieces.size() > 1 ? 1 : 0;
      letters += lines_[i].characters;
      cells += lines_[i].pieces.size();
    }
    if (full < rows_at_least || float(full) < full_rows * float(end - first)) return false;
    if (float(letters) > letters_of_a_cell * float(cells) || is_list(first, end) || is_contents(first, end)) return false;
    make_table(first, end, table);
    return table.rows >= 2 && table.columns >= 2;
  }

 private:
  // The free places between the words of a line, from left to right.
  std::vector<Gap> gaps_of(const ColumnLine& line, float least) const {
    std::vector<Box> words;
    for (auto index : line.pieces) {
      const Piece& piece = text_.pieces[index];
      for (std::uint32_t i = 0; i < piece.word_count; ++i) words.push_back(text_.words[piece.first_word + i].box);
    }
    if (line.right_to_left) std::sort(words.begin(), words.end(), [](const Box& x, const Box& y) { return x.left < y.left; });
    std::vector<Gap> gaps;
    float right = words.empty() ? 0 : words[0].right;
    for (const Box& word : words) {
      if (word.left - right >= least && gaps.size() < columns_at_most) gaps.push_back({right, word.left});
      right = std::max(right, word.right);
    }
    return gaps;
  }

  // Where columns may be divided, seen from a table's first row: wide gaps, and narrower ones that clearly are no word spaces of this row.
  // The places on both sides of it count, too: its first cell is often empty.
  std::vector<Gap> possible_gaps(const ColumnLine& line) const {
    auto gaps = gaps_of(line, 0);
    float word_space = widest_word_gap * line.size_pt;
    for (const auto& gap : gaps) word_space = std::min(word_space, gap.right - gap.left);
    float least = std::max(narrowest_gap * line.size_pt, more_than_a_space * word_space);
    std::erase_if(gaps, [&](const Gap& gap) { return gap.right - gap.left < std::min(least, widest_word_gap * line.size_pt); });
    gaps.insert(gaps.begin(), {-far, line.box.left});
    gaps.push_back({line.box.right, far});
    return gaps;
  }

  // Without the places that have nothing on one side.
  std::vector<Gap> inner_gaps(std::vector<Gap> gaps, float left, float right) const {
    std::erase_if(gaps, [&](const Gap& gap) { return gap.left < left || gap.right > right; });
    return gaps;
  }

  // What stays free of `gaps` when `line` is there, too. Both ascend.
  std::vector<Gap> still_free(const std::vector<Gap>& gaps, const ColumnLine& line, float least) const {
    std::vector<Gap> rest;
    std::vector<Gap> free = gaps_of(line, least);
    free.insert(free.begin(), {-far, line.box.left});
    free.push_back({line.box.right, far});
    for (std::size_t g = 0, f = 0; g < gaps.size() && f < free.size();) {
      Gap both{std::max(gaps[g].left, free[f].left), std::min(gaps[g].right, free[f].right)};
      if (both.right - both.left >= least) rest.push_back(both);
      if (gaps[g].right < free[f].right) ++g;
      else ++f;
    }
    return rest;
  }

  std::uint32_t extent(std::uint32_t first, std::uint32_t last) {
    gaps_ = possible_gaps(lines_[first]);
    auto end = first + 1, end_of_full = end;
    auto gaps_of_full = gaps_;
    float left = lines_[first].box.left, right = lines_[first].box.right;
    for (; end < last; ++end) {
      const auto &above = lines_[end - 1], &here = lines_[end];
      if (here.baseline - above.baseline > largest_row_pitch * here.size_pt) break;
      if (here.size_pt > 1.5f * above.size_pt || above.size_pt > 1.5f * here.size_pt) break;
      auto rest = still_free(gaps_, here, narrowest_gap * std::min(here.size_pt, above.size_pt));
      // A row may close a narrow gap or two (a heading over columns), not most of them.
      bool beside = here.box.right < left || here.box.left > right;
      if (beside) break;
      float new_left = std::min(left, here.box.left), new_right = std::max(right, here.box.right);
      auto inner = inner_gaps(rest, new_left, new_right).size();
      if (inner == 0 || inner * 2 < inner_gaps(gaps_, left, right).size()) break;
      gaps_ = std::move(rest);
      left = new_left, right = new_right;
      if (here.pieces.size() > 1) end_of_full = end + 1, gaps_of_full = gaps_;
    }
    // Lines with one piece at the end: the rest of the last row's cell, or text below the table.
    while (end_of_full < end && continues_row(end_of_full)) ++end_of_full;
    if (end_of_full == first + 1 || end_of_full < end) gaps_ = gaps_of_full;
    left = lines_[first].box.left, right = lines_[first].box.right;
    for (auto i = first; i < end_of_full; ++i)
      left = std::min(left, lines_[i].box.left), right = std::max(right, lines_[i].box.right);
    gaps_ = inner_gaps(std::move(gaps_), left, right);
    return end_of_full;
  }

  bool continues_row(std::uint32_t i) const {
    const auto &above = lines_[i - 1], &here = lines_[i];
    return here.baseline - above.baseline <= row_continues * pitch_.typical(here.size_pt) && column_of(here.box) > 0;
  }

  // Between which gaps a box stands, counted from the left.
  std::size_t column_of(const Box& box) const {
    float middle = (box.left + box.right) / 2;
    std::size_t column = 0;
    while (column < gaps_.size() && middle > gaps_[column].right) ++column;
    return column;
  }

  bool is_list(std::uint32_t first, std::uint32_t end) const {
    std::uint32_t marks = 0;
    for (auto i = first; i < end; ++i) {
      const Piece& piece = text_.pieces[lines_[i].pieces.front()];
      marks += piece.word_count == 1 && read_list_mark(text_.first_word(piece)).mark != ListMark::none ? 1 : 0;
    }
    return marks * 2 > end - first || (marks > 0 && gaps_.size() == 1);
  }

  // A table of contents is a list of lines with numbers far to the right, often with dots between.
  bool is_contents(std::uint32_t first, std::uint32_t end) const {
    std::uint32_t dotted = 0;
    for (auto i = first; i < end; ++i) {
      std::size_t dots = 0;
      for (auto index : lines_[i].pieces) {
        const Piece& piece = text_.pieces[index];
        for (std::uint32_t w = 0; w < piece.word_count; ++w) {
          auto word = text_.text_of(text_.words[piece.first_word + w]);
          dots += word.find_first_not_of('.') == std::string_view::npos ? word.size() : 0;
          dots += word.ends_with("....") ? 4 : 0;
        }
      }
      dotted += dots > 3 ? 1 : 0;
    }
    return dotted * 2 > end - first;
  }

  void make_table(std::uint32_t first, std::uint32_t end, Table& table) const {
    std::size_t columns = gaps_.size() + 1;
    std::vector<std::vector<std::string>> rows;
    bool right_to_left = false;
    table.box = lines_[first].box;
    for (auto i = first; i < end; ++i) {
      const auto& line = lines_[i];
      table.box = united(table.box, line.box);
      right_to_left = right_to_left || line.right_to_left;
      std::vector<std::string> cells(columns);
      for (auto index : line.pieces) {
        const Piece& piece = text_.pieces[index];
        table.pieces.push_back(index);
        for (std::uint32_t w = 0; w < piece.word_count; ++w) {
          const auto& word = text_.words[piece.first_word + w];
          append_cell_word(cells[column_of(word.box)], vocabulary_, text_.text_of(word), false);
        }
      }
      // A row without a first cell, close to the row above, is the rest of it.
      bool rest = i > first && cells[0].empty() && !rows.empty() &&
                  line.baseline - lines_[i - 1].baseline <= row_continues * pitch_.typical(line.size_pt) &&
                  continues_cells(cells, rows.back());
      if (!rest) {
        rows.push_back(std::move(cells));
        continue;
      }
      for (std::size_t c = 0; c < columns; ++c)
        if (!cells[c].empty()) append_cell_word(rows.back()[c], vocabulary_, cells[c], true);
    }
    if (right_to_left)
      for (auto& row : rows) std::reverse(row.begin(), row.end());
    table.rows = std::uint32_t(rows.size()), table.columns = std::uint32_t(columns);
    for (std::uint32_t r = 0; r < table.rows; ++r)
      for (std::uint32_t c = 0; c < table.columns; ++c) table.cells.push_back({r, c, 1, 1, std::move(rows[r][c])});
  }

  // Text goes on; numbers start anew.
  static bool continues_cells(const std::vector<std::string>& cells, const std::vector<std::string>& above) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (cells[c].empty()) continue;
      if (above[c].empty() || is_digit(first_character(cells[c]))) return false;
    }
    return true;
  }

  const PageText& text_;
  Vocabulary& vocabulary_;
  std::span<const ColumnLine> lines_;
  const LinePitch& pitch_;
  std::vector<Gap> gaps_;
};

}  // namespace

std::vector<AlignedTable> find_aligned_tables(const PageText& text, Vocabulary& vocabulary, std::span<const ColumnLine> lines,
                                              std::uint32_t first, std::uint32_t last, const LinePitch& pitch) {
  std::vector<AlignedTable> found;
  TableFinder finder(text, vocabulary, lines, pitch);
  for (auto i = first; i < last;) {
    AlignedTable table;
    std::uint32_t end = i + 1;
    if (finder.find(i, last, end, table.table)) {
      table.first_line = i;
      table.line_count = end - i;
      found.push_back(std::move(table));
      i = end;
    } else {
      // A long stretch that is no table hardly hides one that starts at its second line; trying all of them would take squares of time.
      i += std::max(1u, (end - i) / 2);
    }
  }
  return found;
}

}  // namespace docquarry
