// Documents as lines: columns that line up for people, and that awk can split; the name, which may hold spaces, comes last.
#pragma once

#include "cli/api_client.h"

#include <string>

namespace docquarry::cli {

std::string outcome_line(const RemoteDocument& document);  // id, state, name; why it failed
std::string status_line(const RemoteDocument& document);   // id, state, progress, name; why it failed
std::string listing_line(const RemoteDocument& document);  // id, state, pages, name

}  // namespace docquarry::cli
