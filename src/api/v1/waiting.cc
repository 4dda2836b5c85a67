#include "api/v1/waiting.h"

#include <algorithm>
#include <charconv>

namespace docquarry::api::v1 {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the part before the next `mark` off the front of `rest`.
std::string_view next_part(std::string_view& rest, char mark) {
  auto end = rest.find(mark);
  auto part = trimmed(rest.substr(0, end));
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }
bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer) {
  while (!prefer.empty()) {
    auto item = next_part(prefer, ',');
    auto preference = next_part(item, ';');
    auto name = next_part(preference, '=');
    if (!same_word(name, "wait")) continue;
    auto seconds = number(trimmed(preference));
    if (!seconds) return std::nullopt;
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, std::uint64_t(longest_wait.count())));
  }
  return std::nullopt;
}

std::chrono::seconds wished_wait(const http::Request& request, const Parameters& query) {
  auto asked = query.maybe_integer("wait", wait_bounds);
  if (asked) return std::chrono::seconds(*asked);
  return preferred_wait(request.header("prefer")).value_or(std::chrono::seconds(0));
}

Async<Result<void>> wait_for(Api& api, std::vector<DocumentId> documents, std::chrono::seconds limit) {
  auto deadline = std::chrono::steady_clock::now() + limit;
  for (auto document : documents) {
    auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::steady_clock::duration::zero()) break;
    CO_CHECK(co_await api.services.progress.wait_until_final(document, left));
  }
  co_return Result<void>{};
}

Async<Result<ShownDocument>> find_after_wait(Api& api, std::string uid, std::chrono::seconds wait) {
  CO_TRY(auto document, co_await api.documents.find(uid));
  if (wait.count() == 0 || is_final(document.view.state)) co_return document;
  std::vector<DocumentId> one{document.view.id};
  CO_CHECK(co_await wait_for(api, std::move(one), wait));
  co_return co_await api.documents.find(std::move(uid));
}

}  // namespace docquarry::api::v1
