// What we know of an uploaded file, and what may be uploaded.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "domain/extraction_options.h"
#include "domain/ids.h"
#include "domain/task.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

// Limits of one upload request; settings.
struct UploadLimits {
  std::uint64_t file_bytes = 50ull << 20;
  int files_per_request = 100;
  std::uint64_t request_bytes = 512ull << 20;
};

// A file whose bytes are durable, about to be recorded.
struct NewDocument {
  Uid uid;
  UserId owner;
  std::string filename;
  ObjectKey content;
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
  ExtractionOptions options;
  std::optional<std::string> prompt;  // kept for the original's column
  Timestamp created_at;
};

// A document with its newest task, as it is shown to people. No text: results are read page by page.
struct DocumentView {
  DocumentId id;
  Uid uid;
  UserId owner;
  std::string filename;
  ObjectKey content;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::optional<std::string> prompt, summary;
  Timestamp created_at;

  TaskId task;
  TaskState state = TaskState::pending;
  int attempt = 0;
  int generation = 1;  // how many tasks the document has had
  ExtractionOptions options;
  std::optional<Timestamp> started_at, completed_at;
  std::optional<Failure> failure;
  std::optional<int> page_count;  // of the file; known from the first saved pages on
  std::optional<double> extraction_seconds;
  int pages_saved = 0;     // so far; what progress is computed from, so that it never falls, whoever dies
  int pages_expected = 0;  // how many the task will save; 0 until the extractor has said it
  bool partial = false;
  std::string extractor;
  std::string extractor_job;      // what a service elsewhere calls the task's work; empty when it is done here
  std::optional<double> credits;  // what that service charged, as far as it said
};

// Names are data: they never become part of a path. At most 255 bytes of clean UTF-8 without control characters or line
// breaks; directories in front ("C:\\x\\a.pdf", "/tmp/a.pdf") are cut off as browsers once sent them.
// Errors: invalid_file_name.
Result<std::string> checked_filename(std::string_view name);
bool has_pdf_extension(std::string_view name);  // ".pdf", in any case

// True when "%PDF-" stands within the first 1,024 bytes, as readers accept it (ISO 32000-2, annex I, note to 7.5.2).
bool looks_like_pdf(std::string_view first_bytes);

}  // namespace docquarry
