#include "api/v1/routes.h"

#include "api/v1/handlers.h"

namespace docquarry::api::v1 {
namespace {

constexpr Route table[] = {
    {"POST", "/v1/documents", "post_documents", Body::upload, post_documents},
    {"GET", "/v1/documents", "list_v1_documents", Body::none, list_documents},
    {"GET", "/v1/documents/{}", "get_v1_document", Body::none, get_document},
    {"DELETE", "/v1/documents/{}", "delete_v1_document", Body::none, delete_document},
    {"GET", "/v1/documents/{}/status", "get_v1_status", Body::none, get_status},
    {"GET", "/v1/documents/{}/events", "get_v1_events", Body::none, get_events},
    {"GET", "/v1/documents/{}/result", "get_v1_result", Body::none, get_result},
    {"GET", "/v1/documents/{}/pages", "list_v1_pages", Body::none, list_pages},
    {"GET", "/v1/documents/{}/pages/{}", "get_v1_page", Body::none, get_page},
    {"GET", "/v1/documents/{}/source", "get_v1_source", Body::none, get_source},
    {"POST", "/v1/documents/{}/cancel", "cancel_v1_document", Body::none, cancel_document},
    {"POST", "/v1/documents/{}/retry", "retry_v1_document", Body::json, retry_document},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace docquarry::api::v1
