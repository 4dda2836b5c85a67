#include "actions/read_result.h"

#include <algorithm>
#include <cstring>

namespace docquarry {
namespace {

ResultHead head_of(const DocumentView& document, std::optional<DocumentFacts> facts) {
  return {document.uid.value(), document.filename,           document.partial,
          document.extractor,   document.extraction_seconds, std::move(facts)};
}

// Pages of one task in ascending order, fetched as they are written. With a feed, it waits for pages that are still to come.
class ResultSource : public ByteSource {
 public:
  ResultSource(DocumentCatalogue& catalogue, DocumentView document, ResultWriter writer, PageParts parts,
               std::vector<PageRange> wanted, std::unique_ptr<EventFeed> feed)
      : catalogue_(catalogue),
        document_(std::move(document)),
        writer_(writer),
        parts_(parts),
        wanted_(std::move(wanted)),
        feed_(std::move(feed)) {
    if (wanted_.empty()) wanted_.emplace_back();
  }

  Async<Result<void>> begin() {
    std::optional<DocumentFacts> facts;
    if (is_final(document_.state)) {
      CO_TRY(facts, co_await catalogue_.facts(document_.task));
    }
    writer_.begin(text_, head_of(document_, std::move(facts)));
    co_return Result<void>{};
  }

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    while (sent_ == text_.size()) {
      text_.clear();
      sent_ = 0;
      if (ended_) co_return std::size_t(0);
      CO_CHECK(co_await write_more());
    }
    std::size_t size = std::min(into.size(), text_.size() - sent_);
    std::memcpy(into.data(), text_.data() + sent_, size);
    sent_ += size;
    co_return size;
  }

 private:
  Async<Result<void>> write_more() {
    if (range_ == wanted_.size()) {
      finish();
      co_return Result<void>{};
    }
    PageRange rest = wanted_[range_];
    rest.first = std::max(rest.first, next_page_);
    CO_TRY(auto pages, co_await catalogue_.pages(document_.task, rest, parts_, pages_at_once));
    for (const auto& page : pages) writer_.page(text_, page);
    if (!pages.empty()) next_page_ = pages.back().number + 1;
    bool range_done = pages.empty() || (rest.last != 0 && next_page_ > rest.last);
    if (!range_done) co_return Result<void>{};
    if (pages.empty() && feed_) CO_CHECK(co_await wait_for_news());
    else ++range_;
    co_return Result<void>{};
  }

  // No page is there that was not sent: wait until one may be. After the final event one more look is taken, without a feed.
  Async<Result<void>> wait_for_news() {
    CO_TRY(auto event, co_await feed_->next());
    if (!is_final(event.standing.state)) co_return Result<void>{};
    feed_.reset();
    document_.state = event.standing.state;
    document_.failure = event.standing.failure;
    co_return Result<void>{};
  }

  void finish() {
    writer_.end(text_, to_text(document_.state), document_.failure ? document_.failure->message : std::string());
    ended_ = true;
  }

  static constexpr int pages_at_once = 64;

  DocumentCatalogue& catalogue_;
  DocumentView document_;
  ResultWriter writer_;
  PageParts parts_;
  std::vector<PageRange> wanted_;
  std::unique_ptr<EventFeed> feed_;
  std::size_t range_ = 0;
  int next_page_ = 1;
  std::string text_;
  std::size_t sent_ = 0;
  bool ended_ = false;
};

}  // namespace

Async<Result<std::unique_ptr<ByteSource>>> ReadResult::open(DocumentView document, ResultFormat format, PageParts parts,
                                                            std::vector<PageRange> wanted) {
  std::unique_ptr<EventFeed> feed;
  if (!is_final(document.state)) {
    if (format != ResultFormat::ndjson) co_return fail(not_finished, "the document is not finished yet");
    // The feed is opened first and the state read again, so that an ending between the two is seen in one of them.
    CO_TRY(feed, co_await board_.watch(document.id, 0));
    CO_TRY(document, co_await catalogue_.find(document.id));
    if (is_final(document.state)) feed.reset();
  }
  bool has_result = document.state == TaskState::completed || feed != nullptr;
  if (!has_result) co_return fail(no_result, "the document ended without a result");
  ResultWriter writer(format, parts.lines);
  auto source = std::make_unique<ResultSource>(catalogue_, std::move(document), writer, parts, std::move(wanted), std::move(feed));
  CO_CHECK(co_await source->begin());
  co_return source;
}

Async<Result<Page>> ReadResult::page(DocumentView document, int number, PageParts parts) {
  PageRange only;
  only.first = only.last = number;
  CO_TRY(auto pages, co_await catalogue_.pages(document.task, only, parts, 1));
  if (pages.empty()) co_return fail(page_not_found, "page " + std::to_string(number) + " does not exist or is not extracted yet");
  co_return std::move(pages.front());
}

}  // namespace docquarry
