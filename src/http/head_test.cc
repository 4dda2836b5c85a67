#include "http/head.h"

#include <gtest/gtest.h>

namespace docquarry::http {
namespace {

constexpr HeadLimits limits{16 * 1024, 8 * 1024, 64};

// The status that the head is refused with; 200 when it is accepted, 0 when it is incomplete.
int verdict(std::string_view bytes, std::size_t step = SIZE_MAX) {
  HeadScanner scanner(limits);
  for (std::size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
    auto scanned = scanner.scan(bytes.substr(0, size));
    if (!scanned) return scanned.error().status;
    if (*scanned > 0) {
      auto head = parse_head(bytes.substr(0, *scanned), limits);
      return head ? 200 : head.error().status;
    }
    if (size == bytes.size()) return 0;
  }
}

std::string get(std::string_view headers) { return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n"; }

TEST(Head, is_taken_apart) {
  std::string bytes =
      "POST /a?b=c HTTP/1.1\r\nHost: example.org:80\r\nX-Some: \t value \t\r\nEmpty:\r\nContent-Length: 7\r\nExpect: "
      "100-Continue\r\n\r\n";

  auto head = parse_head(bytes, limits);

  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->target, "/a?b=c");
  ASSERT_EQ(head->headers.size(), 5u);
  EXPECT_EQ(head->headers[1].first, "x-some");
  EXPECT_EQ(head->headers[1].second, "value");
  EXPECT_EQ(head->headers[2].second, "");
  EXPECT_EQ(head->framing, Framing::length);
  EXPECT_EQ(head->content_length, 7u);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_TRUE(head->expects_continue);
}

TEST(Head, is_refused_when_two_readers_could_understand_it_differently) {
  for (auto [status, bytes] : std::initializer_list<std::pair<int, std::string>>{
           {400, get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")},
           {400, get("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")},
           {400, get("Content-Length: 1\r\nContent-Length: 1\r\n")},
           {400, get("Content-Length: +5\r\n")},
           {400, get("Content-Length: -1\r\n")},
           {400, get("Content-Length: 0x5\r\n")},
           {400, get("Content-Length: 5, 5\r\n")},
           {400, get("Content-Length: \r\n")},
           {400, get("Content-Length: 5 5\r\n")},
           {400, get("Content-Length: 99999999999999999999\r\n")},
           {400, get("Content-Length: 9223372036854775808\r\n")},
           {400, get("Transfer-Encoding: xchunked\r\n")},
           {400, get("Transfer-Encoding: chunked, identity\r\n")},
           {400, get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
           {400, get("Transfer-Encoding : chunked\r\n")},
           {400, get("Transfer-Encoding: \x0b"
                     "chunked\r\n")},
           {501, get("Transfer-Encoding: gzip, chunked\r\n")},
           {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {400, get(" folded: a\r\n")},
           {400, get("X: a\r\n b\r\n")},
           {400, get("X: a\rY: b\r\n")},
           {400, get("X: a\nY: b\r\n")},
           {400, get(std::string("X: a\0b\r\n", 8))},
           {400, get("no colon\r\n")},
           {400, get("X Y: a\r\n")},
           {400, get(": a\r\n")},
           {400, get("Host: b\r\n")},
           {400, "GET / HTTP/1.1\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
           {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
           {400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
           {400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
           {400, "GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n"},
           {400, "GET /\r\nHost: a\r\n\r\n"},
           {400, "GET\r\n\r\n"},
           {400, "GET / HTTP/1.1\nHost: a\n\n"},
           {400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
           {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
           {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
           {501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
           {501, "CONNECT a:22 HTTP/1.1\r\nHost: a\r\n\r\n"},
           {417, get("Expect: 200-ok\r\n")},
       }) {
    EXPECT_EQ(verdict(bytes), status) << bytes;
    EXPECT_EQ(verdict(bytes, 1), status) << "byte by byte: " << bytes;
  }
}

TEST(Head, is_accepted_when_it_is_merely_unusual) {
  for (const auto& bytes :
       {get("Content-Length: 0\r\n"), get("Content-Length: 007\r\n"), get("Transfer-Encoding: Chunked\r\n"), get("X:a\r\n"),
        get("X: \xE4\r\n"), get("Upgrade: h2c\r\nConnection: Upgrade\r\n"), std::string("GET / HTTP/1.0\r\n\r\n"),
        std::string("GET /{}|\" HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), std::string("GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        std::string("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    EXPECT_EQ(verdict(bytes), 200) << bytes;
  }
}

TEST(Head, is_refused_as_soon_as_it_cannot_become_one) {
  EXPECT_EQ(verdict(std::string("\x16\x03\x01\x02\x00\x01", 6)), 400);  // TLS
  EXPECT_EQ(verdict(std::string(100, 'A')), 501);
  EXPECT_EQ(verdict("GET /" + std::string(9000, 'a')), 414);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nX: " + std::string(17'000, 'a')), 431);
  EXPECT_EQ(verdict(get(std::string(17'000, 'a'))), 431);
  std::string many;
  for (int i = 0; i < 64; ++i) many += "X: a\r\n";
  EXPECT_EQ(verdict(get(many)), 431);
  EXPECT_EQ(verdict("GET / HT"), 0);
  EXPECT_EQ(verdict(""), 0);
}

TEST(Head, says_whether_the_connection_stays_open) {
  auto keeps = [](std::string_view version, std::string_view headers) {
    auto bytes = "GET / " + std::string(version) + "\r\nHost: a\r\n" + std::string(headers) + "\r\n";
    return parse_head(bytes, limits)->keep_alive;
  };

  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: foo, close\r\nConnection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

}  // namespace
}  // namespace docquarry::http
