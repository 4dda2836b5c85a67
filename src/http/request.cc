#include "http/request.h"

#include "base/io_errors.h"

namespace docquarry::http {

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (auto pair = query.rbegin(); pair != query.rend(); ++pair) {
    if (pair->first == name) return pair->second;
  }
  return std::nullopt;
}

Async<Result<std::string>> read_body(Request& request, std::uint64_t limit_bytes) {
  constexpr std::size_t step = 16 * 1024;
  std::string body;
  auto announced = request.content_length.value_or(0);
  if (announced > limit_bytes) co_return fail(body_too_large, "the body is larger than allowed here");
  while (true) {
    std::size_t had = body.size();
    std::size_t room = announced > had ? std::size_t(announced - had) : step;
    body.resize(had + room);
    auto space = std::as_writable_bytes(std::span(body)).subspan(had);
    CO_TRY(std::size_t got, co_await request.body().read(space));
    body.resize(had + got);
    if (got == 0) co_return body;
    if (body.size() > limit_bytes) co_return fail(body_too_large, "the body is larger than allowed here");
  }
}

}  // namespace docquarry::http
