// Blocks as Markdown (GitHub's flavour) and as plain text. What the document says must not turn into markup.
// Running heads and feet are left out of the Markdown, which is for reading on; the plain text has all that the page has.
#pragma once

#include "layout/blocks.h"
#include "layout/tables.h"

#include <string>

namespace docquarry {

std::string write_markdown(const ColumnText& content, const std::vector<Table>& tables);
std::string write_plain_text(const ColumnText& content, const std::vector<Table>& tables);

// Escapes only what would be markup: "a * b" and snake_case stay as they are.
void append_escaped(std::string& out, std::string_view text, bool at_line_start);

}  // namespace docquarry
