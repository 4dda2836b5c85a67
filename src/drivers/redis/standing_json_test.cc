#include "drivers/redis/standing_json.h"

#include "domain/error_codes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace docquarry {
namespace {

Standing example() {
  Standing standing;
  standing.document = DocumentId(7);
  standing.uid = Uid("u");
  standing.owner = UserId(3);
  standing.filename = "Bericht \"2\"\\ Ä.pdf";
  standing.state = TaskState::failed;
  standing.generation = 2;
  standing.attempt = 3;
  standing.pages_done = 4;
  standing.pages_total = 8;
  standing.created_at = *parse_time("2026-01-02T03:04:05.000001Z");
  standing.started_at = *parse_time("2026-01-02T03:04:06Z");
  standing.failure = Failure{"password_required", "the document is encrypted", 2, true};
  standing.partial = true;
  standing.seconds_left = 1.25;
  return standing;
}

std::map<std::string, std::string> fields_of(const Standing& standing) {
  auto all = original_fields(standing);
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i + 1 < all.size(); i += 2) fields[all[i]] = all[i + 1];
  return fields;
}

TEST(StandingJson, reads_back_what_it_wrote) {
  auto standing = example();

  auto read = standing_from_json(to_json(standing));

  ASSERT_TRUE(read);
  EXPECT_EQ(read->document, standing.document);
  EXPECT_EQ(read->uid, standing.uid);
  EXPECT_EQ(read->owner, standing.owner);
  EXPECT_EQ(read->filename, standing.filename);
  EXPECT_EQ(read->state, standing.state);
  EXPECT_EQ(read->generation, 2);
  EXPECT_EQ(read->attempt, 3);
  EXPECT_EQ(read->pages_done, 4);
  EXPECT_EQ(read->pages_total, 8);
  EXPECT_EQ(read->created_at, standing.created_at);
  EXPECT_EQ(read->started_at, standing.started_at);
  EXPECT_EQ(read->completed_at, std::nullopt);
  EXPECT_EQ(read->failure->code, "password_required");
  EXPECT_EQ(read->failure->message, "the document is encrypted");
  EXPECT_EQ(read->failure->page, 2);
  EXPECT_TRUE(read->failure->retryable);
  EXPECT_TRUE(read->partial);
  EXPECT_EQ(read->seconds_left, 1.25);
  EXPECT_EQ(to_json(*read), to_json(standing));
}

TEST(StandingJson, reads_nothing_from_what_it_did_not_write) {
  EXPECT_FALSE(standing_from_json(""));
  EXPECT_FALSE(standing_from_json("{}"));
  EXPECT_FALSE(standing_from_json("[1]"));
  auto text = to_json(example());
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(standing_from_json(text.substr(0, size)));
  auto replaced = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return standing_from_json(changed).has_value();
  };
  EXPECT_FALSE(replaced("\"FAILED\"", "\"LOST\""));
  EXPECT_FALSE(replaced("\"pages_done\":4", "\"pages_done\":-4"));
  EXPECT_FALSE(replaced("\"pages_done\":4", "\"pages_done\":4000000000"));
  EXPECT_FALSE(replaced("\"retryable\":true", "\"retryable\":1"));
  EXPECT_FALSE(replaced("2026-01-02T03:04:06", "someday"));
  EXPECT_TRUE(replaced("\"pages_done\":4", "\"pages_done\":5"));
}

// Whatever is changed in a message: it is read or not, and what is read can be written and read again.
TEST(StandingJson, survives_messages_with_any_bytes_changed) {
  std::mt19937 random(1);
  std::string message = "{\"number\":5,\"standing\":" + to_json(example()) + "}";
  int read = 0;
  for (int round = 0; round < 5000; ++round) {
    auto changed = message;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) changed[random() % changed.size()] = char(random() % 256);
    auto seen = message_from_json(changed);
    if (!seen || seen->forgotten) continue;
    ++read;
    EXPECT_TRUE(standing_from_json(to_json(seen->event.standing)));
  }
  EXPECT_GT(read, 0);
  EXPECT_LT(read, 5000);
}

TEST(StandingJson, knows_events_and_the_end_of_a_document) {
  EXPECT_TRUE(message_from_json("{\"forgotten\":true}")->forgotten);
  auto event = message_from_json("{\"number\":1764016945123,\"standing\":" + to_json(example()) + "}");
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->forgotten);
  EXPECT_EQ(event->event.number, 1764016945123u);
  EXPECT_FALSE(message_from_json("{\"number\":1}"));
  EXPECT_FALSE(message_from_json("{\"number\":-1,\"standing\":" + to_json(example()) + "}"));
}

TEST(OriginalFields, are_those_of_the_original_in_its_forms) {
  auto fields = fields_of(example());

  std::map<std::string, std::string> expected{{"task_id", "7"},
                                              {"document_id", "7"},
                                              {"status", "FAILED"},
                                              {"progress", "50.0"},
                                              {"filename", "Bericht \"2\"\\ Ä.pdf"},
                                              {"s3_key", ""},
                                              {"s3_bucket", ""},
                                              {"created_at", "2026-01-02T03:04:05.000001"},
                                              {"started_at", "2026-01-02T03:04:06"},
                                              {"completed_at", ""},
                                              {"error", "The document is encrypted"},
                                              {"prompt", ""}};
  EXPECT_EQ(fields, expected);
}

TEST(OriginalFields, call_a_cancelled_task_failed_and_tell_no_error_of_one_that_goes_on) {
  auto standing = example();
  standing.state = TaskState::cancelled;
  EXPECT_EQ(fields_of(standing)["status"], "FAILED");
  EXPECT_EQ(fields_of(standing)["error"], task_cancelled.public_text);
  standing.state = TaskState::pending;
  EXPECT_EQ(fields_of(standing)["status"], "PENDING");
  EXPECT_EQ(fields_of(standing)["error"], "");
}

}  // namespace
}  // namespace docquarry
