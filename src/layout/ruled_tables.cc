#include "layout/ruled_tables.h"

#include "layout/join_lines.h"
#include "layout/upright.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace docquarry {
namespace {

constexpr float thickest_rule = 0.4f;       // in body sizes; what is thicker is a bar
constexpr float touching = 0.25f;           // in body sizes: rules that meet leave gaps of up to a line's width
constexpr float same_place = 0.35f;         // in body sizes: both edges of a thick line, or of two cells, are one place of the grid
constexpr float side_share = 0.6f;          // of a cell's side that must be ruled for it to be a side
constexpr std::size_t rules_at_most = 600;  // of one direction, after joining; a page with more is a drawing
constexpr std::size_t cells_at_most = 10'000;
constexpr std::size_t filled_at_least = 4;     // cells with words
constexpr float filled_share = 0.3f;           // of the cells
constexpr std::size_t letters_per_cell = 400;  // on average at most; more is a page with columns between lines
constexpr float rule_farthest = 1e5f;

// A rule along one axis: `at` on the other.
struct Stroke {
  float at, from, to;
  std::uint32_t frame = 0;
};

bool usable(const Box& b) {
  for (float edge : {b.left, b.top, b.right, b.bottom})
    if (!(std::abs(edge) < rule_farthest)) return false;
  return true;
}

// Joins strokes that continue each other, and drops doubles.
void join_strokes(std::vector<Stroke>& strokes, float near) {
  std::sort(strokes.begin(), strokes.end(),
            [](const Stroke& a, const Stroke& b) { return a.at != b.at ? a.at < b.at : a.from < b.from; });
  // Strokes at nearly the same place get the same `at`, then neighbours are joined along the axis.
  for (std::size_t i = 1, first = 0; i < strokes.size(); ++i) {
    if (strokes[i].at - strokes[first].at > near) first = i;
    strokes[i].at = strokes[first].at;
  }
  std::sort(strokes.begin(), strokes.end(),
            [](const Stroke& a, const Stroke& b) { return a.at != b.at ? a.at < b.at : a.from < b.from; });
  std::size_t kept = 0;
  for (const auto& stroke : strokes) {
    bool joins = kept > 0 && strokes[kept - 1].at == stroke.at && stroke.from <= strokes[kept - 1].to + near;
    if (joins) strokes[kept - 1].to = std::max(strokes[kept - 1].to, stroke.to);
    else strokes[kept++] = stroke;
  }
  strokes.resize(kept);
}

class RuledTables {
 public:
  RuledTables(const PageText& text, Vocabulary& vocabulary, float body_size)
      : text_(text), vocabulary_(vocabulary), body_size_(body_size > 0 ? body_size : 10) {}

  void collect(const PageInk& page, int turns) {
    for (const auto& rule : page.rules) {
      if (!usable(rule.box)) continue;
      Box box = upright(rule.box, turns);
      float width = box.width(), height = box.height();
      if (width < 0 || height < 0) continue;
      if (height <= thickest_rule * body_size_ && width > 2 * height)
        across_.push_back({(box.top + box.bottom) / 2, box.left, box.right});
      else if (width <= thickest_rule * body_size_ && height > 2 * width)
        down_.push_back({(box.left + box.right) / 2, box.top, box.bottom});
    }
    join_strokes(across_, touching * body_size_);
    join_strokes(down_, touching * body_size_);
    auto stub = [&](const Stroke& s) { return s.to - s.from < 0.5f * body_size_; };
    std::erase_if(across_, stub);
    std::erase_if(down_, stub);
  }

  std::vector<Table> find(std::vector<bool>& taken) {
    std::vector<Table> tables;
    if (across_.size() < 2 || down_.empty() || across_.size() > rules_at_most || down_.size() > rules_at_most) return tables;
    std::uint32_t frames = group();
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      Table table;
      if (read_frame(frame, taken, table)) tables.push_back(std::move(table));
    }
    return tables;
  }

 private:
  struct Grid {
    std::vector<float> x, y;  // edges, ascending
    std::size_t columns() const { return x.size() - 1; }
    std::size_t rows() const { return y.size() - 1; }
  };

