#include "wire/frame_reader.h"

#include "base/text.h"
#include "domain/error_codes.h"
#include "wire/bytes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace docquarry::wire {
namespace {

// What a child may say about a document or a page.
constexpr std::array codes_of_children{&invalid_document, &password_required, &wrong_password, &unsupported_encryption,
                                       &page_unreadable,  &memory_limit,      &time_limit,     &output_limit};

const ErrorCode* code_from_child(std::string_view name) {
  for (const auto* code : codes_of_children)
    if (code->name == name) return code;
  return nullptr;
}

auto misbehaved(const char* what) { return fail(extractor_misbehaved, std::string("the extractor's answer has ") + what); }

// A reader whose texts must be clean and whose sizes must be finite.
class CheckedReader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  std::string take_clean(std::size_t limit) {
    auto text = take_text();
    if (text.size() > limit || !is_clean(text)) return stop(), std::string();
    return std::string(text);
  }
  float take_size() {
    auto size = take<float>();
    if (!std::isfinite(size) || std::abs(size) > 1e9f) return stop(), 0;
    return size;
  }
  Box take_box() {
    auto edges = take<std::array<std::int32_t, 4>>();
    return {edges[0] / 100.f, edges[1] / 100.f, edges[2] / 100.f, edges[3] / 100.f};
  }
  std::optional<std::string> take_optional(std::size_t limit) {
    bool present = take<std::uint8_t>() != 0;
    auto text = take_clean(limit);
    if (!present) return std::nullopt;
    return text;
  }
};

constexpr std::size_t any = frame_bytes_limit;

void read_lines(CheckedReader& in, PageFrame& frame) {
  auto fonts = in.take_count(5);
  frame.fonts.reserve(fonts);
  for (std::uint32_t i = 0; i < fonts; ++i) {
    auto flags = in.take<std::uint8_t>();
    Font font{in.take_clean(256), (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0};
    frame.fonts.push_back(std::move(font));
  }
  auto lines = in.take_count(28);
  frame.lines.resize(lines);
  for (auto& line : frame.lines) {
    line.box = in.take_box();
    line.font = in.take<std::uint32_t>();
    line.size_pt = in.take_size();
    if (line.font >= fonts) return in.stop();
    auto words = in.take_count(20);
    line.words.resize(words);
    for (auto& word : line.words) {
      word.box = in.take_box();
      word.text = in.take_clean(any);
    }
    if (!in.ok()) return;
  }
}

bool read_facts(CheckedReader& in, DocumentFacts& facts) {
  facts.page_count = int(in.take<std::uint32_t>());
  facts.pdf_version = in.take_clean(16);
  auto flags = in.take<std::uint8_t>();
  facts.encrypted = (flags & 1) != 0;
  facts.tagged = (flags & 2) != 0;
  Metadata& data = facts.metadata;
  for (auto* field :
       {&data.author, &data.creator, &data.producer, &data.subject, &data.title, &data.creation_date, &data.modification_date})
    *field = in.take_optional(any);
  auto others = in.take_count(8);
  for (std::uint32_t i = 0; i < others && in.ok(); ++i) {
    auto key = in.take_clean(any);
    auto value = in.take_clean(any);
    facts.other_info.emplace_back(std::move(key), std::move(value));
  }
  facts.xmp = in.take_clean(any);
  auto entries = in.take_count(12);
  for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
    OutlineEntry entry;
    auto level = in.take<std::uint32_t>();
    auto page = in.take<std::uint32_t>();
    entry.title = in.take_clean(any);
    if (level < 1 || level > 1000 || page > std::uint32_t(facts.page_count)) return false;
    entry.level = int(level);
    entry.page = int(page);
    facts.outline.push_back(std::move(entry));
  }
  return in.at_end();
}

}  // namespace

FrameReader::FrameReader(std::uint32_t document, std::function<bool(int)> may_send)
    : document_(document), may_send_(std::move(may_send)) {}

std::span<char> FrameReader::room(std::size_t least) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.size() - end_ < least) {
    buffer_.erase(0, begin_);
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() - end_ < least) buffer_.resize(std::max(buffer_.size() * 2, end_ + least));
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void FrameReader::arrived(std::size_t bytes) { end_ += bytes; }

std::size_t FrameReader::next_bytes() const {
  if (end_ - begin_ < sizeof(FrameHeader)) return 0;
  std::uint32_t length = 0;
  std::memcpy(&length, buffer_.data() + begin_ + offsetof(FrameHeader, length), sizeof length);
  return end_ - begin_ < sizeof(FrameHeader) + length ? 0 : sizeof(FrameHeader) + length;
}

