// What goes over the wire to Redis and back: RESP2, written and read by hiredis (only resp.cc knows it).
// https://redis.io/docs/latest/develop/reference/protocol-spec/
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

using RedisCommand = std::vector<std::string>;  // {"SET", "key", "value"}; any bytes

std::string encode(const RedisCommand& command);

struct Reply {
  enum class Kind { nothing, text, number, list, error };
  Kind kind = Kind::nothing;
  std::string text;  // of a text or an error
  std::int64_t number = 0;
  std::vector<Reply> list;

  bool is_error() const { return kind == Kind::error; }
  bool is_text() const { return kind == Kind::text; }
};

// Cuts a stream of bytes into replies.
class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();

  void feed(std::string_view bytes);
  // The next complete reply, or empty: more bytes are needed, or the stream is broken.
  std::optional<Reply> next();
  // What came is not RESP; nothing that follows can be read.
  bool is_broken() const { return broken_; }

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
  bool broken_ = false;
};

}  // namespace docquarry
