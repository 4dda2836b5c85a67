// How the facts and options of a task are written in SQL. Unlike the JSON of the API, this form is read back.
#pragma once

#include "base/result.h"
#include "domain/document_facts.h"
#include "domain/extraction_note.h"
#include "domain/extraction_options.h"

#include <string>
#include <string_view>

namespace docquarry {

std::string write_stored_facts(const DocumentFacts& facts);
// Errors: database_unavailable when the text is damaged. Members that a newer version added are passed over.
Result<DocumentFacts> read_stored_facts(std::string_view json);

// Without the password, which has its own column so that it can be erased. Empty when everything is as by default.
std::string write_stored_options(const ExtractionOptions& options);
ExtractionOptions read_stored_options(std::string_view json);

std::string write_stored_note(const ExtractionNote& note);
ExtractionNote read_stored_note(std::string_view json);  // empty when there is none

}  // namespace docquarry
