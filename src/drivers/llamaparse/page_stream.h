// The pages of one kind of a result, in ascending order, one at a time. A connection that breaks is replaced, and goes on behind the last
// page that was given.
#pragma once

#include "drivers/llamaparse/llama_cloud.h"

#include <memory>
#include <optional>
#include <string>

namespace docquarry {

class PageStream {
 public:
  PageStream(LlamaCloud& cloud, std::string job, std::string kind) : cloud_(cloud), job_(std::move(job)), kind_(std::move(kind)) {}

  // Empty behind the last page. Errors: those of LlamaCloud's calls; extractor_misbehaved when the pages are not in order; output_limit.
  Async<Result<std::optional<LlamaPage>>> next();

 private:
  Async<Result<void>> open();
  Async<Result<void>> receive();

  LlamaCloud& cloud_;
  std::string job_, kind_;
  std::optional<net::HttpResponse> response_;
  std::unique_ptr<LlamaAnswer> answer_;
  bool ended_ = false;
  int last_given_ = 0, breaks_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace docquarry
