// What the tests of this folder share: a real server, a client that is not ours to look at it, and fakes for what stands behind Redis.
#pragma once

#include "domain/error_codes.h"
#include "drivers/redis/redis.h"
#include "drivers/redis/redis_link.h"
#include "drivers/redis/redis_progress_board.h"
#include "drivers/redis/redis_rate_limiter.h"
#include "drivers/redis/redis_result_cache.h"
#include "drivers/redis/resp.h"
#include "tests/contracts/run.h"
#include "tests/servers/test_server.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <signal.h>
#include <functional>
#include <map>
#include <set>

namespace docquarry::contracts {

using namespace std::chrono_literals;

inline TestServer& shared_server() {
  static TestServer server("redis");
  return server;
}

// Asks as the original's tools would: one command, one reply, waiting.
class PlainClient {
 public:
  explicit PlainClient(const TestServer& server) : socket_(loop_) {
    auto address = boost::asio::ip::make_address(server.fact("host"));
    socket_.connect({address, std::uint16_t(std::stoi(server.fact("port")))});
  }
  Reply ask(const RedisCommand& command) {
    boost::asio::write(socket_, boost::asio::buffer(encode(command)));
    while (true) {
      if (auto reply = replies_.next()) return std::move(*reply);
      char bytes[4096];
      auto size = socket_.read_some(boost::asio::buffer(bytes));
      replies_.feed({bytes, size});
    }
  }
  std::string text(const RedisCommand& command) { return ask(command).text; }
  std::int64_t number(const RedisCommand& command) { return ask(command).number; }
  std::vector<std::string> texts(const RedisCommand& command) {
    std::vector<std::string> all;
    for (auto& element : ask(command).list) all.push_back(element.text);
    return all;
  }
  std::map<std::string, std::string> hash(const std::string& key) {
    std::map<std::string, std::string> fields;
    auto all = texts({"HGETALL", key});
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) fields[all[i]] = all[i + 1];
    return fields;
  }

 private:
  boost::asio::io_context loop_;
  boost::asio::ip::tcp::socket socket_;
  ReplyReader replies_;
};

// The board that reads SQL: the first event of a feed is the present standing.
class SqlBoard : public ProgressBoard {
 public:
  std::map<DocumentId, Standing> truth;
  std::set<DocumentId> deleted;

  class Feed : public EventFeed {
   public:
    SqlBoard* board = nullptr;
    DocumentId document;

    Async<Result<ProgressEvent>> next() override {
      while (true) {
        if (board->deleted.contains(document)) co_return fail(document_not_found, "the document was deleted");
        auto present = board->truth.find(document);
        bool is_new = present != board->truth.end() && (!shown_ || is_ahead(present->second, *shown_));
        if (is_new) {
          shown_ = present->second;
          ProgressEvent event;
          event.number = 1;
          event.standing = *shown_;
          co_return event;
        }
        co_await pause_for(2ms);
      }
    }

   private:
    std::optional<Standing> shown_;
  };

  Async<void> post(Standing) override { co_return; }
  Async<std::optional<Standing>> latest(DocumentId) override { co_return std::nullopt; }
  Async<void> forget(DocumentId) override { co_return; }
  Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t) override {
    auto feed = std::make_unique<Feed>();
    feed->board = this;
    feed->document = document;
    co_return std::unique_ptr<EventFeed>(std::move(feed));
  }
};

// Says which keys it was asked for.
class LocalLimiter : public RateLimiter {
 public:
  std::vector<std::string> asked;
  Async<RateVerdict> admit(std::string key, RateRule) override {
    asked.push_back(std::move(key));
    RateVerdict verdict;
    verdict.limit = -1;  // so that the verdict is known to be ours
    co_return verdict;
  }
};

// Everything one process has of Redis.
struct Process {
  Process(boost::asio::io_context& loop, RedisOptions options)
      : redis(loop, std::move(options)), board(redis, sql), limiter(redis, local), cache(redis) {}

  SqlBoard sql;
  LocalLimiter local;
  Redis redis;
  RedisProgressBoard board;
  RedisRateLimiter limiter;
  RedisResultCache cache;
};

// Runs the loop until it is so; fails the test when it is not within ten seconds.
inline void wait_until(boost::asio::io_context& loop, const std::function<bool()>& is_so) {
  for (int i = 0; i < 10'000 && !is_so(); ++i) run(loop, pause_for(1ms));
  if (!is_so()) throw std::runtime_error("waited in vain");
}

inline RedisOptions options_for(const TestServer& server) {
  auto options = must(parse_redis_url(server.fact("url")));
  options.limit = 5s;  // of a busy machine; tests about slowness set their own
  options.trust = 30s;
  options.first_pause = 5ms;
  options.last_pause = 20ms;
  return options;
}

inline Standing standing(TaskState state, int pages_done = 0, int attempt = 1, int generation = 1) {
  Standing standing;
  standing.document = DocumentId(7);
  standing.uid = Uid("0123456789abcdef0123456789abcdef");
  standing.owner = UserId(1);
  standing.filename = "a \"b\".pdf";
  standing.state = state;
  standing.attempt = attempt;
  standing.generation = generation;
  standing.pages_done = pages_done;
  standing.pages_total = 10;
  standing.created_at = *parse_time("2026-01-02T03:04:05.120000Z");
  return standing;
}

}  // namespace docquarry::contracts
