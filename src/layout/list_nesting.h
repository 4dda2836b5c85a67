// How deep list items are nested: told by how far their marks are indented.
#pragma once

#include "layout/blocks.h"

namespace docquarry {

void nest_lists(ColumnText& content);

}  // namespace docquarry
