// The life of a confined child, from fork to _exit.
#pragma once

#include "base/files.h"
#include "pdf_child/confine.h"
#include "wire/request.h"

#include <span>
#include <string>

namespace docquarry {

// Signals that a defect raises end the process with exit_out_of_memory when memory was refused just before, else by that signal.
// Installed once, in the launcher: children inherit it.
void report_refused_memory();

[[noreturn]] void run_document_child(wire::ExtractRequest request, int document, int results, SandboxLevel level);
// Takes documents over `socket` until it is closed.
[[noreturn]] void run_batch_child(const wire::OpenBatch& batch, int socket, int results, SandboxLevel level);

// One packet with at most `descriptors.size()` descriptors (absent ones stay -1). Empty at the end of the conversation and on errors.
std::string receive_packet(int socket, std::span<UniqueFd> descriptors);

}  // namespace docquarry
