// From LlamaCloud's two streams of one job, text and Markdown, to pages in a sink.
#pragma once

#include "drivers/llamaparse/page_stream.h"
#include "ports/extractor.h"

#include <optional>
#include <string>
#include <vector>

namespace docquarry {

class DeliverPages {
 public:
  // `skip`: ascending numbers of pages that are there already.
  DeliverPages(LlamaCloud& cloud, std::string job, std::vector<int> skip, PageSink& sink);

  struct Delivered {
    int page_count = 0;      // of the file, as far as the service says it
    bool any_fault = false;  // a page could not be read, or is missing
  };

  // `all_pages`: no pages were left out by the order. Errors: empty_result when no page holds anything, and then the sink was given none;
  // those of the streams and of the sink.
  Async<Result<Delivered>> operator()(LlamaJob job, bool all_pages);

 private:
  Async<Result<void>> count_pages(LlamaJob& job);
  Async<Result<std::optional<Page>>> next_page();
  Async<Result<void>> add(Page page);

  LlamaCloud& cloud_;
  std::string job_name_;
  std::vector<int> skip_;
  PageSink& sink_;
  PageStream texts_, markdowns_;
  std::optional<LlamaPage> text_, markdown_;  // the heads of the streams
  bool started_ = false;
};

}  // namespace docquarry
