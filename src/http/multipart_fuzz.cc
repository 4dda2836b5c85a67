// Any bytes as a form, arriving in pieces whose sizes the first bytes choose: however they arrive, the parts must be the same.
#include "http/multipart.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace docquarry::http {
namespace {

class PiecewiseSource : public ByteSource {
 public:
  PiecewiseSource(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (into.empty()) std::abort();  // the reader would take the answer for the end
    std::size_t size = std::min({piece_, into.size(), bytes_.size()});
    std::memcpy(into.data(), bytes_.data(), size);
    bytes_.remove_prefix(size);
    co_return size;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

// Everything that the reader says about a form, as one text.
Async<void> describe(ByteSource& body, std::size_t block_bytes, std::string& out) {
  MultipartReader reader(body, "B");
  std::vector<std::byte> block(block_bytes);
  while (true) {
    auto head = co_await reader.next();
    if (!head) out.append("error ").append(head.error().code().name);
    if (!head || !*head) co_return;
    out.append("part ")
        .append((*head)->name)
        .append("|")
        .append((*head)->filename.value_or("-"))
        .append("|")
        .append((*head)->content_type)
        .append("|");
    std::size_t got = 1;
    while (got > 0) {
      auto read = co_await reader.content().read(block);
      got = read.value_or(0);
      out.append(reinterpret_cast<const char*>(block.data()), got);
      // How much of a part that is cut off was given before the error depends on the blocks.
      if (!read) {
        out = "error " + std::string(read.error().code().name);
        co_return;
      }
    }
  }
}

std::string described(std::string_view form, std::size_t piece, std::size_t block) {
  boost::asio::io_context loop;
  PiecewiseSource source(form, piece);
  std::string out;
  boost::asio::co_spawn(loop, describe(source, block, out), boost::asio::detached);
  loop.run();
  return out;
}

}  // namespace
}  // namespace docquarry::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry::http;
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto whole = described(bytes.substr(2), SIZE_MAX, 1 << 16);
  auto pieces = described(bytes.substr(2), 1 + data[0], 1 + data[1]);
  if (whole != pieces) std::abort();
  (void)MultipartReader::boundary_of(bytes);
  return 0;
}
