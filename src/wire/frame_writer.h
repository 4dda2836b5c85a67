// Appends whole frames to a string; used by the extractor's child and by tests that play one.
#pragma once

#include "wire/frame.h"

#include <string>
#include <string_view>

namespace docquarry::wire {

void append_begin(std::string& out, std::uint32_t document, const Begin& begin);
// Content that makes the frame longer than frame_bytes_limit is left out, the least needed first (lines, Markdown, the end of the
// text), and the page gets the fault output_limit. Texts must be clean (base/text.h).
void append_page(std::string& out, std::uint32_t document, const PageFrame& frame);
void append_facts(std::string& out, std::uint32_t document, const DocumentFacts& facts);
void append_end(std::string& out, std::uint32_t document, const End& end);
void append_failed(std::string& out, std::uint32_t document, const ErrorCode& code, std::string_view message);

}  // namespace docquarry::wire
