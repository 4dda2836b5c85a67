#include "drivers/aws/sqs_answers.h"

#include "base/text.h"
#include "domain/error_codes.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace docquarry::aws {
namespace {

namespace json = boost::json;

constexpr std::size_t most_messages = 10, most_attributes = 64, longest_reason = 200;

tl::unexpected<Error> not_sqs() { return fail(queue_unavailable, "the answer is not what SQS answers"); }

Result<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  auto parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return not_sqs();
  return std::move(parsed.get_object());
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::array& list_of(const json::object& object, std::string_view name) {
  static const json::array none;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object none;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<MessageAttribute> attributes_of(const json::object& message) {
  std::vector<MessageAttribute> attributes;
  for (const auto& [name, value] : object_of(message, "MessageAttributes")) {
    if (!value.is_object() || attributes.size() == most_attributes) continue;
    MessageAttribute attribute{std::string(name), text_of(value.get_object(), "DataType"), {}};
    attribute.value = text_of(value.get_object(), attribute.type.starts_with("Binary") ? "BinaryValue" : "StringValue");
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

// Goes into logs: bounded, and one line.
std::string one_line(std::string_view text) {
  auto line = clean_text(text.substr(0, longest_reason));
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return line;
}

}  // namespace

Result<std::vector<ReceivedMessage>> read_received(std::string_view answer) {
  TRY(auto object, parse_object(answer));
  std::vector<ReceivedMessage> messages;
  for (const auto& entry : list_of(object, "Messages")) {
    if (!entry.is_object() || messages.size() == most_messages) continue;
    const auto& fields = entry.get_object();
    ReceivedMessage message;
    message.receipt = text_of(fields, "ReceiptHandle");
    if (message.receipt.empty()) continue;
    message.id = one_line(text_of(fields, "MessageId"));
    message.body = text_of(fields, "Body");
    auto received = number_in(text_of(object_of(fields, "Attributes"), "ApproximateReceiveCount"));
    message.receive_count = int(std::clamp<std::int64_t>(received.value_or(1), 1, 1'000'000));
    message.attributes = attributes_of(fields);
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<std::vector<EntryOutcome>> read_batch_outcome(std::string_view answer, std::size_t count) {
  TRY(auto object, parse_object(answer));
  std::vector<EntryOutcome> outcomes(count, Error(queue_unavailable, "the answer does not say what became of it"));
  auto place_of = [&](const json::value& entry) -> EntryOutcome* {
    auto index = entry.is_object() ? number_in(text_of(entry.get_object(), "Id")) : std::nullopt;
    return index && *index >= 0 && std::size_t(*index) < count ? &outcomes[std::size_t(*index)] : nullptr;
  };
  for (const auto& entry : list_of(object, "Successful"))
    if (auto* outcome = place_of(entry)) outcome->reset();
  for (const auto& entry : list_of(object, "Failed")) {
    auto* outcome = place_of(entry);
    if (outcome == nullptr) continue;
    const auto& fields = entry.get_object();
    auto why = one_line(text_of(fields, "Code"));
    auto message = one_line(text_of(fields, "Message"));
    if (!message.empty()) why += ": " + message;
    outcome->emplace(queue_unavailable, "refused: " + why);
  }
  return outcomes;
}

Result<std::string> read_queue_url(std::string_view answer) {
  TRY(auto object, parse_object(answer));
  auto url = text_of(object, "QueueUrl");
  if (url.empty() || url != one_line(url)) return not_sqs();
  return url;
}

Result<std::map<std::string, std::string>> read_attributes(std::string_view answer) {
  TRY(auto object, parse_object(answer));
  std::map<std::string, std::string> attributes;
  for (const auto& [name, value] : object_of(object, "Attributes"))
    if (value.is_string() && attributes.size() < most_attributes) attributes[std::string(name)] = std::string(value.get_string());
  return attributes;
}

Result<RedrivePolicy> read_redrive_policy(std::string_view value) {
  TRY(auto object, parse_object(value));
  RedrivePolicy policy;
  policy.dead_letter_arn = one_line(text_of(object, "deadLetterTargetArn"));
  const auto* count = object.if_contains("maxReceiveCount");
  if (count != nullptr && count->is_int64()) policy.most_receives = count->get_int64();
  if (count != nullptr && count->is_string()) policy.most_receives = number_in(std::string_view(count->get_string())).value_or(0);
  if (policy.dead_letter_arn.empty()) return not_sqs();
  return policy;
}

}  // namespace docquarry::aws
