#include "drivers/llamaparse/page_stream.h"

#include "domain/error_codes.h"

#include <array>

namespace docquarry {

Async<Result<std::optional<LlamaPage>>> PageStream::next() {
  int previous = 0;  // of the pages that are passed over because they were given before the connection broke
  while (true) {
    if (!response_ && !ended_) {
      CO_CHECK(co_await open());
      previous = 0;
    }
    while (!answer_->pages().empty()) {
      LlamaPage page = std::move(answer_->pages().front());
      answer_->pages().pop_front();
      bool given_before = page.number <= last_given_ && breaks_ > 0 && page.number > previous;
      previous = page.number;
      if (given_before) continue;
      if (page.number <= last_given_) co_return fail(extractor_misbehaved, "LlamaCloud sent pages that are not in order");
      last_given_ = page.number;
      co_return std::optional<LlamaPage>(std::move(page));
    }
    if (ended_) co_return std::optional<LlamaPage>();
    CO_CHECK(co_await receive());
  }
}

Async<Result<void>> PageStream::open() {
  CO_TRY(response_, co_await cloud_.open_result(job_, kind_));
  answer_ = std::make_unique<LlamaAnswer>(kind_, cloud_.options().page_bytes);
  bytes_ = 0;
  co_return Result<void>{};
}

Async<Result<void>> PageStream::receive() {
  std::array<std::byte, 16 * 1024> piece;
  auto bytes = co_await response_->body->read(piece);
  if (!bytes) {
    response_.reset();
    if (++breaks_ >= cloud_.options().tries) co_return fail(extractor_unavailable, "LlamaCloud: " + bytes.error().message());
    co_return Result<void>{};
  }
  bytes_ += *bytes;
  if (bytes_ > cloud_.options().document_bytes)
    co_return fail(output_limit, "LlamaCloud sent a result that is larger than allowed");
  if (*bytes > 0) co_return answer_->feed({reinterpret_cast<const char*>(piece.data()), *bytes});
  ended_ = true;
  response_.reset();
  co_return answer_->finish();
}

}  // namespace docquarry
