#include "http/response_head.h"

#include <gtest/gtest.h>

namespace docquarry::http {
namespace {

std::string head_of(const Response& response, ResponseFraming framing = {}) {
  std::string out;
  append_head(out, response, framing, "now", "id-1");
  return out;
}

TEST(ResponseHead, carries_what_every_answer_must_say) {
  auto head = head_of(Response(200, "text/plain", "x"));

  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")) << head;
  EXPECT_NE(head.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(head.find("Content-Security-Policy: default-src 'none'; sandbox\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Request-Id: id-1\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_EQ(head.find("Server:"), std::string::npos);
}

TEST(ResponseHead, lets_no_value_start_a_header_of_its_own) {
  Response response(200, "text/plain", "");
  response.set("Location", std::string("/a\r\nSet-Cookie: x\0", 18));

  EXPECT_NE(head_of(response).find("Location: /a  Set-Cookie: x \r\n"), std::string::npos);
}

TEST(ResponseHead, keeps_the_policy_of_the_handler_and_not_its_framing) {
  Response response(200, "text/html", "");
  response.set("content-security-policy", "default-src 'self'").set("Content-Length", "999").set("transfer-encoding", "x");
  auto head = head_of(response);

  EXPECT_EQ(head.find("sandbox"), std::string::npos);
  EXPECT_EQ(head.find("999"), std::string::npos);
  EXPECT_EQ(head.find("ransfer"), std::string::npos);
}

TEST(ResponseHead, writes_dates_as_http_does) {
  using namespace std::chrono;
  EXPECT_EQ(to_http_date(sys_seconds(seconds(784887151))), "Tue, 15 Nov 1994 08:12:31 GMT");
  EXPECT_EQ(to_http_date(sys_seconds(seconds(951782400))), "Tue, 29 Feb 2000 00:00:00 GMT");
}

}  // namespace
}  // namespace docquarry::http
