// Extractor: documents are sent to LlamaCloud, which reads them with LlamaParse (API v2). OCR included; costs credits per page.
//
//   upload the file -> create the job -> ask how it stands, less and less often -> two streams, text and Markdown, page by page
//
// What is paid for is not paid twice: the file's and the job's names are noted with the task before they are needed again, and a job whose
// name was lost with the answer is found by the mark that it was created with (the API offers no idempotency key). A document costs at least
// five requests; nothing of it is held whole in memory, only a page of each stream and what is on its way (256 kB each).
//
// The service takes no passwords, so documents that come with one are not sent to it.
#pragma once

#include "drivers/llamaparse/llama_cloud.h"
#include "ports/clock.h"
#include "ports/extractor.h"

namespace docquarry {

class LlamaParseExtractor : public Extractor {
 public:
  // All must outlive this object; `helpers` read the files. No extract() may be running when it goes away.
  LlamaParseExtractor(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, Clock& clock, IdSource& ids,
                      LlamaParseOptions options);

  std::string name() const override;  // "llamaparse-cost_effective"
  // Any number at once. Errors: extractor_refused, empty_result, file_too_large and those of the port; never storage_unavailable unless the
  // original cannot be read.
  Async<Result<ExtractionSummary>> extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                           PageSink& pages) override;
  // Cancels the job. Ends in cancel_time, whatever the service does.
  Async<void> abandon(ExtractionNote note) override;

 private:
  Async<Result<ExtractionSummary>> extract_with_job(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                                    PageSink& pages);
  Async<Result<ExtractionNote>> begin_job(int fd, std::uint64_t bytes, std::string target_pages, PageSink& pages);
  Async<Result<LlamaJob>> wait_for(std::string job);
  Async<Result<void>> cancel(ExtractionNote note);

  LlamaCloud cloud_;
  Clock& clock_;
  IdSource& ids_;
};

}  // namespace docquarry
