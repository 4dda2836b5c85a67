// A file in, pages out.
#pragma once

#include "base/async.h"
#include "base/files.h"
#include "base/result.h"
#include "domain/document_facts.h"
#include "domain/extraction_note.h"
#include "domain/extraction_options.h"
#include "domain/page.h"

#include <string>
#include <vector>

namespace docquarry {

class PageSink {
 public:
  virtual ~PageSink() = default;
  // How many pages will come (those of `skip` counted in) and how many the file has; called once, before the first page.
  virtual Async<Result<void>> expect(int pages, int page_count) = 0;
  // Waiting here slows the extractor down. An error ends the extraction with that error.
  virtual Async<Result<void>> add(Page page) = 0;
  // For extractors that give their work to a service elsewhere: what this task's earlier attempts with the same extractor noted, and a place
  // to note it. What was noted when note() returns is known to the next attempt, whoever dies.
  virtual ExtractionNote noted() const { return {}; }
  virtual Async<Result<void>> note(ExtractionNote) { co_return Result<void>{}; }
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  virtual std::string name() const = 0;  // stored with the result
  // Pages arrive in ascending order, each once, those of `skip` (ascending) left out. All text is clean (base/text.h). A page that could not be read arrives with
  // its `fault`, and the summary is then partial. Cancelling the coroutine ends the work at once.
  // Errors: invalid_document, password_required, wrong_password, unsupported_encryption, memory_limit, time_limit, output_limit,
  // extractor_crashed, extractor_misbehaved, extractor_unavailable, extractor_refused, empty_result, file_too_large; those of the sink.
  virtual Async<Result<ExtractionSummary>> extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                                   PageSink& pages) = 0;
  // Nobody will ask for this work again: a service elsewhere need not go on with it. Best effort, ends in seconds, fails silently.
  virtual Async<void> abandon(ExtractionNote) { co_return; }
};

}  // namespace docquarry
