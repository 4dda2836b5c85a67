#pragma once

#include "api/route.h"
#include "formats/result_writer.h"

#include <chrono>

namespace docquarry::api::v1 {

// The answer to whoever asks for what the operator has not set up.
inline constexpr std::string_view no_llamaparse =
    "Value error, this service is not set up for llamaparse (its operator must set LLAMA_CLOUD_API_KEY)";

using http::Request;
using http::Response;

// One per row of routes.cc.
Async<Result<Response>> post_documents(Api& api, Request& request);
Async<Result<Response>> list_documents(Api& api, Request& request);
Async<Result<Response>> get_document(Api& api, Request& request);
Async<Result<Response>> delete_document(Api& api, Request& request);
Async<Result<Response>> get_status(Api& api, Request& request);
Async<Result<Response>> get_events(Api& api, Request& request);
Async<Result<Response>> get_result(Api& api, Request& request);
Async<Result<Response>> list_pages(Api& api, Request& request);
Async<Result<Response>> get_page(Api& api, Request& request);
Async<Result<Response>> get_source(Api& api, Request& request);
Async<Result<Response>> cancel_document(Api& api, Request& request);
Async<Result<Response>> retry_document(Api& api, Request& request);

inline Response json_response(int status, std::string body) { return {status, "application/json", std::move(body)}; }

// "/v1/documents/{uid}"
std::string address_of(const Uid& uid);

}  // namespace docquarry::api::v1
