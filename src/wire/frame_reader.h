// Reads what an extractor's child says about one document. Everything is checked: frame sizes, the sum of them, order, the document's
// number, page numbers, counts, numbers that must be finite, and that every text is clean UTF-8. Whatever is wrong is
// extractor_misbehaved, and the reader then says nothing more.
#pragma once

#include "base/result.h"
#include "wire/frame.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace docquarry::wire {

class FrameReader {
 public:
  // `may_send` says whether a page number was asked for (and not to be skipped).
  FrameReader(std::uint32_t document, std::function<bool(int)> may_send);

  // Where to put bytes that have arrived: at least `least` bytes of room. Valid until the next call of any method.
  std::span<char> room(std::size_t least);
  void arrived(std::size_t bytes);

  // The next whole message; empty when more bytes are needed.
  Result<std::optional<Message>> next();

  // Size of the frame that next() will read, 0 when it is not complete yet: a large one is better read off the loop.
  std::size_t next_bytes() const;

  bool finished() const { return state_ == State::finished; }  // `end` or `failed` has been read
  bool idle() const { return begin_ == end_; }                 // no byte is waiting
  std::uint32_t page_count() const { return page_count_; }

 private:
  enum class State { nothing_yet, pages, facts_read, finished, broken };

  Result<Message> read_message(FrameKind kind, std::string_view payload);
  Result<Message> read_page(std::string_view payload);

  std::uint32_t document_;
  std::function<bool(int)> may_send_;
  State state_ = State::nothing_yet;
  std::uint32_t page_count_ = 0;
  int last_page_ = 0;
  std::uint64_t total_ = 0;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;  // the bytes not yet read
};

}  // namespace docquarry::wire
