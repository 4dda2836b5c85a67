// Bodies that hold whole texts, streamed page by page: they are never whole in memory.
#pragma once

#include "api/text_source.h"
#include "domain/document.h"
#include "domain/document_facts.h"
#include "ports/document_catalogue.h"

#include <memory>
#include <vector>

namespace docquarry::api::legacy {

// {"task_id":…,"text":…,…}, and a line end when `line`.
std::unique_ptr<ByteSource> result_source(DocumentCatalogue& catalogue, DocumentView document, DocumentFacts facts, bool line);
// The documents with their texts: one object, or an array.
std::unique_ptr<ByteSource> document_source(DocumentCatalogue& catalogue, DocumentView document);
std::unique_ptr<ByteSource> documents_source(DocumentCatalogue& catalogue, std::vector<DocumentView> documents);

}  // namespace docquarry::api::legacy
