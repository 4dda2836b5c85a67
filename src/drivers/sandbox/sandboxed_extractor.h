// Extractor: documents are read by docquarry-extractor, in children that are confined before they see the first byte.
//
//   launcher         one per SandboxedExtractor, started at the first use and again when it has died
//   child            one per document (extract) or per batch (open_batch), forked by the launcher, killed when its work is over,
//                    whatever way it is over: an answer, an error, a limit, or the cancellation of the coroutine
//
// A crash or a limit costs one page where possible: a fresh child goes on behind the pages that have arrived, and a page that breaks a
// fresh child is delivered with its fault. A document whose pages are all broken, or which cannot even be opened, ends with an error.
#pragma once

#include "ports/extractor.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace docquarry {

// What one document may use. All of these are settings.
struct SandboxLimits {
  std::uint64_t memory_bytes = 512u << 20;                // resident, looked at every 100 ms
  std::uint64_t address_space_beyond_bytes = 256u << 20;  // on top of it, refused by the kernel at once
  std::chrono::milliseconds cpu_base{30'000}, cpu_per_page{500}, cpu_most{300'000};
  int wall_factor = 2;                            // wall clock: so many times the CPU time
  std::chrono::milliseconds no_progress{20'000};  // without a page
  std::chrono::milliseconds start_most{10'000};   // until the launcher has forked the child; then the launcher is replaced
  std::chrono::milliseconds lost_most{40'000};    // spent on children that broke; then the rest of the document is given up
  int restarts = 12;
  int pages = 10'000;
  std::uint32_t objects = 1'000'000;                                        // page objects looked at
  std::uint32_t depth = 64;                                                 // forms within forms, levels of the outline
  std::uint64_t text_per_page = 4'000'000, text_per_document = 64'000'000;  // characters
  std::uint32_t metadata_field_bytes = 64 * 1024, metadata_bytes = 1024 * 1024;
  int documents_per_batch = 200;                  // then the batch's child is replaced
  std::uint64_t batch_document_bytes = 8u << 20;  // larger documents get a child of their own
};

struct SandboxOptions {
  std::filesystem::path program;  // docquarry-extractor; empty: beside this program
  bool required = true;           // refuse to work when the kernel lacks Landlock or seccomp; false: use what there is
  SandboxLimits limits;
};

class SandboxedExtractor : public Extractor {
 public:
  // `helpers` run what would block the loop; both must outlive this object, and no extract() may be running when it goes away.
  // The launcher's socket is watched from the first use on, so the loop does not run dry while this object lives.
  SandboxedExtractor(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, SandboxOptions options);
  ~SandboxedExtractor() override;

  // Starts the launcher if it is not running. What confines the children: "landlock=7 seccomp=yes uid=65534".
  // Errors: extractor_unavailable. extract() does this by itself; call it at the start of a service to fail early.
  Async<Result<std::string>> start();

  std::string name() const override;  // "pdfium-8149"; "pdfium" before the launcher has said so
  // Any number at once; each has a child of its own.
  Async<Result<ExtractionSummary>> extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                           PageSink& pages) override;

  // An extractor whose documents share one confined child, for documents of one owner (or one command line): a fork is the
  // largest part of what isolation costs. One extract() at a time; open several for several at once. The child is replaced after
  // documents_per_batch documents and after the first document that does anything odd; what such a document began is finished in
  // a child of its own. Must not outlive this object.
  std::unique_ptr<Extractor> open_batch();

 private:
  struct Impl;
  class Batch;
  std::unique_ptr<Impl> impl_;
};

}  // namespace docquarry
