#include "drivers/redis/standing_json.h"

#include "base/json_writer.h"

#include <boost/json.hpp>

#include <cmath>
#include <limits>

namespace docquarry {
namespace {

namespace json = boost::json;

std::optional<std::string> rfc3339(const std::optional<Timestamp>& time) {
  return time ? std::optional(to_rfc3339(*time)) : std::nullopt;
}

// Reads the members of one object; anything that is missing or of another type makes the whole unreadable.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  bool are_good() const { return good_; }

  std::string text(std::string_view name) {
    auto* value = find(name);
    return check(value != nullptr && value->is_string()) ? std::string(value->get_string()) : std::string();
  }
  std::int64_t number(std::string_view name) {
    auto* value = find(name);
    return check(value != nullptr && value->is_int64()) ? value->get_int64() : 0;
  }
  int small_number(std::string_view name) {
    auto value = number(name);
    return check(value >= 0 && value <= std::numeric_limits<int>::max()) ? int(value) : 0;
  }
  double real(std::string_view name) {
    auto* value = find(name);
    return check(value != nullptr && value->is_double() && std::isfinite(value->get_double())) ? value->get_double() : 0;
  }
  bool truth(std::string_view name) {
    auto* value = find(name);
    return check(value != nullptr && value->is_bool()) && value->get_bool();
  }
  Timestamp time(std::string_view name) {
    auto parsed = parse_time(text(name));
    return check(parsed.has_value()) ? *parsed : Timestamp();
  }
  std::optional<Timestamp> maybe_time(std::string_view name) {
    auto* value = find(name);
    return value != nullptr && value->is_null() ? std::nullopt : std::optional(time(name));
  }
  std::optional<Failure> failure(std::string_view name) {
    auto* value = find(name);
    if (value != nullptr && value->is_null()) return std::nullopt;
    if (!check(value != nullptr && value->is_object())) return std::nullopt;
    Members members(value->get_object());
    Failure failure;
    failure.code = members.text("code");
    failure.message = members.text("message");
    failure.page = members.small_number("page");
    failure.retryable = members.truth("retryable");
    check(members.are_good());
    return failure;
  }
  TaskState state(std::string_view name) {
    auto named = task_state_named(text(name));
    return check(named.has_value()) ? *named : TaskState::pending;
  }

 private:
  const json::value* find(std::string_view name) const { return object_.if_contains(name); }
  bool check(bool condition) {
    good_ = good_ && condition;
    return condition;
  }

  const json::object& object_;
  bool good_ = true;
};

std::optional<Standing> standing_of(const json::object& object) {
  Members members(object);
  Standing standing;
  standing.document = DocumentId(members.number("document"));
  standing.uid = Uid(members.text("uid"));
  standing.owner = UserId(members.number("owner"));
  standing.filename = members.text("filename");
  standing.state = members.state("state");
  standing.generation = members.small_number("generation");
  standing.attempt = members.small_number("attempt");
  standing.pages_done = members.small_number("pages_done");
  standing.pages_total = members.small_number("pages_total");
  standing.created_at = members.time("created_at");
  standing.started_at = members.maybe_time("started_at");
  standing.completed_at = members.maybe_time("completed_at");
  standing.failure = members.failure("failure");
  standing.partial = members.truth("partial");
  standing.seconds_left = members.real("seconds_left");
  return members.are_good() ? std::optional(std::move(standing)) : std::nullopt;
}

// Empty when it is not a JSON object.
std::optional<json::object> object_from(std::string_view text) {
  json::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

}  // namespace

std::string to_json(const Standing& standing) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .member("document", standing.document.value())
      .member("uid", standing.uid.value())
      .member("owner", standing.owner.value())
      .member("filename", standing.filename)
      .member("state", to_text(standing.state))
      .member("generation", standing.generation)
      .member("attempt", standing.attempt)
      .member("pages_done", standing.pages_done)
      .member("pages_total", standing.pages_total)
      .member("created_at", to_rfc3339(standing.created_at))
      .member("started_at", rfc3339(standing.started_at))
      .member("completed_at", rfc3339(standing.completed_at))
      .key("failure");
  if (standing.failure) {
    writer.begin_object()
        .member("code", standing.failure->code)
        .member("message", standing.failure->message)
        .member("page", standing.failure->page)
        .member("retryable", standing.failure->retryable)
        .end_object();
  } else {
    writer.null();
  }
  writer.member("partial", standing.partial).member("seconds_left", standing.seconds_left).end_object();
  return text;
}

std::optional<Standing> standing_from_json(std::string_view text) {
  auto object = object_from(text);
  return object ? standing_of(*object) : std::nullopt;
}

std::optional<DocumentMessage> message_from_json(std::string_view text) {
  auto object = object_from(text);
  if (!object) return std::nullopt;
  DocumentMessage message;
  message.forgotten = object->if_contains("forgotten") != nullptr;
  if (message.forgotten) return message;
  auto* number = object->if_contains("number");
  auto* standing = object->if_contains("standing");
  bool complete =
      number != nullptr && number->is_int64() && number->get_int64() > 0 && standing != nullptr && standing->is_object();
  if (!complete) return std::nullopt;
  auto read = standing_of(standing->get_object());
  if (!read) return std::nullopt;
  message.event.number = std::uint64_t(number->get_int64());
  message.event.standing = std::move(*read);
  return message;
}

std::vector<std::string> original_fields(const Standing& standing) {
  auto naive = [](const std::optional<Timestamp>& time) { return time ? to_naive_iso(*time) : std::string(); };
  bool cancelled = standing.state == TaskState::cancelled;
  std::string error;
  if (cancelled) error = task_cancelled.public_text;
  if (standing.state == TaskState::failed) error = standing.failure ? standing.failure->message : internal_error.public_text;
  if (!error.empty() && error[0] >= 'a' && error[0] <= 'z') error[0] = char(error[0] - 'a' + 'A');  // as the faces show it
  std::string progress;
  JsonWriter(progress).value(percent(standing));
  auto id = std::to_string(standing.document.value());
  return {"task_id",      id,
          "document_id",  id,
          "status",       std::string(to_text(cancelled ? TaskState::failed : standing.state)),
          "progress",     progress,
          "filename",     standing.filename,
          "s3_key",       "",
          "s3_bucket",    "",
          "created_at",   to_naive_iso(standing.created_at),
          "started_at",   naive(standing.started_at),
          "completed_at", naive(standing.completed_at),
          "error",        error,
          "prompt",       ""};
}

}  // namespace docquarry
