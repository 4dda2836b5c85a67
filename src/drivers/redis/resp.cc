#include "drivers/redis/resp.h"

#include <hiredis/hiredis.h>

#include <new>

namespace docquarry {
namespace {

Reply converted(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS: reply.kind = Reply::Kind::text; break;
    case REDIS_REPLY_ERROR: reply.kind = Reply::Kind::error; break;
    case REDIS_REPLY_INTEGER: reply.kind = Reply::Kind::number; break;
    case REDIS_REPLY_ARRAY: reply.kind = Reply::Kind::list; break;
    default: return reply;
  }
  if (raw.str != nullptr) reply.text.assign(raw.str, raw.len);
  reply.number = raw.integer;
  for (std::size_t i = 0; i < raw.elements; ++i) reply.list.push_back(converted(*raw.element[i]));
  return reply;
}

}  // namespace

std::string encode(const RedisCommand& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const auto& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  auto size = redisFormatCommandArgv(&formatted, int(command.size()), words.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  std::string bytes(formatted, std::size_t(size));
  redisFreeCommand(formatted);
  return bytes;
}

struct ReplyReader::Reader {
  std::unique_ptr<redisReader, void (*)(redisReader*)> raw{redisReaderCreate(), redisReaderFree};
};

ReplyReader::ReplyReader() : reader_(std::make_unique<Reader>()) {
  if (reader_->raw == nullptr) throw std::bad_alloc();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  if (redisReaderFeed(reader_->raw.get(), bytes.data(), bytes.size()) != REDIS_OK) broken_ = true;
}

std::optional<Reply> ReplyReader::next() {
  void* reply = nullptr;
  if (broken_ || redisReaderGetReply(reader_->raw.get(), &reply) != REDIS_OK) {
    broken_ = true;
    return std::nullopt;
  }
  if (reply == nullptr) return std::nullopt;
  std::unique_ptr<redisReply, void (*)(void*)> raw(static_cast<redisReply*>(reply), freeReplyObject);
  return converted(*raw);
}

}  // namespace docquarry
