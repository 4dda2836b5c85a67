#include "actions/extractors.h"

#include "domain/error_codes.h"

#include <algorithm>

namespace docquarry {

Result<std::vector<Extractors::Named>> Extractors::those_for(const ClaimedTask& task) const {
  auto wish = task.document.options.extractor.value_or(task.owner_choice.value_or(ExtractorChoice::automatic));
  auto choices = wish == ExtractorChoice::automatic ? order_ : std::vector{wish};
  auto noted = parse_extractor_choice(task.note.extractor);
  if (task.pages_saved > 0) {
    choices = {noted ? *noted : ExtractorChoice::local};
  } else if (noted) {
    auto place = std::find(choices.begin(), choices.end(), *noted);
    if (place != choices.end()) choices.erase(choices.begin(), place);
  }
  std::vector<Named> named;
  for (auto choice : choices)
    if (auto* places = places_of(choice)) named.push_back({to_text(choice), places});
  if (named.empty()) return fail(extractor_refused, "the extractor llamaparse is not set up here (set LLAMA_CLOUD_API_KEY)");
  return named;
}

Async<void> Extractors::abandon(ExtractionNote note) {
  bool is_elsewhere = llamaparse_ != nullptr && note.extractor == to_text(ExtractorChoice::llamaparse);
  if (is_elsewhere) co_await llamaparse_->shared().abandon(std::move(note));
}

}  // namespace docquarry
