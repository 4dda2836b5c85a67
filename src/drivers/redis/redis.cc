#include "drivers/redis/redis.h"

#include "drivers/redis/redis_link.h"
#include "drivers/redis/redis_subscriber.h"

namespace docquarry {

Redis::Redis(boost::asio::io_context& loop, RedisOptions options)
    : link_(std::make_shared<RedisLink>(loop, options)), subscriber_(std::make_shared<RedisSubscriber>(loop, options)) {
  link_->when_changed = [subscriber = std::weak_ptr(subscriber_)] {
    if (auto feeds = subscriber.lock()) feeds->wake_all();
  };
  link_->start();
  subscriber_->start();
}

Redis::~Redis() {
  link_->stop();
  subscriber_->stop();
}

bool Redis::connected() const { return link_->is_up(); }

}  // namespace docquarry