Result<std::optional<Message>> FrameReader::next() {
  std::string_view waiting(buffer_.data() + begin_, end_ - begin_);
  if (state_ == State::broken) return misbehaved("already been refused");
  if (waiting.size() < sizeof(FrameHeader)) return std::optional<Message>();
  FrameHeader header;
  std::memcpy(&header, waiting.data(), sizeof header);
  auto before = std::exchange(state_, State::broken);  // until everything about this frame is known to be right
  if (header.magic != FrameHeader().magic || header.reserved != 0) return misbehaved("no frame header where one must be");
  if (header.document != document_) return misbehaved("the number of another document");
  if (header.length > frame_bytes_limit) return misbehaved("a frame longer than allowed");
  if (before == State::finished) return misbehaved("frames after its end");
  state_ = before;
  if (waiting.size() < sizeof header + header.length) return std::optional<Message>();
  state_ = State::broken;
  total_ += sizeof header + header.length;
  if (total_ > document_bytes_limit) return fail(output_limit, "the document's text takes more space than allowed");
  begin_ += sizeof header + header.length;
  std::swap(state_, before);
  auto message = read_message(header.kind, waiting.substr(sizeof header, header.length));
  if (!message) {
    state_ = State::broken;
    return fail(std::move(message).error());
  }
  return std::optional<Message>(std::move(*message));
}

Result<Message> FrameReader::read_message(FrameKind kind, std::string_view payload) {
  CheckedReader in(payload);
  switch (kind) {
    case FrameKind::begin: {
      if (state_ != State::nothing_yet) return misbehaved("a second beginning");
      Begin begin{in.take<std::uint32_t>(), in.take<std::uint32_t>()};
      if (!in.at_end() || begin.page_count > 100'000'000 || begin.expected > begin.page_count)
        return misbehaved("a malformed beginning");
      page_count_ = begin.page_count;
      state_ = State::pages;
      return Message(begin);
    }
    case FrameKind::page:
      if (state_ != State::pages) return misbehaved("a page out of order");
      return read_page(payload);
    case FrameKind::facts: {
      if (state_ != State::pages) return misbehaved("facts out of order");
      DocumentFacts facts;
      if (!read_facts(in, facts) || facts.page_count != int(page_count_)) return misbehaved("malformed facts");
      state_ = State::facts_read;
      return Message(std::move(facts));
    }
    case FrameKind::end: {
      if (state_ != State::facts_read) return misbehaved("an early end");
      End end;
      end.partial = in.take<std::uint8_t>() != 0;
      end.cpu_seconds = in.take<double>();
      end.peak_memory_bytes = in.take<std::uint64_t>();
      auto faults = in.take_count(4);
      for (std::uint32_t i = 0; i < faults && in.ok(); ++i) end.faults.push_back(in.take_clean(fault_bytes_limit));
      if (!in.at_end() || faults > faults_limit || !(end.cpu_seconds >= 0 && end.cpu_seconds < 1e9))
        return misbehaved("a malformed end");
      state_ = State::finished;
      return Message(std::move(end));
    }
    case FrameKind::failed: {
      if (state_ == State::finished) return misbehaved("a failure after its end");
      Failed failed;
      failed.code = code_from_child(in.take_text());
      failed.message = in.take_clean(fault_bytes_limit);
      if (!in.at_end() || failed.code == nullptr) return misbehaved("a malformed failure");
      state_ = State::finished;
      return Message(std::move(failed));
    }
  }
  return misbehaved("a frame of unknown kind");
}

Result<Message> FrameReader::read_page(std::string_view payload) {
  CheckedReader in(payload);
  PageFrame frame;
  Page& page = frame.page;
  auto number = in.take<std::uint32_t>();
  page.width_pt = in.take_size();
  page.height_pt = in.take_size();
  page.rotation = in.take<std::uint16_t>();
  page.has_text_layer = in.take<std::uint16_t>() != 0;
  page.replaced_characters = in.take<std::uint32_t>();
  auto fault_code = in.take_text();
  auto fault_message = in.take_clean(fault_bytes_limit);
  page.label = in.take_clean(label_bytes_limit);
  page.text = in.take_clean(any);
  page.markdown = in.take_clean(any);
  read_lines(in, frame);
  if (!in.at_end()) return misbehaved("a malformed page");
  if (page.rotation != 0 && page.rotation != 90 && page.rotation != 180 && page.rotation != 270)
    return misbehaved("a page turned by an odd angle");
  if (!fault_code.empty()) {
    const auto* code = code_from_child(fault_code);
    if (code == nullptr) return misbehaved("a page with an unknown fault");
    page.fault = PageFault{std::string(code->name), std::move(fault_message)};
  }
  if (number <= std::uint32_t(last_page_) || number > page_count_ || !may_send_(int(number)))
    return misbehaved("a page that was not asked for");
  page.number = last_page_ = int(number);
  return Message(std::move(frame));
}

}  // namespace docquarry::wire
