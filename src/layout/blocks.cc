#include "layout/blocks.h"

#include "layout/characters.h"
#include "layout/join_lines.h"
#include "layout/list_marks.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr float same_row = 0.3f;          // baselines of one line, in sizes; pieces of it may come from different strips
constexpr float same_size = 1.08f;        // sizes that may stand in one paragraph
constexpr float usual_pitch = 1.25f;      // in sizes, where a page has too few lines of a size to learn from
constexpr float widest_pitch = 3;         // in sizes; what is further apart says nothing about line spacing
constexpr float extra_space = 0.3f;       // in sizes, beyond the usual pitch: a new paragraph. A raised mark may take less
constexpr float some_extra_space = 0.1f;  // the same where the words, too, look like an end and a beginning
constexpr float indent = 0.6f;            // in sizes; the smallest first-line indents are one
constexpr float largest_indent = 5;       // more is another column or a centred line
constexpr float room_left = 1;   // in sizes, beside the next line's first word: it would have fitted, so the line was ended
constexpr float much_room = 6;   // the same, enough to end a line that does not look like the end of a sentence
constexpr float run_in_gap = 2;  // in sizes, at most behind a heading that shares its line with the text
constexpr std::uint32_t run_in_text = 30;  // letters of that text at least; behind a bold cell of a table stands less
constexpr float code_gap = 2.2f;           // in pitches; a program may have a blank line

bool near_size(float a, float b) { return a < b * same_size && b < a * same_size; }

char32_t last_letter(const PageText& text, const ColumnLine& line) {
  const Piece& piece = text.pieces[line.pieces.back()];
  return last_character(text.text_of(text.words[piece.first_word + piece.word_count - 1]));
}

std::string_view first_word(const PageText& text, const ColumnLine& line) {
  return text.first_word(text.pieces[line.pieces.front()]);
}

bool ends_a_sentence(char32_t c) {
  return c == '.' || c == '!' || c == '?' || c == ':' || c == ';' || c == 0x3002 || c == 0x201D || c == ')' || c == '"' ||
         c == 0x2026;
}

}  // namespace

namespace {

// The pieces of `atoms` as one line.
ColumnLine line_of(const PageText& text, std::span<const Atom> atoms) {
  ColumnLine line;
  std::size_t bold = 0, italic = 0, monospace = 0, right_to_left = 0, most = 0;
  line.box = atoms[0].box;
  for (const auto& atom : atoms) {
    const Piece& piece = text.pieces[atom.index];
    line.pieces.push_back(atom.index);
    line.box = united(line.box, piece.box);
    line.characters += piece.characters;
    bold += piece.bold ? piece.characters : 0;
    italic += piece.italic ? piece.characters : 0;
    monospace += piece.monospace ? piece.characters : 0;
    right_to_left += piece.right_to_left ? piece.characters : 0;
    if (piece.characters > most) most = piece.characters, line.size_pt = piece.size_pt, line.baseline = piece.baseline;
  }
  line.right_to_left = right_to_left * 2 > line.characters;
  std::sort(line.pieces.begin(), line.pieces.end(), [&](auto a, auto b) {
    float x = text.pieces[a].box.left, y = text.pieces[b].box.left;
    return x != y ? (x < y) != line.right_to_left : a < b;
  });
  line.bold = bold * 20 >= line.characters * 19;
  line.italic = italic * 20 >= line.characters * 19;
  line.monospace = monospace * 20 >= line.characters * 19;
  line.starts_bold = text.pieces[line.pieces.front()].starts_bold;
  return line;
}

// "Method   The samples were ...", bold at first and then a gap wider than a space: a heading on the line of its text, as LaTeX's
// \paragraph sets it. Becomes two lines.
bool has_run_in_head(const PageText& text, const ColumnLine& line) {
  if (line.pieces.size() != 2 || line.right_to_left) return false;
  const Piece &head = text.pieces[line.pieces[0]], &rest = text.pieces[line.pieces[1]];
  return head.bold && !rest.starts_bold && rest.characters >= run_in_text &&
         rest.box.left - head.box.right < run_in_gap * line.size_pt;
}

}  // namespace

