// What happens to one document, from Redis while it can tell, else from a board that reads SQL. Whatever happens to Redis, the end of the
// task is told: after every gap the feed reads what it missed and looks at SQL, and also when it has heard nothing for a while, because
// whoever ended the task may have lost Redis when we did not.
#pragma once

#include "drivers/redis/redis_link.h"
#include "drivers/redis/redis_subscriber.h"
#include "ports/live_state.h"

#include <deque>
#include <memory>
#include <optional>

namespace docquarry {

class RedisEventFeed : public EventFeed {
 public:
  RedisEventFeed(std::shared_ptr<RedisLink> link, std::shared_ptr<RedisSubscriber> subscriber, ProgressBoard& fallback,
                 DocumentId document, std::uint64_t after);

  // Listens, then reads what Redis remembers; takes no longer than the limit, and is content without Redis.
  Async<void> begin();

  Async<Result<ProgressEvent>> next() override;

 private:
  bool is_live() const { return link_->is_up() && subscription_.is_live(); }
  void take_messages();
  void consider(ProgressEvent event);
  void consider_other(ProgressEvent event);
  Async<bool> catch_up();
  Async<void> look_at_fallback();
  Async<Result<void>> follow_fallback();

  std::shared_ptr<RedisLink> link_;
  ProgressBoard& fallback_;
  DocumentId document_;
  Subscription subscription_;
  std::unique_ptr<EventFeed> fallback_feed_;  // while Redis is away

  std::deque<ProgressEvent> ready_;  // to be told
  std::optional<Standing> newest_;   // of all that was ever ready
  std::uint64_t skip_up_to_;         // what the reader knew before; only for what is read at the beginning
  std::uint64_t seen_ = 0;           // the newest event from Redis
  std::uint64_t told_;               // the number that was told last: numbers grow, whoever counts
  int period_ = 0;                   // of the subscription, up to which all is read
  bool must_look_ = false;           // at SQL, when nothing else is to be told
  bool forgotten_ = false;
};

}  // namespace docquarry
