#include "api/v1/attachment.h"

namespace docquarry::api::v1 {
namespace {

bool is_attribute_character(unsigned char c) {  // attr-char of RFC 8187
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&+-.^_`|~").find(char(c)) != std::string_view::npos;
}

}  // namespace

std::string attachment_named(std::string_view filename) {
  std::string ascii, encoded;
  bool plain = true;
  for (unsigned char c : filename) {
    bool safe = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    if (!safe) plain = false;
    if (safe) ascii += char(c);
    else if ((c & 0xC0) != 0x80) ascii += '_';
    static constexpr char hex[] = "0123456789ABCDEF";
    if (is_attribute_character(c)) encoded += char(c);
    else encoded.append({'%', hex[c >> 4], hex[c & 15]});
  }
  std::string header = "attachment; filename=\"" + ascii + "\"";
  if (!plain) header += "; filename*=UTF-8''" + encoded;
  return header;
}

}  // namespace docquarry::api::v1
