// Which paragraphs are headings: short ones that are set larger or heavier than the text they stand above.
#pragma once

#include "layout/analyse_page.h"
#include "layout/blocks.h"

namespace docquarry {

void mark_headings(ColumnText& content, const DocumentStyle& style);

}  // namespace docquarry
