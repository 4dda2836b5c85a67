// Live state in Redis, shared by all processes. One Redis per process; board, limiter and cache are made on it and need nothing to be up:
//
//   TRY(auto options, parse_redis_url("redis://:password@host:6379/0"));
//   Redis redis(loop, options);
//   RedisProgressBoard board(redis, board_that_reads_sql);
//   RedisRateLimiter limiter(redis, local_limiter);
//   RedisResultCache cache(redis);
#pragma once

#include "drivers/redis/redis_options.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace docquarry {

class RedisLink;
class RedisSubscriber;

class Redis {
 public:
  // Connects in the background, from now on until it is destroyed.
  Redis(boost::asio::io_context& loop, RedisOptions options);
  ~Redis();

  // Whether Redis answers; what /health shows as redis_connected.
  bool connected() const;

  // Shared with feeds and calls under way, which may outlive this while the process stops.
  const std::shared_ptr<RedisLink>& link() const { return link_; }
  const std::shared_ptr<RedisSubscriber>& subscriber() const { return subscriber_; }

 private:
  std::shared_ptr<RedisLink> link_;
  std::shared_ptr<RedisSubscriber> subscriber_;
};

}  // namespace docquarry
