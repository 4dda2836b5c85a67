// ProgressBoard over Redis: what one process posts, the watchers of every process see. One command per post.
#pragma once

#include "drivers/redis/redis.h"
#include "ports/live_state.h"

namespace docquarry {

class RedisScript;

class RedisProgressBoard : public ProgressBoard {
 public:
  // `fallback` knows what SQL knows: the first event of each of its feeds is the present standing, or document_not_found. It is watched while
  // Redis is away, and outlives this and every feed.
  RedisProgressBoard(Redis& redis, ProgressBoard& fallback)
      : link_(redis.link()), subscriber_(redis.subscriber()), fallback_(fallback) {}

  Async<void> post(Standing standing) override;
  // Empty for what was posted longer ago than RedisOptions::trust, or before this process had its connection: SQL knows.
  Async<std::optional<Standing>> latest(DocumentId document) override;
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) override;
  Async<void> forget(DocumentId document) override;

 private:
  Async<Result<void>> tell(const RedisScript& script, DocumentId document, std::vector<std::string> arguments);

  std::shared_ptr<RedisLink> link_;
  std::shared_ptr<RedisSubscriber> subscriber_;
  ProgressBoard& fallback_;
};

}  // namespace docquarry
