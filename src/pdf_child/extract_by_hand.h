// docquarry-extractor extract < FILE: one document through the same confined child as in the service, its frames as lines of JSON.
// Without the server's part: no clocks, no second try after a crash.
#pragma once

#include "pdf_child/confine.h"
#include "wire/request.h"

namespace docquarry {

enum class Show { everything, text, markdown };

// Returns the exit status: 0 extracted, 1 the document failed, 2 the extractor did.
int extract_by_hand(int file, wire::ExtractRequest request, Show show, SandboxLevel level);

}  // namespace docquarry
