#include "drivers/llamaparse/llama_errors.h"

#include "base/text.h"
#include "domain/error_codes.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace docquarry {
namespace {

namespace json = boost::json;

// One line, short, clean: it goes into logs and to the owner of the document.
std::string one_line(std::string_view text) {
  std::string line = clean_text(text.substr(0, 300));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return line;
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? one_line(std::string_view(value->get_string())) : std::string();
}

// FastAPI's forms: {"detail":"…"} and {"detail":[{"msg":"…","input":…},…]}. Of the second, `input` is what we sent, so it is left out.
std::string said(std::string_view body) {
  json::error_code error;
  auto value = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !value.is_object()) return {};
  const auto& object = value.get_object();
  auto text = text_at(object, "detail");
  if (text.empty()) text = text_at(object, "message");
  const auto* detail = object.if_contains("detail");
  bool is_list = detail != nullptr && detail->is_array() && !detail->get_array().empty() && detail->get_array()[0].is_object();
  if (is_list) text = text_at(detail->get_array()[0].get_object(), "msg");
  return text;
}

std::string with(std::string sentence, const std::string& reason) { return reason.empty() ? sentence : sentence + ": " + reason; }

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

}  // namespace

bool may_send_again(int status) { return status == 408 || status == 409 || status == 429 || status >= 500; }

Error refusal(int status, std::string_view body) {
  auto reason = said(body);
  switch (status) {
    case 401:
    case 403:
      return {extractor_refused,
              "LlamaCloud does not accept the key (check LLAMA_CLOUD_API_KEY; a key works in one region only, "
              "see DOCQUARRY_LLAMA_REGION)"};
    case 402:
      return {extractor_refused, "LlamaCloud has no credits left for this key (buy credits, or set DOCQUARRY_EXTRACTOR=local)"};
    case 404: return {extractor_refused, with("LlamaCloud knows no such job or route (check LLAMA_CLOUD_BASE_URL)", reason)};
    case 413: return {file_too_large, "LlamaCloud takes no file of this size"};
    case 429: return {extractor_unavailable, "LlamaCloud answers 429: more requests than the account may send"};
    case 400:
    case 415:
    case 422: return {invalid_document, with("LlamaCloud does not take the document", reason)};
    default: break;
  }
  auto sentence = "LlamaCloud answers " + std::to_string(status);
  return {status >= 500 || may_send_again(status) ? extractor_unavailable : extractor_misbehaved, with(sentence, reason)};
}

Error job_failure(std::string_view error_message) {
  auto reason = one_line(error_message);
  std::string lower = reason;
  for (char& c : lower) c = char(std::tolower(static_cast<unsigned char>(c)));
  if (holds_any(lower, {"password", "protected", "encrypted"}))
    return {password_required, "LlamaCloud cannot open the document: it is encrypted"};
  if (holds_any(lower, {"timeout", "timed out", "time limit"})) return {time_limit, "LlamaCloud needed more time than it allows"};
  return {invalid_document, with("LlamaCloud could not read the document", reason)};
}

}  // namespace docquarry
