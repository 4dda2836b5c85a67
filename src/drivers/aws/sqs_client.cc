#include "drivers/aws/sqs_client.h"

#include "base/json_writer.h"
#include "domain/error_codes.h"
#include "net/url.h"

#include <algorithm>
#include <array>

namespace docquarry::aws {
namespace {

using namespace std::chrono_literals;
using Attributes = std::map<std::string, std::string>;

constexpr std::uint64_t most_received = 32 << 20;  // ten messages of the largest size, escaped

// "sqs.eu-central-1.amazonaws.com", "eu-central-1.queue.amazonaws.com": the region; else empty.
std::string region_in(const std::string& host) {
  if (host.find(".amazonaws.com") == host.npos) return {};
  auto first_dot = host.find('.');
  auto first = host.substr(0, first_dot), second = host.substr(first_dot + 1, host.find('.', first_dot + 1) - first_dot - 1);
  return second == "queue" ? first : second;
}

tl::unexpected<Error> wrong_address(const std::string& why) {
  return fail(invalid_setting, "the queue's address " + why +
                                   "; set SQS_QUEUE_URL to one like "
                                   "https://sqs.us-east-1.amazonaws.com/123456789012/docquarry");
}

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Also their names in the older protocol, which some servers use in both.
bool says_no_such_queue(const AwsAnswer& answer) {
  return is_one_of(answer.error_code, {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueue"});
}

// Servers that know no such call say so in different ways, or break.
bool says_no_such_call(const AwsAnswer& answer) {
  return is_one_of(answer.error_code, {"InvalidAction", "UnsupportedOperation", "UnknownOperationException", "NotImplemented"}) ||
         answer.status == 404 || (answer.status >= 500 && answer.error_code.empty());
}

std::string advice_on(const AwsAnswer& answer, const std::string& action) {
  const auto& code = answer.error_code;
  if (says_no_such_queue(answer))
    return "the queue does not exist (check SQS_QUEUE_URL, or create it with `docquarry queue setup`)";
  if (is_one_of(code, {"InvalidSignatureException", "SignatureDoesNotMatch"}))
    return "the signature is not accepted (check AWS_SECRET_ACCESS_KEY and AWS_REGION)";
  if (is_one_of(code, {"UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationTokenException",
                       "MissingAuthenticationToken", "InvalidAccessKeyId"}))
    return "the access key is not known (check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN)";
  if (is_one_of(code, {"AccessDenied", "AccessDeniedException", "KmsAccessDenied"}))
    return "access denied (allow sqs:" + action + " for this queue)";
  if (code.empty()) return "status " + std::to_string(answer.status);
  return code + (answer.error_message.empty() ? "" : ": " + answer.error_message);
}

Error refusal_of(const AwsAnswer& answer, const std::string& action) {
  return {queue_unavailable, "sqs " + action + ": " + advice_on(answer, action)};
}

void write(JsonWriter& json, const Attributes& attributes) {
  json.key("Attributes").begin_object();
  for (const auto& [name, value] : attributes) json.member(name, value);
  json.end_object();
}

void write(JsonWriter& json, const std::vector<MessageAttribute>& attributes) {
  if (attributes.empty()) return;
  json.key("MessageAttributes").begin_object();
  for (const auto& attribute : attributes) {
    json.key(attribute.name).begin_object().member("DataType", attribute.type);
    json.member(attribute.type.starts_with("Binary") ? "BinaryValue" : "StringValue", attribute.value).end_object();
  }
  json.end_object();
}

AwsService service_at(const SqsAddress& address) {
  AwsService service;
  service.name = "sqs";
  service.region = address.region;
  service.endpoint = address.endpoint;
  service.attempts = 3;
  service.longest_pause = 1s;
  return service;
}

}  // namespace

std::string SqsAddress::queue_name() const { return queue_url.substr(queue_url.rfind('/') + 1); }

Result<SqsAddress> sqs_address(const std::string& queue_url, const std::string& endpoint, const std::string& region) {
  auto url = net::parse_url(queue_url);
  if (!url) return wrong_address("cannot be read (" + url.error().message() + ")");
  if (!url->query.empty() || !url->user_info.empty()) return wrong_address("holds more than host and path");
  SqsAddress address{queue_url, endpoint.empty() ? url->origin() : endpoint, region};
  if (address.queue_name().empty()) return wrong_address("names no queue");
  if (address.queue_name().ends_with(".fifo")) return wrong_address("names a FIFO queue, but a standard queue is needed");
  auto usable = AwsClient::check_endpoint(address.endpoint);
  if (!usable) return fail(invalid_setting, "AWS_ENDPOINT_URL_SQS: " + usable.error().message());
  if (address.region.empty()) address.region = region_in(url->host);
  if (address.region.empty()) address.region = "us-east-1";
  return address;
}

SqsClient::SqsClient(boost::asio::io_context& loop, const Clock& clock, const SqsAddress& address, CredentialOptions credentials)
    : http_(loop),
      credentials_(loop, http_, clock, std::move(credentials)),
      client_(http_, credentials_, clock, service_at(address)) {}

Async<Result<AwsAnswer>> SqsClient::ask(Call call) {
  AwsRequest request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-amz-json-1.0"}, {"X-Amz-Target", "AmazonSQS." + call.action}};
  request.body = std::move(call.body);
  request.idle_time = call.idle_time;
  request.answer_limit = call.answer_limit;
  co_return co_await client_.send(std::move(request));
}

Async<Result<std::string>> SqsClient::carry_out(Call call) {
  std::string action = call.action;
  CO_TRY(auto answer, co_await ask(std::move(call)));
  if (!answer.is_success()) co_return fail(refusal_of(answer, action));
  co_return std::move(answer.text);
}

Async<Result<std::vector<EntryOutcome>>> SqsClient::send(std::string queue_url, std::vector<OutgoingMessage> messages) {
  Call call{"SendMessageBatch", {}};
  JsonWriter json(call.body);
  json.begin_object().member("QueueUrl", queue_url).key("Entries").begin_array();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    json.begin_object().member("Id", std::to_string(i)).member("MessageBody", messages[i].body);
    write(json, messages[i].attributes);
    json.end_object();
  }
  json.end_array().end_object();
  CO_TRY(auto answer, co_await carry_out(std::move(call)));
  co_return read_batch_outcome(answer, messages.size());
}

Async<Result<std::vector<ReceivedMessage>>> SqsClient::receive(std::string queue_url, int most, std::chrono::seconds patience,
                                                               std::chrono::seconds hidden) {
  Call call{"ReceiveMessage", {}, patience + 10s, most_received};
  JsonWriter json(call.body);
  json.begin_object().member("QueueUrl", queue_url).member("MaxNumberOfMessages", most);
  json.member("WaitTimeSeconds", std::int64_t(patience.count())).member("VisibilityTimeout", std::int64_t(hidden.count()));
  // The first name is the older one: servers know one, or both.
  for (const char* name : {"AttributeNames", "MessageSystemAttributeNames"})
    json.key(name).begin_array().value("ApproximateReceiveCount").end_array();
  json.key("MessageAttributeNames").begin_array().value("All").end_array().end_object();
  CO_TRY(auto answer, co_await carry_out(std::move(call)));
  co_return read_received(answer);
}

Async<Result<std::vector<EntryOutcome>>> SqsClient::remove(std::string queue_url, std::vector<std::string> receipts) {
  Call call{"DeleteMessageBatch", {}};
  JsonWriter json(call.body);
  json.begin_object().member("QueueUrl", queue_url).key("Entries").begin_array();
  for (std::size_t i = 0; i < receipts.size(); ++i)
    json.begin_object().member("Id", std::to_string(i)).member("ReceiptHandle", receipts[i]).end_object();
  json.end_array().end_object();
  CO_TRY(auto answer, co_await carry_out(std::move(call)));
  co_return read_batch_outcome(answer, receipts.size());
}

Async<Result<Attributes>> SqsClient::attributes(std::string queue_url) {
  Call call{"GetQueueAttributes", {}};
  JsonWriter json(call.body);
  json.begin_object().member("QueueUrl", queue_url).key("AttributeNames").begin_array().value("All").end_array().end_object();
  CO_TRY(auto answer, co_await carry_out(std::move(call)));
  co_return read_attributes(answer);
}

Async<Result<void>> SqsClient::set_attributes(std::string queue_url, Attributes attributes) {
  Call call{"SetQueueAttributes", {}};
  JsonWriter json(call.body);
  json.begin_object().member("QueueUrl", queue_url);
  write(json, attributes);
  json.end_object();
  CO_CHECK(co_await carry_out(std::move(call)));
  co_return Result<void>{};
}

Async<Result<bool>> SqsClient::purge(std::string queue_url) {
  Call call{"PurgeQueue", {}};
  JsonWriter(call.body).begin_object().member("QueueUrl", queue_url).end_object();
  CO_TRY(auto answer, co_await ask(std::move(call)));
  if (is_one_of(answer.error_code, {"PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"})) co_return false;
  if (!answer.is_success()) co_return fail(refusal_of(answer, "PurgeQueue"));
  co_return true;
}

Async<Result<std::optional<std::string>>> SqsClient::find(std::string queue_name) {
  Call call{"GetQueueUrl", {}};
  JsonWriter(call.body).begin_object().member("QueueName", queue_name).end_object();
  CO_TRY(auto answer, co_await ask(std::move(call)));
  if (says_no_such_queue(answer)) co_return std::optional<std::string>();
  if (!answer.is_success()) co_return fail(refusal_of(answer, "GetQueueUrl"));
  CO_TRY(std::optional<std::string> url, read_queue_url(answer.text));
  co_return url;
}

Async<Result<std::string>> SqsClient::create(std::string queue_name, Attributes attributes) {
  Call call{"CreateQueue", {}};
  JsonWriter json(call.body);
  json.begin_object().member("QueueName", queue_name);
  write(json, attributes);
  json.end_object();
  CO_TRY(auto answer, co_await carry_out(std::move(call)));
  co_return read_queue_url(answer);
}

Async<Result<bool>> SqsClient::start_moving_back(std::string dead_letter_arn) {
  Call call{"StartMessageMoveTask", {}};
  JsonWriter(call.body).begin_object().member("SourceArn", dead_letter_arn).end_object();
  CO_TRY(auto answer, co_await ask(std::move(call)));
  if (says_no_such_call(answer)) co_return false;
  if (!answer.is_success()) co_return fail(refusal_of(answer, "StartMessageMoveTask"));
  co_return true;
}

}  // namespace docquarry::aws
