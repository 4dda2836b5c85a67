// Content negotiation (RFC 9110 section 12.5).
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace docquarry::http {

// The place in `offered` ("text/markdown; charset=utf-8", best first) of what the client likes most; the first of equals. Empty: none of them
// is acceptable (406). An absent, empty or unreadable Accept accepts everything. Parameters of a range other than q and charset must be
// parameters of the offer.
std::optional<std::size_t> best_media_type(std::string_view accept, std::span<const std::string_view> offered);

// For Accept-Encoding: true when `coding` ("gzip") is named, or covered by *, with a quality above 0. An absent header accepts none.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace docquarry::http
