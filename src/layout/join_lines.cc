#include "layout/join_lines.h"

#include "layout/characters.h"

#include <algorithm>
#include <cmath>

namespace docquarry {
namespace {

constexpr std::size_t widest_indent = 200;  // characters; more is a place on the page, not an indent

constexpr std::size_t shortest_part = 4;  // bytes; "with" and "in" are words, too, and parts of many others

// Letters and inner hyphens, in lower case: "(First-year," and "first-year" are the same. FNV-1a, continued over parts.
std::uint64_t hash_word(std::string_view word, std::uint64_t hash = 0xCBF29CE484222325u) {
  auto is_edge = [](char c) { return !is_ascii_letter(char32_t(static_cast<unsigned char>(c))) && (c & 0x80) == 0; };
  while (!word.empty() && is_edge(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_edge(word.back())) word.remove_suffix(1);
  for (char c : word) hash = (hash ^ static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c)) * 0x100000001B3u;
  return hash;
}

// Appends a word that starts a new line of the same paragraph.
void join(std::string& out, Vocabulary& vocabulary, std::string_view word) {
  if (out.empty()) return void(out += word);
  char32_t end = last_character(out), start = first_character(word);
  if (is_hyphen(end)) {
    std::string_view before = out;
    before.remove_suffix(end < 0x80 ? 1 : end < 0x800 ? 2 : 3);
    char32_t carrier = last_character(before);
    auto last_word = before.substr(before.rfind(' ') + 1);
    // Cut by the typesetter: letters on both sides, the rest in lower case. A word that already has a hyphen keeps this one, too
    // ("state-of-the-art"); so do capitals ("MMETn-Insertion") and numbers ("COVID-19").
    bool cut = is_letter(carrier) && is_lower(start) && (end != '-' || last_word.find('-') == std::string_view::npos) &&
               (end == 0xAD || !vocabulary.keeps_hyphen(last_word, word));
    if (cut || end == 0xAD) out.resize(before.size());
    if (is_letter(carrier) || is_digit(carrier)) return void(out += word);
    out += ' ';
  } else if (!is_unspaced(end) || !is_unspaced(start)) {
    out += ' ';
  }
  out += word;
}

}  // namespace

bool Vocabulary::keeps_hyphen(std::string_view first, std::string_view second) {
  if (!filled_) {
    filled_ = true;
    words_.reserve(text_.words.size());
    // Not the halves of cut words: what starts a line, and what ends one with a hyphen.
    for (const auto& piece : text_.pieces)
      for (std::uint32_t i = 1; i < piece.word_count; ++i) {
        auto word = text_.text_of(text_.words[piece.first_word + i]);
        if (!is_hyphen(last_character(word))) words_.push_back(hash_word(word));
      }
    std::sort(words_.begin(), words_.end());
  }
  auto start = hash_word(first);
  if (has(hash_word(second, start))) return false;
  if (has(hash_word(second, (start ^ '-') * 0x100000001B3u))) return true;
  return first.size() >= shortest_part && second.size() >= shortest_part && has(start) && has(hash_word(second));
}

std::string join_lines(const PageText& text, Vocabulary& vocabulary, std::span<const ColumnLine> lines,
                       std::uint32_t words_to_skip) {
  std::string out;
  std::size_t letters = 0;
  for (const auto& line : lines) letters += line.characters;
  out.reserve(letters + letters / 4);  // with spaces; scripts of more bytes grow it
  for (const auto& line : lines) {
    bool line_start = true;
    for (auto index : line.pieces) {
      const Piece& piece = text.pieces[index];
      for (std::uint32_t i = 0; i < piece.word_count; ++i) {
        if (words_to_skip > 0) {
          --words_to_skip;
          continue;
        }
        auto word = text.text_of(text.words[piece.first_word + i]);
        if (line_start) join(out, vocabulary, word);
        else {
          if (!out.empty()) out += ' ';
          out += word;
        }
        line_start = false;
      }
    }
  }
  // Soft hyphens that do not end a line are invisible.
  for (std::size_t at = 0; (at = out.find("\xC2\xAD", at)) != std::string::npos;) out.erase(at, 2);
  return out;
}

void append_cell_word(std::string& cell, Vocabulary& vocabulary, std::string_view word, bool new_line) {
  if (new_line) return join(cell, vocabulary, word);
  if (!cell.empty()) cell += ' ';
  cell += word;
}

std::string join_code(const PageText& text, std::span<const ColumnLine> lines, float pitch) {
  float left = lines[0].box.left, width = 0;
  std::size_t letters = 0;
  for (const auto& line : lines) {
    left = std::min(left, line.box.left);
    for (auto index : line.pieces) {
      const Piece& piece = text.pieces[index];
      letters += piece.characters;
      for (std::uint32_t i = 0; i < piece.word_count; ++i) width += text.words[piece.first_word + i].box.width();
    }
  }
  // A page that scatters its letters must not become megabytes of spaces.
  std::size_t spaces_left = 4096 + 8 * letters;
  float letter = letters > 0 && width > 0 ? width / float(letters) : lines[0].size_pt * 0.6f;
  std::string out;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (n > 0) out += lines[n].baseline - lines[n - 1].baseline > 1.6f * pitch ? "\n\n" : "\n";
    std::size_t start = out.size(), column = 0;
    for (auto index : lines[n].pieces) {
      const Piece& piece = text.pieces[index];
      for (std::uint32_t i = 0; i < piece.word_count; ++i) {
        const auto& word = text.words[piece.first_word + i];
        float wanted = std::round((word.box.left - left) / letter);
        auto place = std::size_t(std::clamp(wanted, 0.0f, float(widest_indent)));
        if (place <= column && out.size() > start) place = column + 1;
        auto spaces = std::min(place - column, spaces_left);
        spaces_left -= spaces;
        out.append(std::max<std::size_t>(spaces, out.size() > start ? 1 : 0), ' ');
        out += text.text_of(word);
        column = place + std::size_t(std::clamp(std::round(word.box.width() / letter), 0.0f, float(widest_indent)));
      }
    }
  }
  return out;
}

}  // namespace docquarry
