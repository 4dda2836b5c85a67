#include "drivers/redis/resp.h"

#include <gtest/gtest.h>

#include <random>

namespace docquarry {
namespace {

using Random = std::mt19937;

int pick(Random& random, int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); }

Reply any_reply(Random& random, int depth) {
  Reply reply;
  reply.kind = Reply::Kind(pick(random, 0, depth > 3 ? 2 : 4));
  switch (reply.kind) {
    case Reply::Kind::nothing: break;
    case Reply::Kind::number: reply.number = std::int64_t(random()) * pick(random, -1, 1'000'000); break;
    case Reply::Kind::text:
      for (int i = pick(random, 0, 40); i > 0; --i) reply.text += char(pick(random, 0, 255));
      break;
    case Reply::Kind::error: reply.text = "ERR " + std::to_string(random()); break;
    case Reply::Kind::list:
      for (int i = pick(random, 0, 5); i > 0; --i) reply.list.push_back(any_reply(random, depth + 1));
  }
  return reply;
}

std::string on_the_wire(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::nothing: return "$-1\r\n";
    case Reply::Kind::number: return ":" + std::to_string(reply.number) + "\r\n";
    case Reply::Kind::text: return "$" + std::to_string(reply.text.size()) + "\r\n" + reply.text + "\r\n";
    case Reply::Kind::error: return "-" + reply.text + "\r\n";
    case Reply::Kind::list: break;
  }
  std::string bytes = "*" + std::to_string(reply.list.size()) + "\r\n";
  for (const auto& element : reply.list) bytes += on_the_wire(element);
  return bytes;
}

void expect_same(const Reply& read, const Reply& written) {
  ASSERT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.text, written.text);
  EXPECT_EQ(read.number, written.number);
  ASSERT_EQ(read.list.size(), written.list.size());
  for (std::size_t i = 0; i < read.list.size(); ++i) expect_same(read.list[i], written.list[i]);
}

TEST(Resp, writes_words_of_any_bytes) {
  EXPECT_EQ(encode({"SET", std::string("a\0\r\n", 4), ""}), std::string("*3\r\n$3\r\nSET\r\n$4\r\na\0\r\n\r\n$0\r\n\r\n", 29));
}

TEST(Resp, reads_replies_whatever_pieces_they_come_in) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<Reply> written;
    std::string bytes;
    for (int i = 0; i < 5; ++i) {
      written.push_back(any_reply(random, 0));
      bytes += on_the_wire(written.back());
    }
    ReplyReader reader;
    std::vector<Reply> read;
    for (std::size_t at = 0; at < bytes.size();) {
      auto size = std::min<std::size_t>(pick(random, 1, 20), bytes.size() - at);
      reader.feed(std::string_view(bytes).substr(at, size));
      at += size;
      while (auto reply = reader.next()) read.push_back(std::move(*reply));
    }
    EXPECT_FALSE(reader.is_broken());
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < read.size(); ++i) expect_same(read[i], written[i]);
  }
}

TEST(Resp, says_when_what_comes_is_not_resp) {
  for (std::string bytes : {"HTTP/1.1 400 Bad Request\r\n", "*x\r\n", "$999999999999999999999\r\n"}) {
    ReplyReader reader;
    reader.feed(bytes);
    EXPECT_FALSE(reader.next()) << bytes;
    EXPECT_TRUE(reader.is_broken()) << bytes;
    reader.feed("+OK\r\n");
    EXPECT_FALSE(reader.next()) << bytes;
  }
}

}  // namespace
}  // namespace docquarry
