#include "actions/watch_progress.h"

namespace docquarry {

using namespace boost::asio::experimental::awaitable_operators;

ProgressStream::ProgressStream(DocumentCatalogue& catalogue, DocumentId document, std::unique_ptr<EventFeed> feed,
                               std::uint64_t after)
    : catalogue_(catalogue), document_(document), feed_(std::move(feed)), after_(after) {}

Async<Result<ProgressEvent>> ProgressStream::present() {
  // The feed was opened before this read, so an ending between the two is seen in one of them.
  CO_TRY(auto view, co_await catalogue_.find(document_));
  ProgressEvent event;
  event.number = after_;
  event.standing = standing_of(view);
  co_return event;
}

Async<Result<std::optional<ProgressEvent>>> ProgressStream::next() {
  if (ended_) co_return std::optional<ProgressEvent>();
  ProgressEvent event;
  if (!shown_) {
    CO_TRY(event, co_await present());
  } else {
    do {  // what the feed remembers from before the present standing is old news
      CO_TRY(event, co_await feed_->next());
    } while (!is_ahead(event.standing, *shown_));
  }
  shown_ = event.standing;
  ended_ = is_final(event.standing.state);
  co_return std::optional<ProgressEvent>(std::move(event));
}

Async<Result<std::unique_ptr<ProgressStream>>> WatchProgress::follow(DocumentId document, std::uint64_t after) {
  CO_TRY(auto feed, co_await board_.watch(document, after));
  co_return std::make_unique<ProgressStream>(catalogue_, document, std::move(feed), after);
}

Async<Result<Standing>> WatchProgress::standing(DocumentId document) {
  auto known = co_await board_.latest(document);
  // A document that failed may be started again by a command beside this process (docquarry queue redrive), which posts nothing here.
  if (known && known->state != TaskState::failed) co_return std::move(*known);
  CO_TRY(auto view, co_await catalogue_.find(document));
  co_return standing_of(view);
}

Async<Result<Standing>> WatchProgress::wait_until_final(DocumentId document, std::chrono::steady_clock::duration limit) {
  CO_TRY(auto stream, co_await follow(document, 0));
  auto deadline = std::chrono::steady_clock::now() + limit;
  Standing latest;
  while (true) {
    auto left = std::max(deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration(1));
    auto first = co_await (stream->next() || pause_for(left) || stopping_.wait());
    if (first.index() != 0) co_return latest;
    CO_TRY(auto event, std::get<0>(std::move(first)));
    if (!event) co_return latest;
    latest = std::move(event->standing);
  }
}

}  // namespace docquarry
