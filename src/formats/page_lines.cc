#include "formats/page_lines.h"

#include "base/json_writer.h"

#include <charconv>
#include <cmath>

namespace docquarry {
namespace {

// Hundredths of a point without going through floating-point printing, which would be most of the time spent here.
void append_hundredths(std::string& out, float points) {
  if (!(std::abs(points) < 2e7f)) points = std::isnan(points) ? 0 : std::copysign(2e7f, points);
  auto hundredths = std::lround(points * 100);
  char digits[24];
  if (hundredths < 0) {
    out += '-';
    hundredths = -hundredths;
  }
  out.append(digits, std::to_chars(digits, digits + sizeof digits, hundredths / 100).ptr);
  auto rest = hundredths % 100;
  if (rest == 0) return;
  out += '.';
  out += char('0' + rest / 10);
  if (rest % 10 != 0) out += char('0' + rest % 10);
}

void append_box(std::string& out, const Box& box) {
  out += "{\"box\":[";
  append_hundredths(out, box.left);
  out += ',';
  append_hundredths(out, box.top);
  out += ',';
  append_hundredths(out, box.right);
  out += ',';
  append_hundredths(out, box.bottom);
  out += ']';
}

void append_fonts(std::string& out, const std::vector<Font>& fonts) {
  for (std::size_t i = 0; i < fonts.size(); ++i) {
    out += i == 0 ? "{\"name\":" : ",{\"name\":";
    append_json_string(out, fonts[i].name);
    if (fonts[i].bold) out += ",\"bold\":true";
    if (fonts[i].italic) out += ",\"italic\":true";
    if (fonts[i].monospace) out += ",\"monospace\":true";
    out += '}';
  }
}

}  // namespace

std::string write_page_lines(const std::vector<Font>& fonts, const std::vector<Line>& lines) {
  std::string out, text;
  std::size_t words = 0;
  for (const auto& line : lines) words += line.words.size();
  out.reserve(64 + fonts.size() * 48 + lines.size() * 100 + words * 64);
  out += "{\"fonts\":[";
  append_fonts(out, fonts);
  out += "],\"lines\":[";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (i != 0) out += ',';
    append_box(out, line.box);
    out += ",\"font\":" + std::to_string(line.font) + ",\"size\":";
    append_hundredths(out, line.size_pt);
    text.clear();
    for (const auto& word : line.words) {
      if (!text.empty()) text += ' ';
      text += word.text;
    }
    out += ",\"text\":";
    append_json_string(out, text);
    out += ",\"words\":[";
    for (std::size_t w = 0; w < line.words.size(); ++w) {
      if (w != 0) out += ',';
      append_box(out, line.words[w].box);
      out += ",\"text\":";
      append_json_string(out, line.words[w].text);
      out += '}';
    }
    out += "]}";
  }
  out += "]}";
  return out;
}

}  // namespace docquarry
