// What the server tells the extractor (the launcher) over their socket, and what it answers. One message per packet.
//
//   server -> launcher   extract, with the document and the result pipe as descriptors    open_batch, with the batch's socket
//   launcher -> server   ready (once)   started, with a pidfd   ended
//   server -> batch child (over the batch's socket)   extract, as above
#pragma once

#include "base/result.h"
#include "domain/extraction_options.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace docquarry::wire {

// What one child may use; the server's settings decide (docs: reliability, default limits).
struct ChildLimits {
  std::uint64_t memory_bytes = 512u << 20;
  std::uint64_t address_space_bytes = 768u << 20;  // beyond what the launcher already has; 0: none (sanitizers need terabytes)
  std::uint32_t cpu_seconds = 305;                 // the kernel's last word; the server kills earlier
  std::uint32_t pages = 10'000;
  std::uint32_t objects = 1'000'000;  // page objects looked at, per document
  std::uint32_t depth = 64;           // of forms within forms and of the outline
  std::uint64_t glyphs_per_page = 1'000'000;
  std::uint64_t text_per_page = 4'000'000;  // characters
  std::uint64_t text_per_document = 64'000'000;
  std::uint64_t output_bytes = 250u << 20;
  std::uint32_t metadata_field_bytes = 64 * 1024;
  std::uint32_t metadata_bytes = 1024 * 1024;
};

struct ExtractRequest {
  std::uint32_t document = 0;
  std::uint64_t bytes = 0;  // size of the file behind the descriptor
  ChildLimits limits;
  std::string password;
  std::vector<PageRange> pages;  // empty: all
  std::vector<PageRange> skip;   // pages that are known already; closed ranges
  bool without_facts = false;    // reading them broke an earlier child
  bool without_labels = false;   // the same for page labels
  bool without_context = false;  // the same for looking at skipped pages again, to read the others in their light
};

struct OpenBatch {
  std::uint32_t batch = 0;  // numbered like documents
  ChildLimits limits;
};

using Request = std::variant<ExtractRequest, OpenBatch>;

std::string encode(const ExtractRequest& request);
std::string encode(const OpenBatch& request);
Result<Request> decode_request(std::string_view packet);

struct Ready {
  std::string sandbox;  // "landlock=7 seccomp=yes uid=65534"
  std::string engine;   // "pdfium"
  std::string problem;  // not empty: the launcher refuses to work, and why
};
struct Started {
  std::uint32_t document = 0;
  std::int32_t pid = 0;  // 0: the child could not be started
};
struct Ended {
  std::uint32_t document = 0;
  std::int32_t status = 0;  // as wait() gives it
  double cpu_seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
};
using Report = std::variant<Ready, Started, Ended>;

std::string encode(const Ready& report);
std::string encode(const Started& report);
std::string encode(const Ended& report);
Result<Report> decode_report(std::string_view packet);

constexpr std::size_t packet_bytes_limit = 128 * 1024;

// What a child's exit status means beside 0.
constexpr int exit_out_of_memory = 71;  // a request for memory was refused under the limit
constexpr int exit_not_confined = 72;   // a required layer of the sandbox could not be put on

}  // namespace docquarry::wire
