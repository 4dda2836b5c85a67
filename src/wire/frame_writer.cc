#include "wire/frame_writer.h"

#include "domain/error_codes.h"
#include "wire/bytes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace docquarry::wire {
namespace {

// Writes the header now and the length when the frame is complete.
class FrameBeingWritten : public ByteWriter {
 public:
  FrameBeingWritten(std::string& out, FrameKind kind, std::uint32_t document) : ByteWriter(out), out_(out), start_(out.size()) {
    FrameHeader header;
    header.kind = kind;
    header.document = document;
    put(header);
  }
  ~FrameBeingWritten() {
    auto length = std::uint32_t(out_.size() - start_ - sizeof(FrameHeader));
    std::memcpy(out_.data() + start_ + offsetof(FrameHeader, length), &length, sizeof length);
  }

 private:
  std::string& out_;
  std::size_t start_;
};

std::int32_t hundredths(float points) {
  if (!(std::abs(points) < 2e7f)) return std::isnan(points) ? 0 : points > 0 ? 2'000'000'000 : -2'000'000'000;
  return std::int32_t(std::lround(points * 100));
}

void put_box(ByteWriter& frame, const Box& box) {
  frame.put(std::array{hundredths(box.left), hundredths(box.top), hundredths(box.right), hundredths(box.bottom)});
}

std::size_t bytes_of(const std::vector<Line>& lines) {
  std::size_t bytes = 0;
  for (const auto& line : lines) {
    bytes += 28;
    for (const auto& word : line.words) bytes += 20 + word.text.size();
  }
  return bytes;
}

// At most `bytes` of `text`, never the half of a character.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

void put_fault(ByteWriter& frame, const std::optional<PageFault>& fault) {
  frame.put_text(fault ? fault->code : std::string_view());
  frame.put_text(fault ? cut(fault->message, fault_bytes_limit) : std::string_view());
}

void put_optional(ByteWriter& frame, const std::optional<std::string>& text) {
  frame.put(std::uint8_t(text.has_value()));
  frame.put_text(text.value_or(""));
}

}  // namespace

void append_begin(std::string& out, std::uint32_t document, const Begin& begin) {
  FrameBeingWritten frame(out, FrameKind::begin, document);
  frame.put(begin.page_count);
  frame.put(begin.expected);
}

void append_page(std::string& out, std::uint32_t document, const PageFrame& content) {
  const Page& page = content.page;
  constexpr std::size_t room = frame_bytes_limit - 64 * 1024;  // fonts, label and numbers take the rest
  std::size_t line_bytes = bytes_of(content.lines);
  std::string_view text = page.text, markdown = page.markdown;
  bool with_lines = true;
  std::optional<PageFault> fault = page.fault;
  if (text.size() + markdown.size() + line_bytes > room) {
    with_lines = false;
    if (text.size() + markdown.size() > room) markdown = {};
    text = cut(text, room);
    if (!fault)
      fault = PageFault{std::string(output_limit.name),
                        "the page holds more text than fits into one answer; its words, Markdown or last part are left out"};
  }

  FrameBeingWritten frame(out, FrameKind::page, document);
  frame.put(std::uint32_t(page.number));
  frame.put(page.width_pt);
  frame.put(page.height_pt);
  frame.put(std::uint16_t(page.rotation));
  frame.put(std::uint16_t(page.has_text_layer));
  frame.put(page.replaced_characters);
  put_fault(frame, fault);
  frame.put_text(cut(page.label, label_bytes_limit));
  frame.put_text(text);
  frame.put_text(markdown);
  std::size_t fonts = with_lines ? std::min<std::size_t>(content.fonts.size(), 1000) : 0;
  frame.put(std::uint32_t(fonts));
  for (std::size_t i = 0; i < fonts; ++i) {
    const Font& font = content.fonts[i];
    frame.put(std::uint8_t(font.bold | font.italic << 1 | font.monospace << 2));
    frame.put_text(cut(font.name, 60));
  }
  frame.put(std::uint32_t(with_lines && fonts > 0 ? content.lines.size() : 0));
  if (!with_lines || fonts == 0) return;
  for (const auto& line : content.lines) {
    put_box(frame, line.box);
    frame.put(std::min(line.font, std::uint32_t(fonts - 1)));
    frame.put(line.size_pt);
    frame.put(std::uint32_t(line.words.size()));
    for (const auto& word : line.words) {
      put_box(frame, word.box);
      frame.put_text(word.text);
    }
  }
}

void append_facts(std::string& out, std::uint32_t document, const DocumentFacts& facts) {
  FrameBeingWritten frame(out, FrameKind::facts, document);
  frame.put(std::uint32_t(facts.page_count));
  frame.put_text(facts.pdf_version);
  frame.put(std::uint8_t(facts.encrypted | facts.tagged << 1));
  const Metadata& data = facts.metadata;
  for (const auto* field :
       {&data.author, &data.creator, &data.producer, &data.subject, &data.title, &data.creation_date, &data.modification_date})
    put_optional(frame, *field);
  frame.put(std::uint32_t(facts.other_info.size()));
  for (const auto& [key, value] : facts.other_info) {
    frame.put_text(key);
    frame.put_text(value);
  }
  frame.put_text(facts.xmp);
  frame.put(std::uint32_t(facts.outline.size()));
  for (const auto& entry : facts.outline) {
    frame.put(std::uint32_t(entry.level));
    frame.put(std::uint32_t(entry.page));
    frame.put_text(entry.title);
  }
}

void append_end(std::string& out, std::uint32_t document, const End& end) {
  FrameBeingWritten frame(out, FrameKind::end, document);
  frame.put(std::uint8_t(end.partial));
  frame.put(end.cpu_seconds);
  frame.put(end.peak_memory_bytes);
  auto count = std::min(end.faults.size(), faults_limit);
  frame.put(std::uint32_t(count));
  for (std::size_t i = 0; i < count; ++i) frame.put_text(cut(end.faults[i], fault_bytes_limit));
}

void append_failed(std::string& out, std::uint32_t document, const ErrorCode& code, std::string_view message) {
  FrameBeingWritten frame(out, FrameKind::failed, document);
  frame.put_text(code.name);
  frame.put_text(cut(message, fault_bytes_limit));
}

}  // namespace docquarry::wire
