// Which system calls a child may make. Everything else kills it (SIGSYS), which is reported as a crash.
#pragma once

namespace docquarry {

// Loads the filter for this process, for ever. A batch may also receive further documents. False when the kernel refuses.
bool apply_seccomp_filter(bool batch);

}  // namespace docquarry
