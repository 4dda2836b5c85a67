// The headers of one part of a form (RFC 7578 section 4).
#pragma once

#include "http/multipart.h"

#include <string_view>

namespace docquarry::http {

// `lines`: the headers with their CRLFs, without the empty line behind them. Errors: malformed_request (no form-data disposition with a
// name, a header that is none, more than 32 headers, an encoding of the name that is wrong), unsupported_media (a transfer encoding).
Result<PartHead> parse_part_head(std::string_view lines);

}  // namespace docquarry::http
