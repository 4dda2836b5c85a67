// What must happen in Redis as one step. Each script's first argument is the time in microseconds, empty for that of the server's clock;
// RedisLink puts it there. Times and event numbers come back as text, because Lua's numbers are rounded to 64-bit integers on their way.
#pragma once

#include <string>
#include <string_view>

namespace docquarry {

class RedisScript {
 public:
  explicit RedisScript(std::string_view body);
  const std::string& source() const { return source_; }
  const std::string& sha1() const { return sha1_; }  // hex; what EVALSHA calls it by

 private:
  std::string source_, sha1_;
};

namespace redis_scripts {

// Stores a standing, remembers its event, publishes it and lists the document, unless the standing is older than what is known (may_follow
// of domain/progress.h) or the document was deleted. Keys: task:{id}, events, all_tasks, deleted mark. Arguments: id, channel, generation,
// final (1 or 0), attempt, pages_done, standing (JSON), seconds to live, events to keep, documents to list, then field, value, ...
// Returns 1 when it was stored.
extern const RedisScript post;

// Deletes what is known of a document, marks it as deleted and tells its watchers. Keys: as above. Arguments: id, channel, seconds of the
// mark.
extern const RedisScript forget;

// Key: task:{id}. Returns the standing, when it was posted, and now; the first two are nil when there is none.
extern const RedisScript latest;

// Counts a request unless it is one too many. Keys: times of admitted requests (a list, the oldest first), their number for the original's
// tools. Arguments: window in microseconds, most requests. Returns admitted (1 or 0), the count, the newest time, the time whose request
// must leave the window before another is admitted, and now; times are nil when there is none.
extern const RedisScript admit;

}  // namespace redis_scripts
}  // namespace docquarry
