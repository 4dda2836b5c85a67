// Text that runs up, down or upside down is turned until it runs to the right; everything after that knows only upright text.
// `turns` counts quarter turns clockwise as seen: 1 is text that runs down the page.
#pragma once

#include "domain/page.h"

namespace docquarry {

inline Box upright(const Box& b, int turns) {
  switch (turns & 3) {
    case 1: return {b.top, -b.right, b.bottom, -b.left};
    case 2: return {-b.right, -b.bottom, -b.left, -b.top};
    case 3: return {-b.bottom, b.left, -b.top, b.right};
    default: return b;
  }
}

// The way back: upright(on_page(b, t), t) == b.
inline Box on_page(const Box& b, int turns) { return upright(b, 4 - (turns & 3)); }

}  // namespace docquarry
