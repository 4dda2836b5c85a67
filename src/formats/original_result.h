// The original's result body, byte for byte: what its GET /result answers and what its worker keeps in Redis under result:{id}.
//
//   {"task_id":"1","filename":...,"page_count":...,"text":"...","metadata":{...},"extraction_time_seconds":...,"summary":null}
//
// The text of all pages is written between the two halves by whoever has the pages.
#pragma once

#include "domain/document.h"
#include "domain/document_facts.h"

#include <string>
#include <string_view>

namespace docquarry {

void write_result_before_text(std::string& out, const DocumentView& document,
                              int page_count);                 // ends in an open string: ...,"text":"
void append_escaped(std::string& out, std::string_view text);  // as within a JSON string
void append_page_text(std::string& out, bool is_first, std::string_view text);
void write_result_after_text(std::string& out, const DocumentView& document, const Metadata& metadata);

// A JSON object without its closing brace, so that others can go on.
std::string reopened(std::string object);

}  // namespace docquarry
