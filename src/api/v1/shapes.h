// The bodies of /v1. The same words as in openapi.yaml.
#pragma once

#include "api/known_documents.h"
#include "base/json_writer.h"

namespace docquarry::api::v1 {

// Document: everything but the text.
void write_document(JsonWriter& json, const DocumentView& document, double seconds_left);
std::string document_body(const ShownDocument& document);

// Status: how far it is; small, for polling.
void write_status(JsonWriter& json, const Standing& standing);
std::string status_body(const Standing& standing);

// Progress: the data of a progress event.
std::string progress_body(const Standing& standing);

Standing standing_of(const ShownDocument& document);

}  // namespace docquarry::api::v1
