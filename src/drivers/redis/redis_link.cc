#include "drivers/redis/redis_link.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "drivers/redis/redis_keys.h"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using SteadyTimer = boost::asio::steady_timer;

constexpr auto good_for_a_while = 1s;
constexpr auto time_to_make_up = 10s;
constexpr std::size_t keys_per_command = 500;

// Replies that concern only the call. Every other error says that this server cannot serve us now.
bool concerns_only_the_call(std::string_view error) { return error.starts_with("NOSCRIPT") || error.starts_with("WRONGTYPE"); }

Timestamp time_of(const Reply& seconds_and_micros) {
  std::int64_t parts[2] = {0, 0};
  for (std::size_t i = 0; i < 2 && i < seconds_and_micros.list.size(); ++i)
    parts[i] = std::atoll(seconds_and_micros.list[i].text.c_str());
  return Timestamp(std::chrono::seconds(parts[0]) + std::chrono::microseconds(parts[1]));
}

}  // namespace

// Shared: the reply may come after the caller has gone, and must still be taken off the stream.
struct RedisLink::Call {
  Call(boost::asio::io_context& loop, std::string request, Deadline deadline)
      : bytes(std::move(request)), settled(loop, deadline) {}

  void settle(Result<Reply> result) {
    outcome = std::move(result);
    settled.cancel();
  }

  std::string bytes;
  std::optional<Result<Reply>> outcome;
  SteadyTimer settled;
};

RedisLink::RedisLink(boost::asio::io_context& loop, RedisOptions options)
    : loop_(loop),
      options_(std::move(options)),
      session_(loop, options_),
      pauses_(options_.first_pause, options_.last_pause),
      wake_writer_(loop, SteadyTimer::time_point::max()),
      next_try_(loop) {}

RedisLink::~RedisLink() = default;

void RedisLink::start() {
  auto rethrow = [](std::exception_ptr defect) {
    if (defect) std::rethrow_exception(defect);
  };
  boost::asio::co_spawn(loop_, keep(shared_from_this()), rethrow);
}

void RedisLink::stop() {
  stopped_ = true;
  state_ = State::down;
  reason_ = "the service is stopping";
  fail_all();
  session_.close();
  next_try_.cancel();
}

// ---- the connection ----------------------------------------------------------------------------------------------------------------

Async<void> RedisLink::keep(std::shared_ptr<RedisLink> self) {
  auto& link = *self;
  while (!link.stopped_) {
    auto opened = co_await link.open();
    if (opened && !link.stopped_) {
      link.timeouts_ = 0;
      link.change(State::up);
      auto since = std::chrono::steady_clock::now();
      co_await link.serve();
      link.session_.close();
      bool was_good = std::chrono::steady_clock::now() - since >= good_for_a_while;
      if (was_good) link.pauses_.start_afresh();
      if (was_good && link.is_up()) {
        link.change(State::connecting);
        for (auto& call : std::exchange(link.unanswered_, {})) call->settle(fail(connection_failed, link.reason_));
        continue;
      }
    }
    if (link.stopped_) break;
    if (!opened) link.reason_ = opened.error().message();
    link.change(State::down);
    link.fail_all();
    co_await link.wait_before_next_try();
  }
}

Async<Result<void>> RedisLink::open() {
  auto opened = co_await with_timeout(4 * options_.limit, session_.open());
  std::optional<Result<void>> proved, made_up;
  if (opened && *opened) proved = co_await with_timeout(options_.limit, prove_writable());
  if (proved && *proved) made_up = co_await with_timeout(time_to_make_up, make_up_for_unsaid());
  if (made_up && *made_up) co_return Result<void>{};
  session_.close();
  for (auto& step : {opened, proved, made_up})
    if (step && !*step) co_return *step;
  co_return fail(connection_failed, "redis does not answer in time");
}

Async<Result<void>> RedisLink::prove_writable() {
  std::vector<RedisCommand> commands;
  commands.push_back({"CLIENT", "ID"});
  commands.push_back({"TIME"});
  commands.push_back({"SET", redis_keys::probe, "1", "EX", "60"});
  // Both, because a server that was restarted has given the number to somebody else. Its answer does not matter: behind something that
  // rewrites addresses nobody is found, and then a late write is trusted for as long as the option `trust` says, not longer.
  if (!client_id_.empty()) commands.push_back({"CLIENT", "KILL", "ID", client_id_, "ADDR", client_address_});
  CO_TRY(auto replies, co_await session_.exchange(std::move(commands)));
  for (std::size_t i = 0; i < 3; ++i)
    if (replies[i].is_error()) co_return fail(connection_failed, "redis cannot serve: " + replies[i].text);
  client_id_ = std::to_string(replies[0].number);
  client_address_ = session_.local_address();
  trusted_from_ = options_.clock != nullptr ? options_.clock->now() : time_of(replies[1]);
  co_return Result<void>{};
}

