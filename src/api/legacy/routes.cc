#include "api/legacy/routes.h"

#include "api/legacy/handlers.h"

namespace docquarry::api::legacy {
namespace {

constexpr bool no_head = false;  // HEAD was answered 405 by the original

constexpr Route table[] = {
    {"GET", "/", "root", Body::none, get_root, no_head},
    {"GET", "/health", "health_check", Body::none, get_health, no_head},
    {"POST", "/upload", "upload_files", Body::upload, post_upload},
    {"GET", "/status/{}", "get_task_status", Body::none, get_status, no_head},
    {"GET", "/result/{}", "get_task_result", Body::none, get_result, no_head},
    {"GET", "/results/stream/{}", "stream_result", Body::none, get_result_stream, no_head},
    {"GET", "/tasks", "list_tasks", Body::none, get_tasks, no_head},
    {"DELETE", "/task/{}", "delete_task", Body::none, delete_task},
    {"POST", "/users", "create_user", Body::json, post_user},
    {"GET", "/users/{}", "get_user", Body::none, get_user, no_head},
    {"GET", "/documents", "list_documents", Body::none, get_documents, no_head},
    {"GET", "/documents/{}", "get_document", Body::none, get_document, no_head},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace docquarry::api::legacy
