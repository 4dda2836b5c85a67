// One connection to Redis, with or without TLS; may be opened again and again. Knows nothing of time limits.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "drivers/redis/redis_options.h"
#include "drivers/redis/resp.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

class RedisSession {
 public:
  RedisSession(boost::asio::io_context& loop, RedisOptions options);
  ~RedisSession();

  // Resolves, connects, greets with AUTH, SELECT and PING: whoever comes back from here has been answered.
  Async<Result<void>> open();
  // Ends whoever reads or writes. Does nothing when it is closed.
  void close();

  // Sends commands and collects their replies, which may be errors. Only while nobody else reads.
  Async<Result<std::vector<Reply>>> exchange(std::vector<RedisCommand> commands);

  // Everything below: errors are connection_failed; ends when cancelled.
  Async<Result<void>> write(std::string bytes);
  Async<Result<Reply>> read();

  // How the server sees this end when nothing in between rewrites it: "127.0.0.1:40000", empty before the first open().
  const std::string& local_address() const { return local_address_; }

 private:
  class Stream;
  Async<Result<void>> connect();

  boost::asio::io_context& loop_;
  RedisOptions options_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<ReplyReader> replies_;
  std::string local_address_;
};

}  // namespace docquarry
