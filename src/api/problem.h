// How failures look from outside: the only place that chooses a status, and the only place that knows the bodies of errors.
//
// the original's routes   {"detail":M,"error":M,"status_code":N,"timestamp":T}; with ERROR_FORMAT=legacy without "detail"
// /v1                     {"detail":M,"code":"stable_name","request_id":"..."}
// both                    422 {"detail":[{"type","loc","msg","input","ctx"?}]} (api/validation.h);
//                         an unknown address or method {"detail":"Not Found"}, {"detail":"Method Not Allowed"}
#pragma once

#include "api/services.h"
#include "http/request.h"
#include "http/response.h"

namespace docquarry::api {

enum class Face { legacy, v1 };

int status_of(const ErrorCode& code, Face face);

// What may be told to anyone: the message of what the client caused, the table's sentence for what happened inside.
std::string public_message(const Error& error);
std::string sentence(std::string_view message);  // its first letter in upper case

// 429 and 503 always carry Retry-After. Failures inside the service are logged here, with what is not told.
http::Response problem(const Services& services, Face face, const http::Request& request, const Error& error);
// The same with a status that somebody else has chosen.
http::Response problem(const Services& services, Face face, const http::Request& request, const Error& error, int status);

Face face_of(std::string_view path);

}  // namespace docquarry::api
