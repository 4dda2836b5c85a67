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

// A document holds the text of all its pages, which is written between the two halves by whoever reads the pages.
void write_document_before_text(std::string& out, const DocumentView& document);  // ends in ..."result_text":
void write_document_after_text(std::string& out, const DocumentView& document);

std::string user_body(const User& user);

}  // namespace docquarry::api::legacy
