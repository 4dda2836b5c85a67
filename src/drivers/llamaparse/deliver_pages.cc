#include "drivers/llamaparse/deliver_pages.h"

#include "base/text.h"
#include "domain/error_codes.h"
#include "formats/page_lines.h"

#include <algorithm>

namespace docquarry {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

std::string cleaned(const std::string& text, Page& page) {
  std::size_t replaced = 0;
  auto clean = clean_text(text, &replaced);
  page.replaced_characters += std::uint32_t(replaced);
  return clean;
}

// The service reads pictures too, so text is no sign of a text layer in the file; what it means to our clients is "is there text", and that is
// what this says. It tells no boxes of lines and no page sizes unless they are paid for.
Page page_of(int number, const LlamaPage* text, const LlamaPage* markdown) {
  Page page;
  page.number = number;
  page.lines = write_page_lines({}, {});
  bool failed = markdown != nullptr && markdown->error.has_value();
  if (text != nullptr) page.text = cleaned(text->content, page);
  if (markdown != nullptr && !failed) page.markdown = cleaned(markdown->content, page);
  // The tier `fast` may leave one of them out.
  if (is_blank(page.text)) page.text = page.markdown;
  if (is_blank(page.markdown)) page.markdown = page.text;
  page.has_text_layer = !is_blank(page.text);
  if (!page.has_text_layer) page.text = page.markdown = {};
  if (failed) {
    auto reason = clean_text(*markdown->error);
    page.fault =
        PageFault{std::string(page_unreadable.name), "LlamaCloud could not read the page" + (reason.empty() ? "" : ": " + reason)};
  }
  return page;
}

}  // namespace

DeliverPages::DeliverPages(LlamaCloud& cloud, std::string job, std::vector<int> skip, PageSink& sink)
    : cloud_(cloud),
      job_name_(job),
      skip_(std::move(skip)),
      sink_(sink),
      texts_(cloud, job, "text"),
      markdowns_(cloud, job, "markdown") {}

Async<Result<DeliverPages::Delivered>> DeliverPages::operator()(LlamaJob job, bool all_pages) {
  if (job.pages_listed == 0) CO_CHECK(co_await count_pages(job));
  Delivered delivered;
  delivered.page_count = job.total_pages > 0 ? job.total_pages : all_pages ? job.pages_listed : job.highest_page;
  bool anything = !skip_.empty();  // what an earlier attempt saved was not empty
  std::vector<Page> blank;         // held back until something comes: they are small
  int pages = 0;
  CO_CHECK(co_await sink_.expect(job.pages_listed, delivered.page_count));
  while (true) {
    CO_TRY(auto page, co_await next_page());
    if (!page) break;
    ++pages;
    if (page->fault) delivered.any_fault = true;
    anything = anything || page->has_text_layer;
    if (!anything) {
      blank.push_back(std::move(*page));
      continue;
    }
    for (auto& earlier : blank) CO_CHECK(co_await add(std::move(earlier)));
    blank.clear();
    CO_CHECK(co_await add(std::move(*page)));
  }
  if (!anything) co_return fail(empty_result, "LlamaCloud found no text in the document");
  if (pages < job.pages_listed) delivered.any_fault = true;
  co_return delivered;
}

// For answers without metadata: once over the Markdown, keeping nothing.
Async<Result<void>> DeliverPages::count_pages(LlamaJob& job) {
  PageStream stream(cloud_, job_name_, "markdown");
  while (true) {
    CO_TRY(auto page, co_await stream.next());
    if (!page) co_return Result<void>{};
    ++job.pages_listed;
    job.highest_page = page->number;
  }
}

// The next number that either stream has.
Async<Result<std::optional<Page>>> DeliverPages::next_page() {
  if (!started_) {
    CO_TRY(text_, co_await texts_.next());
    CO_TRY(markdown_, co_await markdowns_.next());
    started_ = true;
  }
  if (!text_ && !markdown_) co_return std::optional<Page>();
  int number = !text_ ? markdown_->number : !markdown_ ? text_->number : std::min(text_->number, markdown_->number);
  bool in_texts = text_ && text_->number == number, in_markdowns = markdown_ && markdown_->number == number;
  Page page = page_of(number, in_texts ? &*text_ : nullptr, in_markdowns ? &*markdown_ : nullptr);
  if (in_texts) {
    CO_TRY(text_, co_await texts_.next());
  }
  if (in_markdowns) {
    CO_TRY(markdown_, co_await markdowns_.next());
  }
  co_return std::optional<Page>(std::move(page));
}

Async<Result<void>> DeliverPages::add(Page page) {
  if (std::binary_search(skip_.begin(), skip_.end(), page.number)) co_return Result<void>{};
  co_return co_await sink_.add(std::move(page));
}

}  // namespace docquarry
