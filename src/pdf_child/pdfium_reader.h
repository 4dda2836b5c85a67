// The only door to PDFium (with pdfium_facts.cc, its other half): what lies behind it must run in a confined process, because the
// library reads hostile files. One document at a time, one thread.
#pragma once

#include "base/result.h"
#include "domain/document_facts.h"
#include "layout/glyph.h"
#include "wire/request.h"

#include <memory>
#include <span>
#include <string>

namespace docquarry {

// Starts the library, without access to the machine's fonts: what is not embedded is replaced by the built-in ones, so results do not
// depend on the machine and no file is opened. Once per process, before the first PdfReader.
void start_pdfium();

class PdfReader {
 public:
  // `file` must outlive the reader. Errors: invalid_document, password_required, wrong_password, unsupported_encryption.
  static Result<std::unique_ptr<PdfReader>> open(std::span<const char> file, const std::string& password,
                                                 const wire::ChildLimits& limits);
  ~PdfReader();

  int page_count() const { return page_count_; }

  // What is on a page (1-based). The ink stays valid until the next call. `rotation` and `label` of `page` are filled in, and its size.
  // Errors: page_unreadable.
  Result<const PageInk*> read_page(int number, Page& page);
  // One sentence when a limit cut the page that was read last, else empty.
  const std::string& cut() const { return cut_; }

  // PDFium follows a label tree that is its own branch until the stack is used up; whoever has seen that asks for no labels.
  void leave_out_labels() { has_labels_ = false; }

  // Sentences about what was left out are appended to `faults`.
  DocumentFacts facts(std::vector<std::string>& faults) const;

  // For the benchmark: only the text of every page, as PDFium gives it. Returns the number of characters.
  std::uint64_t read_plain_text();

 private:
  struct Handles;
  PdfReader(std::span<const char> file, const wire::ChildLimits& limits);

  void read_glyphs(Page& page);
  void read_objects();

  std::span<const char> file_;
  const wire::ChildLimits& limits_;
  std::unique_ptr<Handles> handles_;
  int page_count_ = 0;
  bool has_labels_ = true;
  std::uint32_t objects_left_;
  PageInk ink_;
  std::string cut_;
};

}  // namespace docquarry
