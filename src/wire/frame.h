// The frames that an extractor's child writes into its result pipe, little-endian, in this order:
//
//   begin  page (ascending)*  facts  end        or, at any point, failed instead of the rest
//
// Every frame starts with FrameHeader. The child may have been taken over by a document, so the reader (frame_reader.h) believes nothing.
#pragma once

#include "base/error.h"
#include "domain/document_facts.h"
#include "domain/page.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace docquarry::wire {

enum class FrameKind : std::uint16_t { begin = 1, page = 2, facts = 3, end = 4, failed = 5 };

struct FrameHeader {
  std::uint32_t magic = 0x31465144;  // "DQF1"
  FrameKind kind = FrameKind::begin;
  std::uint16_t reserved = 0;
  std::uint32_t document = 0;  // the number that the request gave the document
  std::uint32_t length = 0;    // of what follows
};
static_assert(sizeof(FrameHeader) == 16);

constexpr std::uint32_t frame_bytes_limit = 8u << 20;
constexpr std::uint64_t document_bytes_limit = 256u << 20;
constexpr std::size_t label_bytes_limit = 1024;
constexpr std::size_t fault_bytes_limit = 1024;
constexpr std::size_t faults_limit = 16;

struct Begin {
  std::uint32_t page_count = 0;  // of the file
  std::uint32_t expected = 0;    // pages asked for, the skipped ones counted in
};

struct PageFrame {
  Page page;  // `lines` is empty: the receiver writes it from what follows
  std::vector<Font> fonts;
  std::vector<Line> lines;
};

struct End {
  bool partial = false;
  std::vector<std::string> faults;
  double cpu_seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
};

struct Failed {
  const ErrorCode* code = nullptr;
  std::string message;
};

using Message = std::variant<Begin, PageFrame, DocumentFacts, End, Failed>;

}  // namespace docquarry::wire