void append_lines(const PageText& text, std::span<const Atom> atoms, std::vector<ColumnLine>& lines) {
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= atoms.size(); ++i) {
    bool same = i < atoms.size() &&
                (atoms[i].row == atoms[i - 1].row ||
                 atoms[i].baseline - atoms[begin].baseline <= same_row * std::min(atoms[i].size_pt, atoms[begin].size_pt));
    if (same) continue;
    auto row = atoms.subspan(begin, i - begin);
    ColumnLine line = line_of(text, row);
    if (has_run_in_head(text, line)) {
      std::size_t head = row[0].index == line.pieces[0] ? 0 : 1;
      lines.push_back(line_of(text, row.subspan(head, 1)));
      lines.push_back(line_of(text, row.subspan(1 - head, 1)));
    } else {
      lines.push_back(std::move(line));
    }
    begin = i;
  }
}

void LinePitch::learn(std::span<const ColumnLine> column) {
  for (std::size_t i = 1; i < column.size(); ++i) {
    const auto &above = column[i - 1], &below = column[i];
    float ratio = (below.baseline - above.baseline) / below.size_pt;
    if (near_size(above.size_pt, below.size_pt) && ratio > 0.5f && ratio < widest_pitch) seen_.push_back({below.size_pt, ratio});
  }
}

// For each size the smallest pitch that is nearly as frequent as the most frequent one: between paragraphs it is larger.
void LinePitch::settle() {
  std::sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) { return a.size < b.size; });
  for (std::size_t begin = 0; begin < seen_.size();) {
    std::size_t end = begin;
    while (end < seen_.size() && seen_[end].size < seen_[begin].size * same_size) ++end;
    constexpr std::size_t bins = 60;
    std::uint32_t counts[bins + 1] = {};
    for (auto i = begin; i < end; ++i) ++counts[std::min(bins - 1, std::size_t(seen_[i].ratio / widest_pitch * bins))];
    std::uint32_t most = 0;
    auto around = [&](std::size_t bin) { return counts[bin] + counts[bin + 1]; };
    for (std::size_t bin = 0; bin < bins; ++bin) most = std::max(most, around(bin));
    for (std::size_t bin = 0; bin < bins && most >= 2; ++bin) {
      if (around(bin) * 10 < most * 4) continue;
      float sum = 0, number = 0;
      for (auto i = begin; i < end; ++i) {
        auto in = std::min(bins - 1, std::size_t(seen_[i].ratio / widest_pitch * bins));
        if (in == bin || in == bin + 1) sum += seen_[i].ratio, ++number;
      }
      known_.push_back({seen_[begin].size, sum / number});
      break;
    }
    begin = end;
  }
}

float LinePitch::typical(float size_pt) const {
  for (const auto& known : known_)
    if (near_size(known.size, size_pt)) return known.ratio * size_pt;
  return usual_pitch * size_pt;
}

namespace {

class BlockMaker {
 public:
  BlockMaker(const PageText& text, Vocabulary& vocabulary, std::uint32_t first, std::uint32_t last, const LinePitch& pitch,
             bool body_is_monospace, ColumnText& into)
      : text_(text),
        vocabulary_(vocabulary),
        into_(into),
        pitch_(pitch),
        first_(first),
        last_(last),
        code_possible_(!body_is_monospace) {
    for (auto i = first; i < last; ++i) {
      const auto& line = into.lines[i];
      edges_.push_back({line.box.left, line.box.right});
    }
    find_marks();
    find_edges();
  }

  void make() {
    for (auto begin = first_; begin < last_;) {
      auto end = begin + 1;
      while (end < last_ && !starts_block(begin, end)) ++end;
      add_block(begin, end);
      begin = end;
    }
  }

 private:
  const ColumnLine& line(std::uint32_t i) const { return into_.lines[i]; }
  bool is_code(std::uint32_t i) const { return code_possible_ && line(i).monospace; }
  ReadMark mark(std::uint32_t i) const { return marks_[i - first_]; }

