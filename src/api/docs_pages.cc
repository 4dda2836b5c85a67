#include "api/docs_pages.h"

#include "embedded/api_pages.h"

namespace docquarry::api {
namespace {

using http::Request;
using http::Response;

// Its own script and style, this service, nothing else.
constexpr auto page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

std::string_view embedded_file(std::string_view name) {
  for (const auto& file : embedded::api_pages())
    if (file.path.ends_with(name)) return file.content;
  return {};
}

Response page(std::string_view name, std::string content_type) {
  Response response(200, std::move(content_type), std::string(embedded_file(name)));
  response.set("Cache-Control", "no-cache").set("Content-Security-Policy", page_policy);
  return response;
}

Async<Result<Response>> get_docs(Api&, Request&) { co_return page("/docs.html", "text/html; charset=utf-8"); }
Async<Result<Response>> get_redoc(Api&, Request&) { co_return page("/redoc.html", "text/html; charset=utf-8"); }
Async<Result<Response>> get_oauth2_redirect(Api&, Request&) { co_return page("/oauth2_redirect.html", "text/html; charset=utf-8"); }
Async<Result<Response>> get_docs_script(Api&, Request&) { co_return page("/docs.js", "text/javascript; charset=utf-8"); }
Async<Result<Response>> get_docs_style(Api&, Request&) { co_return page("/docs.css", "text/css; charset=utf-8"); }
Async<Result<Response>> get_openapi(Api&, Request&) { co_return page("/openapi.json", "application/json"); }

constexpr Route table[] = {
    {"GET", "/docs", "get_docs", Body::none, get_docs},
    {"GET", "/docs/docs.js", "get_docs_script", Body::none, get_docs_script},
    {"GET", "/docs/docs.css", "get_docs_style", Body::none, get_docs_style},
    {"GET", "/docs/oauth2-redirect", "get_oauth2_redirect", Body::none, get_oauth2_redirect},
    {"GET", "/redoc", "get_redoc", Body::none, get_redoc},
    {"GET", "/openapi.json", "get_openapi", Body::none, get_openapi},
};

}  // namespace

std::span<const Route> docs_routes() { return table; }

std::string_view openapi_document() { return embedded_file("/openapi.json"); }

}  // namespace docquarry::api
