// The failures that reading and writing bytes can have, whoever reads or writes. They stand in the product's table
// (domain/error_codes.h) like all others; they are here because base, http and net know no product word.
#pragma once

#include "base/error.h"

namespace docquarry {

// clang-format off
inline constexpr ErrorCode file_not_found     {"file_not_found",     ErrorKind::not_found,   false, "The file does not exist."};
inline constexpr ErrorCode storage_unavailable{"storage_unavailable",ErrorKind::unavailable, true,  "The file storage does not answer right now."};
inline constexpr ErrorCode storage_full       {"storage_full",       ErrorKind::unavailable, true,  "There is no space left to store files."};
inline constexpr ErrorCode malformed_request  {"malformed_request",  ErrorKind::invalid,     false, "The request is not valid HTTP or its body cannot be read."};
inline constexpr ErrorCode truncated_upload   {"truncated_upload",   ErrorKind::invalid,     false, "The upload ended before it was complete."};
inline constexpr ErrorCode body_too_large     {"body_too_large",     ErrorKind::too_large,   false, "The request body is larger than allowed."};
inline constexpr ErrorCode client_too_slow    {"client_too_slow",    ErrorKind::timeout,     true,  "The request arrived too slowly."};
inline constexpr ErrorCode unsupported_media  {"unsupported_media",  ErrorKind::unsupported, false, "The content type or encoding is not supported."};
inline constexpr ErrorCode head_too_large     {"head_too_large",     ErrorKind::too_large,   false, "The request line or the headers are larger than allowed."};
inline constexpr ErrorCode route_not_found    {"route_not_found",    ErrorKind::not_found,   false, "There is nothing at this address."};
inline constexpr ErrorCode method_not_allowed {"method_not_allowed", ErrorKind::invalid,     false, "This address does not answer this method; see Allow."};
inline constexpr ErrorCode at_capacity        {"at_capacity",        ErrorKind::unavailable, true,  "The system is at capacity; see Retry-After."};
inline constexpr ErrorCode internal_error     {"internal_error",     ErrorKind::internal,    true,  "Something went wrong inside the service."};
inline constexpr ErrorCode connection_failed  {"connection_failed",  ErrorKind::unavailable, true,  "The other side cannot be reached."};
// clang-format on

}  // namespace docquarry
