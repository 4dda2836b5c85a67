// Any bytes as a request head, a target, a chunked body and the headers that are parsed later. The head must be understood alike however
// it arrives; an accepted head must have exactly one reading of where the body ends.
#include "http/accept.h"
#include "http/chunked.h"
#include "http/conditional.h"
#include "http/head.h"
#include "http/parameters.h"
#include "http/peer.h"
#include "http/range.h"
#include "http/target.h"

#include <array>
#include <cstdint>
#include <cstdlib>

namespace docquarry::http {
namespace {

constexpr HeadLimits limits{2048, 1024, 16};

// The size of the head, or minus the status that refuses it; 0 when it is incomplete.
long scanned(std::string_view bytes, std::size_t step) {
  HeadScanner scanner(limits);
  for (std::size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
    auto found = scanner.scan(bytes.substr(0, size));
    if (!found) return -long(found.error().status);
    if (*found > 0 || size == bytes.size()) return long(*found);
  }
}

void check_head(std::string_view bytes) {
  long size = scanned(bytes, bytes.size() + 1);
  long stepwise = scanned(bytes, 1);
  if ((size > 0 || stepwise > 0) && size != stepwise) std::abort();
  if (size <= 0) return;
  auto head = parse_head(bytes.substr(0, std::size_t(size)), limits);
  if (!head) return;
  int lengths = 0, codings = 0, hosts = 0;
  for (const auto& [name, value] : head->headers) {
    lengths += name == "content-length";
    codings += name == "transfer-encoding";
    hosts += name == "host";
    for (char c : value) {
      if (c == '\r' || c == '\n' || c == '\0') std::abort();
    }
  }
  if (lengths + codings > 1 || hosts > 1 || (hosts == 0 && head->minor_version == 1)) std::abort();
  if ((head->framing == Framing::chunked) != (codings == 1)) std::abort();
}

void check_chunks(std::string_view bytes) {
  ChunkFraming framing;
  while (true) {
    auto step = framing.read(bytes);
    if (!step || step->ended) return;
    if (step->used > bytes.size()) std::abort();
    bytes.remove_prefix(step->used);
    if (step->data == 0) return;
    bytes.remove_prefix(std::size_t(std::min<std::uint64_t>(step->data, bytes.size())));
  }
}

void check_headers(std::string_view bytes) {
  constexpr std::array<std::string_view, 3> offered{"application/json", "text/markdown; charset=utf-8", "text/plain"};
  auto best = best_media_type(bytes, offered);
  if (best && *best >= offered.size()) std::abort();
  (void)accepts_coding(bytes, "gzip");
  (void)names_etag(bytes, "\"a\"");
  (void)parse_with_parameters(bytes);
  auto range = choose_range(bytes, 100);
  if (range.kind == RangeChoice::Kind::part && (range.bytes == 0 || range.offset + range.bytes > 100)) std::abort();
  static const auto proxies = TrustedProxies::parse({"0.0.0.0/0", "::/0"});
  (void)proxies->client_behind(boost::asio::ip::make_address("10.0.0.1"), bytes);
}

}  // namespace
}  // namespace docquarry::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry::http;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_head(bytes);
  check_chunks(bytes);
  check_headers(bytes);
  auto target = parse_target("GET", bytes);
  if (target && (target->path.empty() || target->path[0] != '/' || target->path.find('\0') != std::string::npos)) std::abort();
  return 0;
}