  // The measure of each line: of all lines around it that follow each other closely in one size. A caption is often narrower than the
  // text below it.
  void find_edges() {
    for (std::size_t begin = 0; begin < edges_.size();) {
      std::size_t end = begin + 1;
      Edges all = edges_[begin];
      for (; end < edges_.size() && follows_closely(first_ + std::uint32_t(end)); ++end)
        all = {std::min(all.left, edges_[end].left), std::max(all.right, edges_[end].right)};
      std::fill(edges_.begin() + std::ptrdiff_t(begin), edges_.begin() + std::ptrdiff_t(end), all);
      begin = end;
    }
  }

  bool follows_closely(std::uint32_t i) const {
    const auto &above = line(i - 1), &here = line(i);
    float pitch = here.baseline - above.baseline;
    return near_size(above.size_pt, here.size_pt) && pitch > 0 &&
           pitch <= pitch_.typical(here.size_pt) + extra_space * here.size_pt;
  }

  // Bullets are marks wherever they stand first. Numbers, letters and dashes need company: one more of the kind, the next number.
  void find_marks() {
    marks_.resize(last_ - first_);
    for (auto i = first_; i < last_; ++i) {
      const Piece& piece = text_.pieces[line(i).pieces.front()];
      bool alone = piece.word_count == 1 && line(i).pieces.size() == 1;
      if (!alone) marks_[i - first_] = read_list_mark(first_word(text_, line(i)));
    }
    // The last mark of each kind and bracket style is enough to find company in one pass, forwards and backwards.
    std::vector<bool> confirmed(marks_.size(), false);
    struct Last {
      std::uint32_t at = 0;
      bool any = false;
    };
    Last last[5];
    for (std::uint32_t i = 0; i < marks_.size(); ++i) {
      auto kind = marks_[i].mark;
      if (kind == ListMark::none) continue;
      if (kind == ListMark::bullet) confirmed[i] = true;
      auto& before = last[int(kind)];
      bool follows = before.any && (kind == ListMark::dash || marks_[i].number == marks_[before.at].number + 1);
      if (follows) confirmed[i] = confirmed[before.at] = true;
      if (kind == ListMark::number && !follows && is_hung(i + first_)) confirmed[i] = true;
      before = {i, true};
    }
    for (std::size_t i = 0; i < marks_.size(); ++i)
      if (!confirmed[i]) marks_[i] = {};
  }

  // The line below starts where the text behind the mark starts.
  bool is_hung(std::uint32_t i) const {
    if (i + 1 >= last_) return false;
    const auto& here = line(i);
    const Piece& piece = text_.pieces[here.pieces.front()];
    float text_left = piece.word_count > 1 ? text_.words[piece.first_word + 1].box.left : text_.pieces[here.pieces[1]].box.left;
    return std::abs(line(i + 1).box.left - text_left) < indent * here.size_pt;
  }

  bool starts_block(std::uint32_t begin, std::uint32_t i) const {
    const auto &above = line(i - 1), &here = line(i);
    float size = std::max(above.size_pt, here.size_pt);
    float pitch = here.baseline - above.baseline;
    float usual = pitch_.typical(here.size_pt);
    if (is_code(i) || is_code(i - 1))
      return is_code(i) != is_code(i - 1) || pitch > code_gap * usual || !near_size(above.size_pt, here.size_pt);
    if (mark(i).mark != ListMark::none) return true;
    if (!near_size(above.size_pt, here.size_pt)) return true;
    if (pitch > usual + extra_space * size || pitch <= 0) return true;
    if (above.bold && !here.starts_bold) return true;
    if (here.bold && !above.bold && !line(begin).starts_bold) return true;
    if (is_centred(above, here)) return false;

    char32_t end = last_letter(text_, above), start = first_character(first_word(text_, here));
    if (is_lower(start) || is_hyphen(end)) return false;
    bool sentence = ends_a_sentence(end);
    if (pitch > usual + some_extra_space * size && sentence) return true;
    if (changes_indent(begin, i)) return true;
    return would_have_fitted(i, sentence ? room_left : much_room);
  }

  bool is_centred(const ColumnLine& above, const ColumnLine& here) const {
    float a = (above.box.left + above.box.right) / 2, b = (here.box.left + here.box.right) / 2;
    return std::abs(a - b) < 0.3f * here.size_pt && std::abs(above.box.left - here.box.left) > indent * here.size_pt;
  }

