#pragma once

#include "api/route.h"

namespace docquarry::api::legacy {

using http::Request;
using http::Response;

// One per row of routes.cc; the OpenAPI document says what each one does.
Async<Result<Response>> get_root(Api& api, Request& request);
Async<Result<Response>> get_health(Api& api, Request& request);
Async<Result<Response>> post_upload(Api& api, Request& request);
Async<Result<Response>> get_status(Api& api, Request& request);
Async<Result<Response>> get_result(Api& api, Request& request);
Async<Result<Response>> get_result_stream(Api& api, Request& request);
Async<Result<Response>> get_tasks(Api& api, Request& request);
Async<Result<Response>> delete_task(Api& api, Request& request);
Async<Result<Response>> post_user(Api& api, Request& request);
Async<Result<Response>> get_user(Api& api, Request& request);
Async<Result<Response>> get_documents(Api& api, Request& request);
Async<Result<Response>> get_document(Api& api, Request& request);

// The document of a task route. Every id that cannot be one and every one that is unknown get the same answer.
// Errors: document_not_found "Task not found: ID".
Result<DocumentId> task_id(const Request& request);
Error task_not_found(const Request& request);

inline Response json_response(int status, std::string body) { return {status, "application/json", std::move(body)}; }

}  // namespace docquarry::api::legacy
