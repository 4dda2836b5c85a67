// What somebody who has taken over the child would try. Run as that child by `docquarry-extractor escape-attempts`; a test expects
// every one to be refused.
#pragma once

#include "pdf_child/confine.h"

namespace docquarry {

// One line per attempt on standard output: "refused  open_file  EACCES". Returns how many were not refused.
int run_escape_attempts(SandboxLevel level);

}  // namespace docquarry