  // Numbers the frames: strokes that meet, directly or through others.
  std::uint32_t group() {
    std::vector<std::uint32_t> parent(across_.size() + down_.size());
    std::iota(parent.begin(), parent.end(), 0u);
    auto root = [&](std::uint32_t i) {
      while (parent[i] != i) i = parent[i] = parent[parent[i]];
      return i;
    };
    float near = touching * body_size_;
    for (std::size_t a = 0; a < across_.size(); ++a)
      for (std::size_t d = 0; d < down_.size(); ++d) {
        const auto &h = across_[a], &v = down_[d];
        if (v.at >= h.from - near && v.at <= h.to + near && h.at >= v.from - near && h.at <= v.to + near)
          parent[root(std::uint32_t(a))] = root(std::uint32_t(across_.size() + d));
      }
    std::vector<std::uint32_t> number(parent.size(), ~0u);
    std::uint32_t frames = 0;
    for (std::uint32_t i = 0; i < parent.size(); ++i) {
      auto& n = number[root(i)];
      if (n == ~0u) n = frames++;
      (i < across_.size() ? across_[i] : down_[i - across_.size()]).frame = n;
    }
    return frames;
  }

  // Distinct places, and the ends of the strokes of the other direction where no line closes the frame.
  std::vector<float> places(const std::vector<Stroke>& lines, const std::vector<Stroke>& others, std::uint32_t frame) const {
    std::vector<float> at;
    for (const auto& line : lines)
      if (line.frame == frame) at.push_back(line.at);
    if (at.empty()) return at;
    float low = at[0], high = at[0];
    for (const auto& other : others)
      if (other.frame == frame) low = std::min(low, other.from), high = std::max(high, other.to);
    at.push_back(low), at.push_back(high);
    std::sort(at.begin(), at.end());
    std::vector<float> distinct;
    for (float a : at)
      if (distinct.empty() || a - distinct.back() > same_place * body_size_) distinct.push_back(a);
    return distinct;
  }

  static bool is_ruled(const std::vector<Stroke>& lines, std::uint32_t frame, float at, float near, float from, float to) {
    auto first = std::lower_bound(lines.begin(), lines.end(), at - near, [](const Stroke& s, float v) { return s.at < v; });
    float covered = 0;
    for (; first != lines.end() && first->at <= at + near; ++first)
      if (first->frame == frame) covered += std::max(0.0f, std::min(to, first->to) - std::max(from, first->from));
    return covered >= side_share * (to - from);
  }

  bool read_frame(std::uint32_t frame, std::vector<bool>& taken, Table& table) {
    Grid grid{places(down_, across_, frame), places(across_, down_, frame)};
    if (grid.x.size() < 3 || grid.y.size() < 3 || grid.columns() * grid.rows() > cells_at_most) return false;
    table.box = {grid.x.front(), grid.y.front(), grid.x.back(), grid.y.back()};
    table.rows = std::uint32_t(grid.rows()), table.columns = std::uint32_t(grid.columns());
    auto cell_at = make_cells(frame, grid, table);
    if (!fill_cells(grid, cell_at, taken, table)) return false;
    for (auto piece : table.pieces) taken[piece] = true;
    drop_empty_lines(table);
    return true;
  }

