#include "drivers/redis/original_keys.h"

#include "domain/error_codes.h"
#include "drivers/redis/redis_link.h"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <unordered_set>

namespace docquarry {
namespace {

namespace json = boost::json;

constexpr std::string_view task_prefix = "task:";

std::optional<std::string> maybe_text(const json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::map<std::string, std::string> fields_of(const Reply& reply) {
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i + 1 < reply.list.size(); i += 2) fields[reply.list[i].text] = reply.list[i + 1].text;
  return fields;
}

// What was in a worker's hands begins anew, as does a state that we do not know.
TaskState state_of(const std::string& status) {
  auto state = task_state_named(status).value_or(TaskState::pending);
  return state == TaskState::processing ? TaskState::pending : state;
}

}  // namespace

Result<OriginalResult> read_original_result(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) return fail(invalid_document, "its result is not a JSON object");
  const auto& object = value.get_object();
  auto content = maybe_text(object, "text");
  if (!content) return fail(invalid_document, "its result holds no text");
  OriginalResult result;
  result.text = std::move(*content);
  if (auto* pages = object.if_contains("page_count"); pages != nullptr && pages->is_int64())
    result.page_count = int(pages->get_int64());
  if (auto* seconds = object.if_contains("extraction_time_seconds"); seconds != nullptr && seconds->is_number())
    result.seconds = seconds->to_number<double>();
  result.summary = maybe_text(object, "summary");
  if (auto* found = object.if_contains("metadata"); found != nullptr && found->is_object()) {
    const auto& metadata = found->get_object();
    result.metadata = {
        maybe_text(metadata, "author"),           maybe_text(metadata, "creator"), maybe_text(metadata, "producer"),
        maybe_text(metadata, "subject"),          maybe_text(metadata, "title"),   maybe_text(metadata, "creation_date"),
        maybe_text(metadata, "modification_date")};
  }
  return result;
}

Async<Result<Reply>> OriginalKeys::ask(RedisCommand command) {
  auto& link = *redis_.link();
  co_return co_await link.call(std::move(command), link.deadline());
}

Async<Result<std::vector<std::string>>> OriginalKeys::scan(std::string pattern, std::string& cursor) {
  RedisCommand command{"SCAN", cursor, "MATCH", std::move(pattern), "COUNT", "1000"};
  CO_TRY(auto reply, co_await ask(std::move(command)));
  if (reply.list.size() != 2) co_return fail(connection_failed, "Redis answered SCAN with something else");
  cursor = reply.list[0].text;
  std::vector<std::string> keys;
  for (auto& key : reply.list[1].list) keys.push_back(std::move(key.text));
  co_return keys;
}

Async<Result<std::vector<std::string>>> OriginalKeys::all_keys(std::string pattern) {
  std::unordered_set<std::string> all;  // SCAN may name a key more than once
  std::string cursor = "0";
  do {
    CO_TRY(auto some, co_await scan(pattern, cursor));
    all.insert(std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  } while (cursor != "0");
  co_return std::vector<std::string>(all.begin(), all.end());
}

Async<Result<std::vector<std::string>>> OriginalKeys::task_ids() {
  RedisCommand list{"LRANGE", "all_tasks", "0", "-1"};
  CO_TRY(auto listed, co_await ask(std::move(list)));
  std::vector<std::string> ids;
  std::unordered_set<std::string> known;
  for (auto& id : listed.list)
    if (known.insert(id.text).second) ids.push_back(std::move(id.text));
  CO_TRY(auto keys, co_await all_keys(std::string(task_prefix) + "*"));
  std::sort(keys.begin(), keys.end());
  for (const auto& key : keys) {
    std::string id = key.substr(task_prefix.size());
    if (known.insert(id).second) ids.push_back(std::move(id));
  }
  co_return ids;
}

Async<Result<std::optional<OriginalDocument>>> OriginalKeys::find(std::string id) {
  RedisCommand read_hash{"HGETALL", std::string(task_prefix) + id};
  CO_TRY(auto hash, co_await ask(std::move(read_hash)));
  if (hash.list.empty()) co_return std::optional<OriginalDocument>();
  auto fields = fields_of(hash);
  OriginalDocument document;
  document.id = id;
  document.filename = fields["filename"];
  document.s3_key = fields["s3_key"];
  document.state = state_of(fields["status"]);
  document.error = fields["error"];
  if (auto& prompt = fields["prompt"]; !prompt.empty()) document.prompt = prompt;
  document.created_at = parse_time(fields["created_at"]);
  document.started_at = parse_time(fields["started_at"]);
  document.completed_at = parse_time(fields["completed_at"]);
  document.is_ours = fields.contains("dq_standing");
  RedisCommand read_result{"GET", "result:" + id};
  CO_TRY(auto result, co_await ask(std::move(read_result)));
  if (result.is_text()) {
    CO_TRY(document.result, read_original_result(result.text));
  }
  co_return document;
}

Async<Result<std::int64_t>> OriginalKeys::clear(bool remove) {
  constexpr std::string_view patterns[] = {"task:*", "result:*", "progress:*", "rate_limit:*", "health:*", "docquarry:*"};
  constexpr std::size_t at_once = 500;
  std::vector<std::string> keys;
  for (auto pattern : patterns) {
    CO_TRY(auto some, co_await all_keys(std::string(pattern)));
    keys.insert(keys.end(), some.begin(), some.end());
  }
  RedisCommand has_list{"EXISTS", "all_tasks"};
  CO_TRY(auto list, co_await ask(std::move(has_list)));
  if (list.number > 0) keys.emplace_back("all_tasks");
  for (std::size_t i = 0; remove && i < keys.size(); i += at_once) {
    RedisCommand unlink{"UNLINK"};
    unlink.insert(unlink.end(), keys.begin() + std::ptrdiff_t(i),
                  keys.begin() + std::ptrdiff_t(std::min(i + at_once, keys.size())));
    CO_CHECK(co_await ask(std::move(unlink)));
  }
  co_return std::int64_t(keys.size());
}

}  // namespace docquarry
