// The locks around a process that reads a document. Most are put on once, in the launcher, and inherited by every child it forks; what
// depends on the document, and the system call filter, is put on in the child. Nothing here can be taken off again.
//
//   launcher   user nobody (when root), no core, not dumpable, no new privileges, Landlock: no path, no TCP, no signal and no abstract
//              socket beyond its own children
//   child      dies with the launcher, only its own descriptors, limits of memory, CPU time and descriptors, no files of more than 0
//              bytes, no processes, seccomp
#pragma once

#include "base/result.h"
#include "wire/request.h"

#include <string>

namespace docquarry {

enum class SandboxLevel {
  required,    // refuse to work when Landlock or seccomp is missing
  best_effort  // use what the kernel has
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

// Confines this process as the launcher. What could be put on: "landlock=7 seccomp=yes uid=65534".
// Errors: extractor_unavailable when `level` asks for what the kernel does not have.
Result<std::string> confine_launcher(SandboxLevel level);

// What the child keeps open.
constexpr int batch_socket_fd = 0;  // only in a batch
constexpr int result_fd = 1;

// Confines this process, freshly forked by a confined launcher, for a document of `bytes`. `results` becomes result_fd, `batch_socket`
// (-1: none) batch_socket_fd; every other descriptor is closed. Ends the process with exit_not_confined when that fails.
void confine_child(const wire::ChildLimits& limits, std::uint64_t bytes, int results, int batch_socket, SandboxLevel level);

}  // namespace docquarry
