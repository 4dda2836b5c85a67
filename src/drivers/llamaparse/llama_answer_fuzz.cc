// Any bytes as an answer of LlamaCloud, arriving in pieces whose size the first byte chooses: however they arrive, the same must be read.
#include "drivers/llamaparse/llama_answer.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace docquarry {
namespace {

std::string describe(std::string_view bytes, std::size_t piece) {
  constexpr std::size_t longest = 200;
  LlamaAnswer answer("markdown", longest);
  std::string out;
  while (!bytes.empty()) {
    auto fed = answer.feed(bytes.substr(0, piece));
    if (!fed) return "refused";
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (const auto& page : answer.pages()) {
      if (page.content.size() > longest || page.number < 1) std::abort();
      out += std::to_string(page.number) + "|" + page.content + "|" + page.error.value_or("-") + "\n";
    }
    answer.pages().clear();
  }
  if (!answer.finish()) return "refused";
  const auto& job = answer.job();
  return out + job.status + "|" + job.error_message + "|" + std::to_string(job.pages_listed) + "|" +
         std::to_string(job.total_pages);
}

}  // namespace
}  // namespace docquarry

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto whole = docquarry::describe(bytes, std::max<std::size_t>(bytes.size(), 1));
  auto pieces = docquarry::describe(bytes, std::size_t(data[0] % 16) + 1);
  if (whole != pieces) std::abort();
  return 0;
}
