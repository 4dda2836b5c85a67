// The text of a document, read page by page.
#pragma once

#include "ports/document_catalogue.h"

#include <string>

namespace docquarry {

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

}  // namespace docquarry
