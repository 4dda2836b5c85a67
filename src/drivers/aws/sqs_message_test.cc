#include "drivers/aws/sqs_message.h"

#include "drivers/aws/sqs_answers.h"
#include "drivers/aws/sqs_client.h"
#include "tests/contracts/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docquarry::aws {
namespace {

using contracts::code_of;
using contracts::must;
using ::testing::HasSubstr;

TaskTicket ticket() {
  TaskTicket ticket;
  ticket.task = TaskId(31);
  ticket.document = DocumentId(12);
  ticket.content = ObjectKey("uploads/0a.pdf");
  ticket.filename = "a.pdf";
  ticket.created_at = *parse_time("2026-01-02T03:04:05.5Z");
  return ticket;
}

std::string wrong(std::string_view body) {
  auto document = announced_document(body);
  return document ? "nothing" : document.error().message();
}

TEST(SqsMessage, is_the_original_service_s) {
  auto message = announcement_of(ticket(), "scans");

  EXPECT_EQ(message.body, R"({"task_id": "12", "s3_bucket": "scans", "s3_key": "uploads/0a.pdf", "filename": "a.pdf", )"
                          R"("created_at": "2026-01-02T03:04:05.500000", "prompt": null, "document_id": 12})");
  ASSERT_EQ(message.attributes.size(), 1u);
  EXPECT_EQ(message.attributes[0].name, "task_id");
  EXPECT_EQ(message.attributes[0].type, "String");
  EXPECT_EQ(message.attributes[0].value, "12");
}

TEST(SqsMessage, names_no_bucket_when_files_are_not_in_s3) {
  EXPECT_THAT(announcement_of(ticket(), "").body, HasSubstr(R"("s3_bucket": null)"));
}

TEST(SqsMessage, is_ascii_whatever_the_file_is_called) {
  auto named = ticket();
  named.filename = "\"\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80\\\n\xEF\xBF\xBE\xFF.pdf";

  auto body = announcement_of(named, "").body;

  EXPECT_THAT(body, HasSubstr(R"("filename": "\"\u00e9\u6f22\ud83d\ude00\\\n\ufffd\ufffd.pdf")"));
}

TEST(SqsMessage, counts_body_and_attributes) {
  OutgoingMessage message{"12345", {{"ab", "String", "c"}}};

  EXPECT_EQ(message.bytes(), 5u + 2 + 6 + 1);
}

TEST(SqsMessage, tells_which_document_it_announces) {
  EXPECT_EQ(must(announced_document(announcement_of(ticket(), "b").body)), DocumentId(12));
  EXPECT_EQ(must(announced_document(R"({"task_id": 5})")), DocumentId(5));
  EXPECT_EQ(must(announced_document(R"({"document_id": "6"})")), DocumentId(6));
}

TEST(SqsMessage, says_what_is_wrong_with_a_foreign_one_without_repeating_it) {
  EXPECT_EQ(wrong("secret"), "it is not JSON");
  EXPECT_EQ(wrong("{\"task_id\": 5"), "it is not JSON");
  EXPECT_EQ(wrong("[1]"), "it is not a JSON object");
  EXPECT_EQ(wrong("{}"), "it has no task_id");
  EXPECT_EQ(wrong(R"({"task_id": "secret"})"), "its task_id is no number");
  EXPECT_EQ(wrong(R"({"task_id": "5x"})"), "its task_id is no number");
  EXPECT_EQ(wrong(R"({"task_id": 1e99})"), "its task_id is no number");
  EXPECT_EQ(wrong(R"({"task_id": "99999999999999999999"})"), "its task_id is no number");
  EXPECT_EQ(wrong(std::string(100'000, '[')), "it is not JSON");
}

TEST(SqsAnswers, messages_are_read_and_bounded) {
  std::string one = R"({"MessageId":"m\n1","ReceiptHandle":"r","Body":"b","Attributes":{"ApproximateReceiveCount":"3"},)"
                    R"("MessageAttributes":{"task_id":{"DataType":"String","StringValue":"7"}}})";
  std::string many = R"({"Messages":[{"Body":"without a receipt"},5)";
  for (int i = 0; i < 12; ++i) many += "," + one;

  auto messages = must(read_received(many + "]}"));

  ASSERT_EQ(messages.size(), 10u);
  EXPECT_EQ(messages[0].id, "m 1");
  EXPECT_EQ(messages[0].receipt, "r");
  EXPECT_EQ(messages[0].body, "b");
  EXPECT_EQ(messages[0].receive_count, 3);
  EXPECT_EQ(messages[0].attributes.at(0).value, "7");
}

TEST(SqsAnswers, no_messages_are_no_error) {
  EXPECT_TRUE(must(read_received("{}")).empty());
  EXPECT_TRUE(must(read_received(R"({"Messages":null})")).empty());
}

TEST(SqsAnswers, every_entry_of_a_batch_has_an_outcome) {
  auto outcomes = must(read_batch_outcome(
      R"({"Successful":[{"Id":"0"},{"Id":"9"},{"Id":"x"}],"Failed":[{"Id":"1","Code":"InternalError","Message":"try\tagain"}]})",
      3));

  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_FALSE(outcomes[0]);
  EXPECT_EQ(outcomes[1]->message(), "refused: InternalError: try again");
  EXPECT_THAT(outcomes[2]->message(), HasSubstr("does not say"));
}

TEST(SqsAnswers, what_is_not_sqs_is_refused) {
  for (const char* answer : {"", "<html>", "[]", "{"}) {
    EXPECT_EQ(code_of(read_received(answer)), "queue_unavailable") << answer;
    EXPECT_EQ(code_of(read_batch_outcome(answer, 1)), "queue_unavailable") << answer;
    EXPECT_EQ(code_of(read_queue_url(answer)), "queue_unavailable") << answer;
    EXPECT_EQ(code_of(read_attributes(answer)), "queue_unavailable") << answer;
    EXPECT_EQ(code_of(read_redrive_policy(answer)), "queue_unavailable") << answer;
  }
}

TEST(SqsAnswers, a_redrive_policy_may_hold_its_number_as_text) {
  EXPECT_EQ(must(read_redrive_policy(R"({"deadLetterTargetArn":"arn:x","maxReceiveCount":5})")).most_receives, 5);
  EXPECT_EQ(must(read_redrive_policy(R"({"deadLetterTargetArn":"arn:x","maxReceiveCount":"5"})")).most_receives, 5);
}

TEST(SqsAddress, says_where_requests_go) {
  auto address = must(sqs_address("https://sqs.eu-central-1.amazonaws.com/123456789012/docs", "", ""));

  EXPECT_EQ(address.endpoint, "https://sqs.eu-central-1.amazonaws.com:443");
  EXPECT_EQ(address.region, "eu-central-1");
  EXPECT_EQ(address.queue_name(), "docs");
  EXPECT_EQ(must(sqs_address("https://us-west-2.queue.amazonaws.com/1/q", "", "")).region, "us-west-2");
  EXPECT_EQ(must(sqs_address("http://elasticmq:9324/000000000000/q", "", "")).region, "us-east-1");
  EXPECT_EQ(must(sqs_address("http://elasticmq:9324/000000000000/q", "", "local")).region, "local");
  EXPECT_EQ(must(sqs_address("https://sqs.us-east-1.amazonaws.com/1/q", "http://127.0.0.1:4566", "")).endpoint,
            "http://127.0.0.1:4566");
}

TEST(SqsAddress, says_what_is_wrong_and_what_to_set) {
  for (const char* url : {"", "docquarry", "ftp://a/b", "https://user:word@sqs/1/q", "https://sqs.us-east-1.amazonaws.com/",
                          "https://sqs.us-east-1.amazonaws.com/1/q.fifo"}) {
    auto address = sqs_address(url, "", "");
    ASSERT_EQ(code_of(address), "invalid_setting") << url;
    EXPECT_THAT(address.error().message(), HasSubstr("set SQS_QUEUE_URL")) << url;
  }
  EXPECT_EQ(code_of(sqs_address("https://sqs.us-east-1.amazonaws.com/1/q", "https://x/path", "")), "invalid_setting");
}

}  // namespace
}  // namespace docquarry::aws
