#include "layout/markdown.h"

#include "layout/characters.h"

#include <algorithm>

namespace docquarry {
namespace {

bool is_item(const Block& block) { return block.kind == BlockKind::bullet_item || block.kind == BlockKind::numbered_item; }

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}
bool is_word_byte(char c) {
  return is_ascii_letter(static_cast<unsigned char>(c)) || is_digit(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
}

// How many bytes at the start of a line would make it a heading, list item, quote, fence, rule, table or definition; 0: none.
// The byte before that count is the one to escape.
std::size_t line_mark(std::string_view text) {
  auto spaced = [&](std::size_t at) { return at >= text.size() || text[at] == ' '; };
  if (text.empty()) return 0;
  switch (text[0]) {
    case '#': {
      std::size_t end = text.find_first_not_of('#');
      return end == std::string_view::npos || (end <= 6 && text[end] == ' ') ? 1 : 0;
    }
    case '+':
    case '*':
    case '-': {
      bool rule = text.find_first_not_of(text.substr(0, 1) == "-"   ? "- "
                                         : text.substr(0, 1) == "*" ? "* "
                                                                    : "+") == std::string_view::npos;
      return spaced(1) || (rule && text.size() >= 3) ? 1 : 0;
    }
    case '_': return text.size() >= 3 && text.find_first_not_of("_ ") == std::string_view::npos ? 1 : 0;
    case '=': return text.find_first_not_of('=') == std::string_view::npos ? 1 : 0;
    case '>':
    case '|': return 1;
    case '~':
    case '`': return text.size() >= 3 && text[1] == text[0] && text[2] == text[0] ? 1 : 0;
    case '[': return text.find("]:") != std::string_view::npos ? 1 : 0;
    default: break;
  }
  std::size_t digits = 0;
  while (digits < text.size() && digits < 9 && is_digit(static_cast<unsigned char>(text[digits]))) ++digits;
  bool numbered = digits > 0 && digits < text.size() && (text[digits] == '.' || text[digits] == ')') && spaced(digits + 1);
  return numbered ? digits + 1 : 0;
}

bool is_entity(std::string_view rest) {  // "&" and what follows
  std::size_t i = 1;
  if (i < rest.size() && rest[i] == '#') ++i;
  std::size_t start = i;
  while (i < rest.size() && i < 34 &&
         (is_ascii_letter(static_cast<unsigned char>(rest[i])) || is_digit(static_cast<unsigned char>(rest[i]))))
    ++i;
  return i > start && i < rest.size() && rest[i] == ';';
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, bool at_line_start) {
  std::size_t mark = at_line_start ? line_mark(text) : 0;
  // A single star, underscore or backtick has no partner and stays what it is.
  auto several = [&](char c) { return std::count(text.begin(), text.end(), c) > 1; };
  bool stars = several('*'), lows = several('_'), ticks = several('`'), waves = several('~');
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i], before = i > 0 ? text[i - 1] : ' ', next = i + 1 < text.size() ? text[i + 1] : ' ';
    bool escape = i + 1 == mark;
    switch (c) {
      case '*': escape |= stars && (before != ' ' || next != ' '); break;
      case '_': escape |= lows && !(is_word_byte(before) && is_word_byte(next)) && (before != ' ' || next != ' '); break;
      case '`': escape |= ticks; break;
      case '~': escape |= waves && (before == '~' || next == '~'); break;
      case '\\': escape |= is_punctuation(next); break;
      case '<': escape |= is_ascii_letter(static_cast<unsigned char>(next)) || next == '/' || next == '!' || next == '?'; break;
      case '&': escape |= is_entity(text.substr(i)); break;
      case '(': escape |= before == ']'; break;
      default: break;
    }
    if (escape) out += '\\';
    out += c;
  }
}

namespace {

// A fence that is longer than any run of backticks inside.
std::string fence_for(std::string_view code) {
  std::size_t longest = 0, run = 0;
  for (char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max<std::size_t>(3, longest + 1), '`');
}

void append_cell(std::string& out, std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text, false);
  out += ' ';
  for (char c : escaped) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  out += " |";
}

