#include "domain/document.h"

#include "base/text.h"

#include <algorithm>

namespace docquarry {
namespace {

constexpr std::size_t longest_filename = 255;  // documents.filename is varchar(255)
constexpr std::size_t header_window = 1024;

}  // namespace

Result<std::string> checked_filename(std::string_view name) {
  auto slash = name.find_last_of("/\\");
  if (slash != name.npos) name.remove_prefix(slash + 1);
  if (name.empty() || name == "." || name == "..") return fail(invalid_file_name, "the file has no name");
  if (name.size() > longest_filename) return fail(invalid_file_name, "the file name is longer than 255 bytes");
  bool control = std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || !is_clean(name)) return fail(invalid_file_name, "the file name holds control characters or is not valid UTF-8");
  return std::string(name);
}

bool has_pdf_extension(std::string_view name) {
  if (name.size() < 4) return false;
  auto ending = name.substr(name.size() - 4);
  auto same = [](char a, char b) { return (a | 0x20) == b || a == b; };
  return std::equal(ending.begin(), ending.end(), ".pdf", same);
}

bool looks_like_pdf(std::string_view first_bytes) {
  return first_bytes.substr(0, header_window).find("%PDF-") != std::string_view::npos;
}

}  // namespace docquarry
