// A body that is written piece by piece while it is sent.
#pragma once

#include "base/byte_source.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace docquarry::api {

class TextSource : public ByteSource {
 public:
  Async<Result<std::size_t>> read(std::span<std::byte> into) final {
    while (sent_ == text_.size()) {
      text_.clear();
      sent_ = 0;
      if (ended_) co_return std::size_t(0);
      CO_TRY(bool more, co_await write_more(text_));
      ended_ = !more;
    }
    auto size = std::min(into.size(), text_.size() - sent_);
    std::memcpy(into.data(), text_.data() + sent_, size);
    sent_ += size;
    co_return size;
  }

 protected:
  // Appends the next piece (may be empty); false when it was the last. Not called again after that or after an error.
  virtual Async<Result<bool>> write_more(std::string& out) = 0;

 private:
  std::string text_;
  std::size_t sent_ = 0;
  bool ended_ = false;
};

}  // namespace docquarry::api
