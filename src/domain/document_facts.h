// What a PDF says about itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace docquarry {

// The seven fields of the original service. Dates are ISO 8601 where the PDF date could be read, else as written.
struct Metadata {
  std::optional<std::string> author, creator, producer, subject, title, creation_date, modification_date;
};

struct OutlineEntry {
  int level = 1;  // 1 is the top
  std::string title;
  int page = 0;  // 1-based; 0 when the entry points nowhere
};

struct DocumentFacts {
  int page_count = 0;       // of the file, also when only some pages were asked for
  std::string pdf_version;  // "1.7"
  bool encrypted = false;
  bool tagged = false;
  Metadata metadata;
  std::vector<std::pair<std::string, std::string>> other_info;  // the rest of the information dictionary
  std::string xmp;                                              // the XMP packet as text; empty when there is none
  std::vector<OutlineEntry> outline;
  std::vector<int> pages_without_text;  // ascending, among the pages that were extracted
};

// What an extractor says at the end of a document.
struct ExtractionSummary {
  DocumentFacts facts;
  int pages_extracted = 0;
  bool partial = false;             // cut by a limit or by unreadable pages; `faults` says why
  std::vector<std::string> faults;  // one sentence each, at most a few
  std::string extractor;            // who made it: "pdfium-7390"
  std::string job;                  // what a service elsewhere calls this work; empty when it was done here
  std::optional<double> credits;    // what that service charged, as far as it says
  double seconds = 0;               // wall time of the extraction
  double cpu_seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
};

}  // namespace docquarry
