// Bodies that hold whole texts, streamed page by page: they are never whole in memory.
#pragma once

#include "api/text_source.h"
#include "domain/document.h"
#include "domain/document_facts.h"
#include "ports/document_catalogue.h"

#include <memory>
#include <vector>

namespace docquarry::api::legacy {

// The text of a completed document as the inside of a JSON string: page texts joined by an empty line.
class JoinedText {
 public:
  JoinedText(DocumentCatalogue& catalogue, TaskId task) : catalogue_(catalogue), task_(task) {}
  // Appends the next pages; false when there are no more.
  Async<Result<bool>> write_more(std::string& out);

 private:
  DocumentCatalogue& catalogue_;
  TaskId task_;
  int next_page_ = 1;
};

// {"task_id":…,"text":…,…}, and a line end when `line`.
std::unique_ptr<ByteSource> result_source(DocumentCatalogue& catalogue, DocumentView document, DocumentFacts facts, bool line);
// The documents with their texts: one object, or an array.
std::unique_ptr<ByteSource> document_source(DocumentCatalogue& catalogue, DocumentView document);
std::unique_ptr<ByteSource> documents_source(DocumentCatalogue& catalogue, std::vector<DocumentView> documents);

}  // namespace docquarry::api::legacy
