#include "http/chunked.h"

#include "base/io_errors.h"

#include <gtest/gtest.h>

#include <optional>

namespace docquarry::http {
namespace {

struct Decoded {
  std::string data;
  std::size_t used = 0;
  bool ended = false;
};

// Decodes `bytes` that arrive in pieces of `piece`; empty when they are refused.
std::optional<Decoded> decode(std::string_view bytes, std::size_t piece = SIZE_MAX) {
  ChunkFraming framing;
  Decoded out;
  std::size_t arrived = 0;
  while (!out.ended) {
    auto step = framing.read(bytes.substr(out.used, arrived - out.used));
    if (!step) return std::nullopt;
    out.used += step->used;
    out.ended = step->ended;
    out.data += bytes.substr(out.used, std::size_t(step->data));
    out.used += std::min(std::size_t(step->data), bytes.size() - out.used);
    arrived = std::max(arrived, out.used);
    bool waits = step->data == 0 && !step->ended;
    if (waits && arrived == bytes.size()) break;
    if (waits) arrived = std::min(bytes.size(), arrived + std::min(piece, bytes.size()));
  }
  return out;
}

TEST(ChunkFraming, takes_the_framing_off) {
  std::string body = "5\r\nhello\r\nA;name=\"value\"\r\n 0123\r\n789\r\n1 ; x\r\n!\r\n000\r\nTrailer: a\r\nOther: b\r\n\r\n";

  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    auto decoded = decode(body + "GET /", piece);
    ASSERT_TRUE(decoded) << piece;
    EXPECT_TRUE(decoded->ended);
    EXPECT_EQ(decoded->data, "hello 0123\r\n789!");
    EXPECT_EQ(decoded->used, body.size()) << "the next request is not touched";
  }
}

TEST(ChunkFraming, refuses_what_is_not_exactly_framing) {
  for (std::string body :
       {std::string("zz\r\n"), std::string("\r\n"), std::string("-5\r\n"), std::string("+5\r\n"), std::string(" 5\r\n"),
        std::string("0x5\r\n"), std::string("5\nhello"), std::string("5\r\nhelloXX"), std::string("5\r\nhello\n"),
        std::string("FFFFFFFFFFFFFFFFF\r\n"), std::string("5\rx"), std::string("0\r\n\n"), std::string("0\r\nX: a\n"),
        std::string("0\r\nX: a\r\r"), std::string("0\n\n"), std::string("0\r\nX: \0\r\n\r\n", 11),
        "1;" + std::string(2000, 'a') + "\r\n", "0\r\n" + std::string(9000, 'a'), std::string("1;a\nb\r\n")}) {
    EXPECT_FALSE(decode(body)) << body;
    EXPECT_FALSE(decode(body, 1)) << body;
  }
}

TEST(ChunkFraming, bounds_all_trailers_together) {
  std::string body = "0\r\n";
  for (int i = 0; i < 20'000; ++i) body += "X-A: b\r\n";

  EXPECT_FALSE(decode(body + "\r\n"));
}

}  // namespace
}  // namespace docquarry::http