void append_pipe_table(std::string& out, const Table& table) {
  auto cell = table.cells.begin();
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    out += row == 0 ? "|" : "\n|";
    for (std::uint32_t column = 0; column < table.columns; ++column) {
      bool here = cell != table.cells.end() && cell->row == row && cell->column == column;
      append_cell(out, here ? std::string_view(cell->text) : std::string_view());
      if (here) ++cell;
    }
    if (row > 0) continue;
    out += "\n|";
    for (std::uint32_t column = 0; column < table.columns; ++column) out += " --- |";
  }
}

// Cells that span rows or columns can be said in HTML only.
void append_html_table(std::string& out, const Table& table) {
  out += "<table>\n";
  std::uint32_t begun = 0;  // rows; one that has no cell of its own lies under cells from above
  for (const auto& cell : table.cells) {
    for (; begun <= cell.row; ++begun) out += begun == 0 ? "<tr>" : "</tr>\n<tr>";
    out += "<td";
    if (cell.rows > 1) out += " rowspan=\"" + std::to_string(cell.rows) + "\"";
    if (cell.columns > 1) out += " colspan=\"" + std::to_string(cell.columns) + "\"";
    out += '>';
    for (char c : cell.text) {
      if (c == '<') out += "&lt;";
      else if (c == '>') out += "&gt;";
      else if (c == '&') out += "&amp;";
      else out += c;
    }
    out += "</td>";
  }
  out += begun > 0 ? "</tr>\n</table>" : "</table>";
}

// The nesting of an item and the mark it gets. Numbers are the document's own.
void append_item(std::string& out, const Block& block) {
  out.append(std::size_t(block.level) * 4, ' ');
  if (block.kind == BlockKind::numbered_item) out += std::to_string(block.number) + ". ";
  else out += "- ";
  append_escaped(out, block.text, true);
}

}  // namespace

std::string write_markdown(const ColumnText& content, const std::vector<Table>& tables) {
  std::string out;
  const Block* before = nullptr;
  for (const auto& block : content.blocks) {
    if (block.kind == BlockKind::furniture) continue;
    if (before != nullptr) out += is_item(*before) && is_item(block) ? "\n" : "\n\n";
    before = &block;
    switch (block.kind) {
      case BlockKind::heading:
        out.append(std::size_t(std::clamp(block.level, 1, 6)), '#');
        out += ' ';
        append_escaped(out, block.text, false);
        if (out.back() == '#') out.insert(out.size() - 1, 1, '\\');  // a last # would only close the heading
        break;
      case BlockKind::bullet_item:
      case BlockKind::numbered_item: append_item(out, block); break;
      case BlockKind::code: {
        auto fence = fence_for(block.text);
        out += fence + "\n" + block.text + "\n" + fence;
        break;
      }
      case BlockKind::table:
        if (tables[block.table].has_spans()) append_html_table(out, tables[block.table]);
        else append_pipe_table(out, tables[block.table]);
        break;
      case BlockKind::furniture: break;
      case BlockKind::paragraph: append_escaped(out, block.text, true); break;
    }
  }
  return out;
}

std::string write_plain_text(const ColumnText& content, const std::vector<Table>& tables) {
  std::string out;
  const Block* before = nullptr;
  for (const auto& block : content.blocks) {
    if (before != nullptr) out += is_item(*before) && is_item(block) ? "\n" : "\n\n";
    before = &block;
    if (block.kind == BlockKind::numbered_item) out += std::to_string(block.number) + ". ";
    if (block.kind == BlockKind::bullet_item) out += "- ";
    if (block.kind != BlockKind::table) {
      out += block.text;
      continue;
    }
    // Cells by tabs, rows by line ends.
    const TableCell* left = nullptr;
    for (const auto& cell : tables[block.table].cells) {
      if (left != nullptr) out += left->row == cell.row ? '\t' : '\n';
      out += cell.text;
      left = &cell;
    }
  }
  return out;
}

}  // namespace docquarry
