#include "drivers/redis/redis_progress_board.h"

#include "base/fault.h"
#include "drivers/redis/redis_event_feed.h"
#include "drivers/redis/redis_keys.h"
#include "drivers/redis/redis_link.h"
#include "drivers/redis/standing_json.h"

#include <charconv>

namespace docquarry {
namespace {

// Microseconds since 1970, as the scripts write them.
std::optional<Timestamp> time_from(const Reply& reply) {
  std::int64_t micros = 0;
  const auto& text = reply.text;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  bool complete = reply.is_text() && error == std::errc() && end == text.data() + text.size();
  return complete ? std::optional(Timestamp(std::chrono::microseconds(micros))) : std::nullopt;
}

std::vector<std::string> post_arguments(const Standing& standing, const RedisOptions& options) {
  bool final = is_final(standing.state);
  auto kept = final ? options.kept_ended : options.kept_running;
  std::vector<std::string> arguments{std::to_string(standing.document.value()),
                                     redis_keys::channel(options.database, standing.document),
                                     std::to_string(standing.generation),
                                     final ? "1" : "0",
                                     std::to_string(standing.attempt),
                                     std::to_string(standing.pages_done),
                                     to_json(standing),
                                     std::to_string(kept.count()),
                                     std::to_string(options.events_per_document),
                                     std::to_string(options.listed_documents)};
  auto fields = original_fields(standing, options.bucket);
  arguments.insert(arguments.end(), std::make_move_iterator(fields.begin()), std::make_move_iterator(fields.end()));
  return arguments;
}

}  // namespace

Async<Result<void>> RedisProgressBoard::tell(const RedisScript& script, DocumentId document, std::vector<std::string> arguments) {
  CO_CHECK(co_await link_->run(script, redis_keys::of_document(document), std::move(arguments)));
  co_return Result<void>{};
}

Async<void> RedisProgressBoard::post(Standing standing) {
  auto document = standing.document;
  auto arguments = post_arguments(standing, link_->options());
  Result<void> stored = fault_point("post.before_redis");
  if (stored) stored = co_await tell(redis_scripts::post, document, std::move(arguments));
  if (stored) stored = fault_point("post.after_redis");
  if (stored) link_->unsaid().said(document);
  else link_->unsaid().add_post(document);  // the link has logged that redis is away
}

Async<std::optional<Standing>> RedisProgressBoard::latest(DocumentId document) {
  if (link_->unsaid().holds(document)) co_return std::nullopt;
  std::vector<std::string> keys{redis_keys::task(document)};
  auto reply = co_await link_->run(redis_scripts::latest, std::move(keys), std::vector<std::string>());
  bool complete = reply && reply->list.size() == 3 && reply->list[0].is_text();
  if (!complete || link_->unsaid().holds(document)) co_return std::nullopt;
  auto posted = time_from(reply->list[1]);
  auto now = time_from(reply->list[2]);
  bool trusted = posted && now && *posted >= link_->trusted_from() && *posted <= *now && *now - *posted < link_->options().trust;
  if (!trusted) co_return std::nullopt;
  auto standing = standing_from_json(reply->list[0].text);
  if (standing && standing->document != document) co_return std::nullopt;
  co_return standing;
}

Async<Result<std::unique_ptr<EventFeed>>> RedisProgressBoard::watch(DocumentId document, std::uint64_t after) {
  auto feed = std::make_unique<RedisEventFeed>(link_, subscriber_, fallback_, document, after);
  co_await feed->begin();
  co_return std::unique_ptr<EventFeed>(std::move(feed));
}

Async<void> RedisProgressBoard::forget(DocumentId document) {
  std::vector<std::string> arguments{std::to_string(document.value()), redis_keys::channel(link_->options().database, document),
                                     std::to_string(redis_keys::deleted_mark_seconds)};
  Result<void> forgotten = fault_point("forget.before_redis");
  if (forgotten) forgotten = co_await tell(redis_scripts::forget, document, std::move(arguments));
  if (forgotten) {
    link_->unsaid().said(document);
    co_return;
  }
  link_->unsaid().add_forget(document);
  co_await pause_for(link_->options().trust);  // by then those who still reach Redis ask SQL
}

}  // namespace docquarry
