// Named places where a test may kill, stop, delay or fail the process, to prove what happens if it dies on this very line.
// Compiled in only with -DDOCQUARRY_FAULTS=ON; otherwise a call costs nothing.
#pragma once

#include "base/result.h"

#include <string_view>

namespace docquarry {

#ifdef DOCQUARRY_FAULTS
// Reads DOCQUARRY_FAULT once: "POINT:N:ACTION[,...]"; at the N-th hit of POINT does ACTION, which is
// kill (SIGKILL), stop (SIGSTOP), delay=MILLISECONDS (blocks this thread) or error (returns injected_fault).
// Every fault that strikes is logged first ("fault injected"), so a test can tell that it was reached.
Result<void> fault_point(std::string_view name);
// "NAME:1:on" in DOCQUARRY_FAULT leaves out a rule of the protocol, so that the checkers of tests/storm are seen to notice.
bool fault_switch(std::string_view name);
#else
inline Result<void> fault_point(std::string_view) { return {}; }
constexpr bool fault_switch(std::string_view) { return false; }
#endif

}  // namespace docquarry
