// Named places where a test may kill, stop, delay or fail the process, to prove what happens if it dies on this very line.
// Compiled in only with -DDOCQUARRY_FAULTS=ON; otherwise a call costs nothing.
#pragma once

#include "base/result.h"

#include <string_view>

namespace docquarry {

#ifdef DOCQUARRY_FAULTS
// Reads DOCQUARRY_FAULT once: "POINT:N:ACTION[,...]"; at the N-th hit of POINT does ACTION, which is
// kill (SIGKILL), stop (SIGSTOP), delay=MILLISECONDS (blocks this thread) or error (returns injected_fault).
Result<void> fault_point(std::string_view name);
#else
inline Result<void> fault_point(std::string_view) { return {}; }
#endif

}  // namespace docquarry
