#include "http/part_head.h"

#include "base/io_errors.h"
#include "base/text.h"
#include "http/characters.h"
#include "http/parameters.h"
#include "http/target.h"

namespace docquarry::http {
namespace {

constexpr int most_headers = 32;

// Undoes what browsers do to names: %22 for the quote, %0D and %0A for line ends, and nothing else (WHATWG HTML, multipart/form-data).
std::string without_browser_escapes(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto escape = lower_case(name.substr(i, 3));
    if (escape == "%22") out += '"';
    else if (escape == "%0d") out += '\r';
    else if (escape == "%0a") out += '\n';
    else out += name[i];
    if (escape == "%22" || escape == "%0d" || escape == "%0a") i += 2;
  }
  return out;
}

// RFC 8187 section 3.2: charset'language'percent-encoded.
std::optional<std::string> decode_extended(std::string_view text) {
  auto charset_end = text.find('\'');
  auto language_end = charset_end == std::string_view::npos ? charset_end : text.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return std::nullopt;
  auto charset = lower_case(text.substr(0, charset_end));
  auto bytes = percent_decode(text.substr(language_end + 1));
  if (!bytes) return std::nullopt;
  if (charset == "utf-8") {
    if (!is_clean(*bytes)) return std::nullopt;
    return bytes;
  }
  if (charset != "iso-8859-1") return std::nullopt;
  std::string out;
  for (char c : *bytes) append_clean(out, static_cast<unsigned char>(c));
  return out;
}

Result<void> read_disposition(std::string_view value, PartHead& head) {
  auto disposition = parse_with_parameters(value);
  if (!disposition) return fail(malformed_request, "the Content-Disposition of a part cannot be read");
  if (disposition->value != "form-data") return fail(malformed_request, "the Content-Disposition of a part is not form-data");
  const auto* name = disposition->parameter("name");
  if (name == nullptr) return fail(malformed_request, "a part of the form has no name");
  head.name = without_browser_escapes(*name);
  if (const auto* plain = disposition->parameter("filename")) head.filename = without_browser_escapes(*plain);
  if (const auto* extended = disposition->parameter("filename*")) {
    head.filename = decode_extended(*extended);
    if (!head.filename) return fail(malformed_request, "the filename* of a part is not encoded as RFC 8187 says");
  }
  return {};
}

}  // namespace

Result<PartHead> parse_part_head(std::string_view lines) {
  PartHead head;
  bool has_disposition = false;
  for (int count = 1; !lines.empty(); ++count) {
    if (count > most_headers) return fail(malformed_request, "a part has too many headers");
    auto end = lines.find("\r\n");
    auto line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
    auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail(malformed_request, "a header of a part has no colon");
    auto name = lower_case(line.substr(0, colon));
    auto value = trimmed(line.substr(colon + 1));
    if (!is_token(name)) return fail(malformed_request, "a header name of a part is not a token");
    if (!std::all_of(value.begin(), value.end(), is_field_char)) {
      return fail(malformed_request, "a header of a part has a control character");
    }
    if (name == "content-disposition") {
      if (has_disposition) return fail(malformed_request, "a part has two Content-Disposition headers");
      CHECK(read_disposition(value, head));
      has_disposition = true;
    } else if (name == "content-type" && head.content_type.empty()) {
      head.content_type = value;
    } else if (name == "content-transfer-encoding") {
      auto coding = lower_case(value);
      bool plain = coding == "binary" || coding == "8bit" || coding == "7bit";
      if (!plain) return fail(unsupported_media, "send parts without Content-Transfer-Encoding (RFC 7578 section 4.7)");
    }
  }
  if (!has_disposition) return fail(malformed_request, "a part has no Content-Disposition");
  return head;
}

}  // namespace docquarry::http