  bool changes_indent(std::uint32_t begin, std::uint32_t i) const {
    const auto &above = line(i - 1), &here = line(i);
    bool backwards = here.right_to_left;
    auto start = [&](const ColumnLine& l) { return backwards ? -l.box.right : l.box.left; };
    float step = (start(here) - start(above)) / here.size_pt;
    if (step > indent && step < largest_indent) {
      if (mark(begin).mark != ListMark::none && i == begin + 1) return false;  // hung under its mark
      if (i + 1 < last_ && std::abs(start(line(i + 1)) - start(here)) < indent * here.size_pt)
        return i > begin + 1;  // hung, or an indented block
      return true;
    }
    // Back out: normal after a first line, else the end of something that was hung or indented.
    return step < -indent && i > begin + 1;
  }

  bool would_have_fitted(std::uint32_t i, float spare) const {
    const auto &above = line(i - 1), &here = line(i);
    const Edges& edges = edges_[i - first_];
    const Piece& piece = text_.pieces[here.pieces.front()];
    if (piece.word_count == 0) return false;
    float word = text_.words[piece.first_word].box.width();
    float room = here.right_to_left ? above.box.left - edges.left : edges.right - above.box.right;
    return room > word + spare * here.size_pt;
  }

  void add_block(std::uint32_t begin, std::uint32_t end) {
    Block block;
    block.first_line = begin;
    block.line_count = end - begin;
    auto kind = mark(begin).mark;
    std::span<const ColumnLine> lines(into_.lines.data() + begin, end - begin);
    if (is_code(begin)) {
      block.kind = BlockKind::code;
      block.text = join_code(text_, lines, pitch_.typical(lines[0].size_pt));
    } else {
      bool numbered = kind == ListMark::number;
      bool item = kind == ListMark::bullet || kind == ListMark::dash || numbered;
      block.kind = numbered ? BlockKind::numbered_item : item ? BlockKind::bullet_item : BlockKind::paragraph;
      block.number = mark(begin).number;
      block.text = join_lines(text_, vocabulary_, lines, item ? 1 : 0);
    }
    if (!block.text.empty()) into_.blocks.push_back(std::move(block));
  }

  const PageText& text_;
  Vocabulary& vocabulary_;
  ColumnText& into_;
  const LinePitch& pitch_;
  std::uint32_t first_, last_;
  bool code_possible_;
  struct Edges {
    float left, right;
  };
  std::vector<Edges> edges_;
  std::vector<ReadMark> marks_;
};

}  // namespace

void append_blocks(const PageText& text, Vocabulary& vocabulary, std::uint32_t first, std::uint32_t last, const LinePitch& pitch,
                   bool body_is_monospace, ColumnText& into) {
  if (first < last) BlockMaker(text, vocabulary, first, last, pitch, body_is_monospace, into).make();
}

void join_cut_paragraph(std::size_t first, ColumnText& into, Vocabulary& vocabulary) {
  if (first == 0 || first >= into.blocks.size()) return;
  Block &before = into.blocks[first - 1], &after = into.blocks[first];
  bool text =
      before.kind == BlockKind::paragraph || before.kind == BlockKind::bullet_item || before.kind == BlockKind::numbered_item;
  if (!text || after.kind != BlockKind::paragraph || before.first_line + before.line_count != after.first_line) return;
  char32_t end = last_character(before.text), start = first_character(after.text);
  const auto &above = into.lines[after.first_line - 1], &below = into.lines[after.first_line];
  if (ends_a_sentence(end) || !is_lower(start) || !near_size(above.size_pt, below.size_pt) || above.bold != below.bold) return;
  std::string_view rest = after.text;
  auto first_end = std::min(rest.find(' '), rest.size());
  append_cell_word(before.text, vocabulary, rest.substr(0, first_end), true);
  before.text += rest.substr(first_end);
  before.line_count += after.line_count;
  into.blocks.erase(into.blocks.begin() + std::ptrdiff_t(first));
}

}  // namespace docquarry
