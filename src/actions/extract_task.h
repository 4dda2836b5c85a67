// Has a task's document extracted: by the first extractor that may, and when that one fails in a way that another may cure, by the next.
#pragma once

#include "actions/extractors.h"
#include "ports/document_catalogue.h"
#include "ports/object_store.h"

#include <vector>

namespace docquarry {

class SavedPages;

class ExtractTask {
 public:
  ExtractTask(DocumentCatalogue& catalogue, ObjectStore& files, Extractors& extractors)
      : catalogue_(catalogue), files_(files), extractors_(extractors) {}

  // Pages go to `pages`. Errors: those of the extractor that tried last; those of the stores; internal_error when something threw.
  Async<Result<ExtractionSummary>> operator()(const ClaimedTask& task, SavedPages& pages);

 private:
  Async<Result<ExtractionSummary>> extract(const ClaimedTask& task, SavedPages& pages);
  Async<Result<ExtractionSummary>> extract_with(Extractors::Named extractor, const ClaimedTask& task, std::vector<int> done,
                                                SavedPages& pages);
  Async<Result<std::vector<int>>> take_up_earlier_pages(const ClaimedTask& task, SavedPages& pages);

  DocumentCatalogue& catalogue_;
  ObjectStore& files_;
  Extractors& extractors_;
};

}  // namespace docquarry