  // One cell per place of the grid, or per group of places that no side divides. Returns the cell of each place.
  std::vector<std::uint32_t> make_cells(std::uint32_t frame, const Grid& grid, Table& table) const {
    std::size_t columns = grid.columns(), rows = grid.rows();
    float near = same_place * body_size_;
    std::vector<bool> open_right(columns * rows), open_below(columns * rows);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        if (c + 1 < columns) open_right[r * columns + c] = !is_ruled(down_, frame, grid.x[c + 1], near, grid.y[r], grid.y[r + 1]);
        if (r + 1 < rows) open_below[r * columns + c] = !is_ruled(across_, frame, grid.y[r + 1], near, grid.x[c], grid.x[c + 1]);
      }
    constexpr std::uint32_t none = ~0u;
    std::vector<std::uint32_t> cell_at(columns * rows, none);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        if (cell_at[r * columns + c] != none) continue;
        std::size_t right = c, below = r;
        while (right + 1 < columns && open_right[r * columns + right] && cell_at[r * columns + right + 1] == none) ++right;
        auto open = [&] {
          for (auto i = c; i <= right; ++i)
            if (!open_below[below * columns + i] || cell_at[(below + 1) * columns + i] != none) return false;
          return true;
        };
        while (below + 1 < rows && open()) ++below;
        for (auto y = r; y <= below; ++y)
          for (auto x = c; x <= right; ++x) cell_at[y * columns + x] = std::uint32_t(table.cells.size());
        table.cells.push_back({std::uint32_t(r), std::uint32_t(c), std::uint32_t(below - r + 1), std::uint32_t(right - c + 1), {}});
      }
    return cell_at;
  }

  bool fill_cells(const Grid& grid, const std::vector<std::uint32_t>& cell_at, const std::vector<bool>& taken, Table& table) const {
    std::size_t letters = 0;
    std::vector<std::uint32_t> last_row(table.cells.size(), ~0u);
    for (std::uint32_t i = 0; i < text_.pieces.size(); ++i) {
      const Piece& piece = text_.pieces[i];
      float x = (piece.box.left + piece.box.right) / 2, y = middle_of(piece);
      if (taken[i] || x < table.box.left || x > table.box.right || y < table.box.top || y > table.box.bottom) continue;
      table.pieces.push_back(i);
      letters += piece.characters;
      auto row = place(grid.y, y);
      for (std::uint32_t w = 0; w < piece.word_count; ++w) {
        const TextWord& word = text_.words[piece.first_word + w];
        auto index = cell_at[row * grid.columns() + place(grid.x, (word.box.left + word.box.right) / 2)];
        append_cell_word(table.cells[index].text, vocabulary_, text_.text_of(word), last_row[index] != piece.row);
        last_row[index] = piece.row;
      }
    }
    std::size_t filled = 0;
    std::uint32_t first_column = ~0u, last_column = 0;
    for (const auto& cell : table.cells) {
      if (cell.text.empty()) continue;
      ++filled;
      first_column = std::min(first_column, cell.column), last_column = std::max(last_column, cell.column);
    }
    return filled >= filled_at_least && float(filled) >= filled_share * float(table.cells.size()) && first_column < last_column &&
           letters <= letters_per_cell * filled;
  }

  static float middle_of(const Piece& piece) { return piece.baseline - 0.3f * piece.size_pt; }

  static std::size_t place(const std::vector<float>& edges, float v) {
    auto above = std::upper_bound(edges.begin(), edges.end(), v);
    auto index = std::size_t(std::max<std::ptrdiff_t>(0, above - edges.begin() - 1));
    return std::min(index, edges.size() - 2);
  }

  // Rows and columns that hold no word at all: the space between two frames, doubled lines.
  static void drop_empty_lines(Table& table) {
    auto drop = [&](std::uint32_t TableCell::* start, std::uint32_t TableCell::* span, std::uint32_t& count) {
      std::vector<bool> used(count, false);
      for (const auto& cell : table.cells)
        if (!cell.text.empty())
          for (auto i = cell.*start; i < cell.*start + cell.*span; ++i) used[i] = used[i] || cell.*span == 1 || i == cell.*start;
      std::vector<std::uint32_t> moved(count + 1, 0);
      for (std::uint32_t i = 0; i < count; ++i) moved[i + 1] = moved[i] + (used[i] ? 1 : 0);
      for (auto& cell : table.cells) {
        auto from = moved[cell.*start], to = moved[cell.*start + cell.*span];
        cell.*start = from, cell.*span = to - from;
      }
      std::erase_if(table.cells, [&](const TableCell& cell) { return cell.*span == 0; });
      count = moved[count];
    };
    drop(&TableCell::row, &TableCell::rows, table.rows);
    drop(&TableCell::column, &TableCell::columns, table.columns);
  }

  const PageText& text_;
  Vocabulary& vocabulary_;
  float body_size_;
  std::vector<Stroke> across_, down_;
};

}  // namespace

std::vector<Table> find_ruled_tables(const PageInk& page, int turns, const PageText& text, Vocabulary& vocabulary,
                                     float body_size_pt, std::vector<bool>& taken) {
  RuledTables tables(text, vocabulary, body_size_pt);
  tables.collect(page, turns);
  return tables.find(taken);
}

}  // namespace docquarry
