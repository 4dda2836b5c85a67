// One document, from its bytes to the frames that describe it. Runs in the confined child (and, unconfined, in the benchmark).
#pragma once

#include "wire/request.h"

#include <functional>
#include <span>
#include <string>

namespace docquarry {

// Takes the bytes of whole frames, in order; called with everything so far and emptied after each page, so that a crash costs one page.
using FrameSink = std::function<void(std::string& frames)>;

// Returns how many pages the document has; 0 when it could not be opened (the frames say why).
int extract_document(const wire::ExtractRequest& request, std::span<const char> file, const FrameSink& sink);

}  // namespace docquarry
