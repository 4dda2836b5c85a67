// The extractors that this process can use, and which of them are to try a task, in which order.
#pragma once

#include "actions/extraction_places.h"
#include "domain/extraction_options.h"
#include "ports/task_ledger.h"

#include <string_view>
#include <vector>

namespace docquarry {

class Extractors {
 public:
  struct Named {
    std::string_view name;  // "local", "llamaparse": as it is noted
    ExtractionPlaces* places;
  };

  // `order`: what `auto` means, and what is done when nobody says anything; not empty, without `automatic`. `llamaparse` may be null: then
  // nothing is ever sent to it. Each has places of its own: what waits for a service elsewhere takes no place from work that is done here.
  Extractors(std::vector<ExtractorChoice> order, ExtractionPlaces& local, ExtractionPlaces* llamaparse)
      : order_(std::move(order)), local_(local), llamaparse_(llamaparse) {}

  // The document's wish counts, then its owner's, then the operator's. A task of which pages are saved stays with the extractor that made
  // them, so that no result is patched together; one that has passed to the next extractor does not go back.
  // Errors: extractor_refused when nobody who may do it can be used here.
  Result<std::vector<Named>> those_for(const ClaimedTask& task) const;

  // Nobody waits for what was noted any more.
  Async<void> abandon(ExtractionNote note);

 private:
  ExtractionPlaces* places_of(ExtractorChoice choice) const { return choice == ExtractorChoice::local ? &local_ : llamaparse_; }

  std::vector<ExtractorChoice> order_;
  ExtractionPlaces& local_;
  ExtractionPlaces* llamaparse_;
};

}  // namespace docquarry
