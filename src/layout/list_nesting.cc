#include "layout/list_nesting.h"

#include <vector>

namespace docquarry {
namespace {

constexpr float indent = 0.6f;  // in sizes; lists that are nested are indented by one or more
constexpr std::size_t deepest = 8;

}  // namespace

void nest_lists(ColumnText& content) {
  std::vector<float> lefts;  // of the open levels
  for (auto& block : content.blocks) {
    if (block.kind != BlockKind::bullet_item && block.kind != BlockKind::numbered_item) {
      lefts.clear();
      continue;
    }
    const auto& line = content.lines[block.first_line];
    float left = line.right_to_left ? -line.box.right : line.box.left;
    while (!lefts.empty() && left < lefts.back() - indent * line.size_pt) lefts.pop_back();
    if (lefts.empty() || (left > lefts.back() + indent * line.size_pt && lefts.size() < deepest)) lefts.push_back(left);
    block.level = int(lefts.size()) - 1;
  }
}

}  // namespace docquarry
