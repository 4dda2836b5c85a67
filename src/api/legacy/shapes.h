// The bodies of the original service, byte for byte: key order, nulls, floats with a decimal, times without offset.
#pragma once

#include "domain/document.h"
#include "domain/document_facts.h"
#include "domain/progress.h"
#include "domain/user.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry::api::legacy {

// The original knew no CANCELLED: its clients see FAILED, and the reason in `error`.
std::string_view state_name(TaskState state);
std::optional<std::string> error_text(TaskState state, const std::optional<Failure>& failure);

void write_status(std::string& out, const Standing& standing);

// A result and a document hold the text of all pages, which is written between the two halves by whoever reads the pages.
void write_result_before_text(std::string& out, const DocumentView& document,
                              int page_count);  // ends in an open string: ...,"text":"
void write_result_after_text(std::string& out, const DocumentView& document, const Metadata& metadata);
void write_document_before_text(std::string& out, const DocumentView& document);  // ends in ..."result_text":
void write_document_after_text(std::string& out, const DocumentView& document);

void append_escaped(std::string& out, std::string_view text);  // as within a JSON string

std::string user_body(const User& user);

}  // namespace docquarry::api::legacy
