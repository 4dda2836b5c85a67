#include "actions/joined_text.h"

#include "formats/original_result.h"

namespace docquarry {
namespace {

constexpr int pages_at_once = 64;

}  // namespace

Async<Result<bool>> JoinedText::write_more(std::string& out) {
  PageRange rest;
  rest.first = next_page_;
  PageParts parts;
  parts.text = true;
  CO_TRY(auto pages, co_await catalogue_.pages(task_, rest, parts, pages_at_once));
  for (const auto& page : pages) {
    append_page_text(out, next_page_ == 1, page.text);
    next_page_ = page.number + 1;
  }
  co_return !pages.empty();
}

}  // namespace docquarry
