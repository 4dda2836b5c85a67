// Content-Disposition for a download (RFC 6266, RFC 8187): the name is data and survives whatever it holds.
#pragma once

#include <string>
#include <string_view>

namespace docquarry::api::v1 {

// attachment; filename="ascii"; filename*=UTF-8''...
std::string attachment_named(std::string_view filename);

}  // namespace docquarry::api::v1
