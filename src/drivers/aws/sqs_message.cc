#include "drivers/aws/sqs_message.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "domain/error_codes.h"

#include <boost/json.hpp>

#include <charconv>
#include <cstdio>

namespace docquarry::aws {
namespace {

namespace json = boost::json;

void append_escaped(std::string& out, std::uint32_t unit) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unit);
  out += text;
}

// One of clean text: the number of its bytes, and its value.
std::pair<std::size_t, std::uint32_t> code_point_at(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(text[at + i])); };
  if (byte(0) < 0x80) return {1, byte(0)};
  if (byte(0) < 0xE0) return {2, (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)};
  if (byte(0) < 0xF0) return {3, (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)};
  return {4, (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F)};
}

// JSON in ASCII: SQS forbids some characters (U+FFFE), and some tools read ASCII only.
std::string ascii_json(const std::string& text) {
  std::string utf8, out;
  append_json_string(utf8, clean_text(text));
  for (std::size_t at = 0; at < utf8.size();) {
    auto [bytes, value] = code_point_at(utf8, at);
    at += bytes;
    if (value < 0x80) {
      out += char(value);
    } else if (value < 0x10000) {
      append_escaped(out, value);
    } else {
      append_escaped(out, 0xD800 + ((value - 0x10000) >> 10));
      append_escaped(out, 0xDC00 + ((value - 0x10000) & 0x3FF));
    }
  }
  return out;
}

tl::unexpected<Error> foreign(std::string why) { return fail(invalid_request, std::move(why)); }

}  // namespace

// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
std::size_t OutgoingMessage::bytes() const {
  std::size_t sum = body.size();
  for (const auto& attribute : attributes) sum += attribute.name.size() + attribute.type.size() + attribute.value.size();
  return sum;
}

OutgoingMessage announcement_of(const TaskTicket& ticket, const std::string& bucket) {
  auto number = std::to_string(ticket.document.value());
  OutgoingMessage message;
  message.body = "{\"task_id\": \"" + number + "\", \"s3_bucket\": " + (bucket.empty() ? "null" : ascii_json(bucket)) +
                 ", \"s3_key\": " + ascii_json(ticket.content.value()) + ", \"filename\": " + ascii_json(ticket.filename) +
                 ", \"created_at\": \"" + to_naive_iso(ticket.created_at) + "\", \"prompt\": null, \"document_id\": " + number +
                 "}";
  message.attributes.push_back({"task_id", "String", number});
  return message;
}

Result<DocumentId> announced_document(std::string_view body) {
  boost::system::error_code error;
  auto parsed = json::parse(body, error);
  if (error) return foreign("it is not JSON");
  if (!parsed.is_object()) return foreign("it is not a JSON object");
  const auto* id = parsed.get_object().if_contains("task_id");
  if (id == nullptr) id = parsed.get_object().if_contains("document_id");
  if (id == nullptr) return foreign("it has no task_id");
  if (id->is_int64()) return DocumentId(id->get_int64());
  if (!id->is_string()) return foreign("its task_id is no number");
  const auto& text = id->get_string();
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return foreign("its task_id is no number");
  return DocumentId(number);
}

}  // namespace docquarry::aws
