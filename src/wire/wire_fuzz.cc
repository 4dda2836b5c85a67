// What a captured child may write: any bytes. The first byte says how they are cut into pieces.
#include "wire/frame_reader.h"
#include "wire/request.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry::wire;
  if (size == 0) return 0;
  std::size_t piece = 1 + data[0] * 3u;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)decode_report(bytes);
  FrameReader reader(1, [](int page) { return page % 5 != 0; });
  while (true) {
    auto message = reader.next();
    if (!message) break;
    if (*message) continue;
    if (bytes.empty()) break;
    auto now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    auto room = reader.room(now.size());
    std::memcpy(room.data(), now.data(), now.size());
    reader.arrived(now.size());
  }
  return 0;
}