Async<Result<void>> RedisLink::make_up_for_unsaid() {
  std::vector<RedisCommand> commands;
  RedisCommand stale{"DEL"};
  auto add_stale = [&](std::string key) {
    stale.push_back(std::move(key));
    if (stale.size() > keys_per_command) commands.push_back(std::exchange(stale, RedisCommand(1, "DEL")));
  };
  auto documents = std::exchange(unsaid_.documents, {});
  auto keys = std::exchange(unsaid_.keys, {});
  for (const auto& [document, is_deleted] : documents) {
    if (is_deleted) {
      std::vector<std::string> arguments{std::to_string(document.value()), redis_keys::channel(options_.database, document),
                                         std::to_string(redis_keys::deleted_mark_seconds)};
      commands.push_back(command_for(redis_scripts::forget, redis_keys::of_document(document), arguments, true));
    } else {
      add_stale(redis_keys::task(document));
      add_stale(redis_keys::events(document));
    }
  }
  for (const auto& key : keys) add_stale(key);
  if (stale.size() > 1) commands.push_back(std::move(stale));

  auto replies = co_await session_.exchange(std::move(commands));
  auto is_error = [](const Reply& reply) { return reply.is_error(); };
  bool done = replies && std::none_of(replies->begin(), replies->end(), is_error);
  if (done) co_return Result<void>{};
  unsaid_.documents.merge(documents);  // what was noted meanwhile is newer and stays
  unsaid_.keys.merge(keys);
  if (!replies) co_return fail(std::move(replies).error());
  co_return fail(connection_failed, "redis cannot serve: " + std::find_if(replies->begin(), replies->end(), is_error)->text);
}

Async<void> RedisLink::wait_before_next_try() {
  next_try_.expires_after(pauses_.next());
  boost::system::error_code stopped;
  co_await next_try_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, stopped));
}

void RedisLink::break_off(std::string reason) {
  if (state_ != State::up) return;
  reason_ = std::move(reason);
  change(State::down);
  fail_all();
  session_.close();
}

void RedisLink::change(State state) {
  bool is_new = state_ != state;
  state_ = state;
  if (state == State::down && !announced_down_) {
    announced_down_ = true;
    log::warn("redis is away, going on without it", {{"reason", reason_}});
  } else if (state == State::up && announced_down_) {
    announced_down_ = false;
    log::info("redis is back");
  }
  if (is_new && when_changed) when_changed();
}

void RedisLink::fail_all() {
  for (auto& call : std::exchange(unanswered_, {})) call->settle(fail(connection_failed, reason_));
  for (auto& call : std::exchange(unsent_, {})) call->settle(fail(connection_failed, reason_));
}

// ---- while it stands ---------------------------------------------------------------------------------------------------------------

Async<void> RedisLink::serve() { co_await (read_replies() || write_calls()); }

Async<void> RedisLink::read_replies() {
  while (true) {
    auto reply = co_await session_.read();
    if (!reply || unanswered_.empty()) {
      if (is_up()) reason_ = reply ? "redis sent more replies than were asked for" : reply.error().message();
      co_return;
    }
    auto call = std::move(unanswered_.front());
    unanswered_.pop_front();
    call->settle(std::move(reply));
  }
}

Async<void> RedisLink::write_calls() {
  while (true) {
    std::string bytes;
    for (auto& call : std::exchange(unsent_, {})) {
      bytes += call->bytes;
      unanswered_.push_back(std::move(call));
    }
    if (bytes.empty()) {
      boost::system::error_code woken;
      co_await wake_writer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
      continue;
    }
    auto written = co_await session_.write(std::move(bytes));
    if (!written) {
      if (is_up()) reason_ = written.error().message();
      co_return;
    }
  }
}

// ---- calls -------------------------------------------------------------------------------------------------------------------------

Async<Result<Reply>> RedisLink::call(RedisCommand command, Deadline deadline) {
  auto self = shared_from_this();
  if (state_ == State::down) co_return fail(connection_failed, reason_);
  auto call = std::make_shared<Call>(loop_, encode(command), deadline);
  unsent_.push_back(call);
  wake_writer_.cancel();
  boost::system::error_code woken;
  co_await call->settled.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));

  if (!call->outcome) {
    auto state = co_await boost::asio::this_coro::cancellation_state;
    bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
    if (is_up() && ++timeouts_ >= options_.timeouts) break_off("redis does not answer in time");
    co_return fail(connection_failed, "redis did not answer in time");
  }
  auto& outcome = *call->outcome;
  if (!outcome) co_return fail(std::move(outcome).error());
  timeouts_ = 0;
  if (outcome->is_error() && !concerns_only_the_call(outcome->text)) break_off("redis cannot serve: " + outcome->text);
  if (outcome->is_error() && !outcome->text.starts_with("NOSCRIPT"))
    co_return fail(connection_failed, "redis refuses: " + outcome->text);
  co_return std::move(outcome);
}

RedisCommand RedisLink::command_for(const RedisScript& script, const std::vector<std::string>& keys,
                                    const std::vector<std::string>& arguments, bool in_full) const {
  RedisCommand command{in_full ? "EVAL" : "EVALSHA", in_full ? script.source() : script.sha1(), std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.push_back(options_.clock != nullptr ? std::to_string(options_.clock->now().time_since_epoch().count()) : std::string());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Async<Result<Reply>> RedisLink::run(const RedisScript& script, std::vector<std::string> keys, std::vector<std::string> arguments) {
  auto until = deadline();
  auto reply = co_await call(command_for(script, keys, arguments, false), until);
  bool is_unknown = reply && reply->is_error();
  if (is_unknown) reply = co_await call(command_for(script, keys, arguments, true), until);
  co_return reply;
}

}  // namespace docquarry
