// Entity tags and conditional requests (RFC 9110 sections 8.8.3 and 13).
#pragma once

#include "http/request.h"
#include "http/response.h"

#include <string>
#include <string_view>

namespace docquarry::http {

// "\"abc\"" from abc, which is hexadecimal, a number or the like.
std::string strong_etag(std::string_view opaque);

// Whether If-None-Match (or If-Match) names `etag`: "*" or a list of tags. Weak and strong tags of the same text are equal.
bool names_etag(std::string_view list, std::string_view etag);

// Whether a conditional GET may be answered 304.
bool is_unchanged(const Request& request, std::string_view etag);

// 304 with the tag and the caching rule that the whole answer would have.
Response not_modified(std::string_view etag, std::string_view cache_control);

}  // namespace docquarry::http
