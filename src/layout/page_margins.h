// Running heads, running feet and page numbers: what a page repeats in its margins and no reader counts as its text.
#pragma once

#include "layout/analyse_page.h"
#include "layout/page_text.h"

#include <cstdint>
#include <vector>

namespace docquarry {

enum class Furniture : std::uint8_t { none, head, foot };

// For each piece whether it is furniture: it stands in the outermost lines of the page, and is a page number, or was seen on an earlier
// page, too, or is set smaller than the text and far from it. Never all that a page has.
std::vector<Furniture> find_furniture(const PageInk& page, const PageText& text, const DocumentStyle& style);

}  // namespace docquarry
