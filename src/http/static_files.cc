#include "http/static_files.h"

#include "base/sha256.h"
#include "http/accept.h"
#include "http/characters.h"
#include "http/conditional.h"

#include <array>

namespace docquarry::http {
namespace {

constexpr std::string_view caching = "no-cache";

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".yaml", "application/yaml"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
}};

}  // namespace

std::string_view content_type_of(std::string_view file_name) {
  auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return "application/octet-stream";
  for (const auto& [ending, type] : content_types) {
    if (same_ignoring_case(file_name.substr(dot), ending)) return type;
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(std::span<const embedded::File> files, std::string_view prefix) {
  for (const auto& file : files) {
    if (!file.path.starts_with(prefix)) continue;
    auto name = file.path.substr(prefix.size());
    bool compressed = name.ends_with(".gz");
    if (compressed) name.remove_suffix(3);
    auto& entry = entries_[std::string(name)];
    (compressed ? entry.compressed : entry.content) = file.content;
    (compressed ? entry.compressed_etag : entry.etag) = strong_etag(sha256_hex(file.content).substr(0, 32));
    entry.content_type = content_type_of(name);
  }
}

std::optional<Response> StaticFiles::answer(const Request& request, std::string_view name) const {
  auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = found->second;
  bool compressed = !entry.compressed.empty() && accepts_coding(request.header("accept-encoding"), "gzip");
  const auto& etag = compressed ? entry.compressed_etag : entry.etag;
  if (is_unchanged(request, etag)) return not_modified(etag, caching);
  Response response(200, entry.content_type, std::string(compressed ? entry.compressed : entry.content));
  response.set("ETag", etag);
  response.set("Cache-Control", std::string(caching));
  if (!entry.compressed.empty()) response.set("Vary", "Accept-Encoding");
  if (compressed) response.set("Content-Encoding", "gzip");
  return response;
}

}  // namespace docquarry::http
