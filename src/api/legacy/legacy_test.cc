#include "api/test_kit.h"

#include <gtest/gtest.h>

namespace docquarry::api {
namespace {

using namespace testing;

const std::string pdf = "%PDF-1.7\nsome content";

std::string refused(std::string_view message, int status) {
  auto m = std::string(message), s = std::to_string(status);
  return R"({"detail":")" + m + R"(","error":")" + m + R"(","status_code":)" + s + R"(,"timestamp":"2026-01-02T03:04:05"})";
}

std::string issue(std::string_view fields) { return R"({"detail":[{)" + std::string(fields) + "}]}"; }

TEST(LegacyFace, greets_as_the_original) {
  Faces faces;

  auto answer = faces.get("/");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.body, R"({"message":"Document Processing System API","version":"1.0.0","docs":"/docs","health":"/health"})");
}

TEST(LegacyFace, health_tells_workers_and_depth_and_is_200_when_the_database_is_away) {
  Faces faces;
  faces.store.waiting = 3;

  EXPECT_EQ(faces.get("/health").body,
            R"({"status":"healthy","redis_connected":true,"celery_workers":2,"queue_depth":3,"timestamp":"2026-01-02T03:04:05"})");
  faces.store.down = true;
  auto away = faces.get("/health");
  EXPECT_EQ(away.status, 200);
  EXPECT_EQ(
      away.body,
      R"({"status":"unhealthy","redis_connected":true,"celery_workers":2,"queue_depth":-1,"timestamp":"2026-01-02T03:04:05"})");
}

TEST(LegacyFace, health_says_which_conveniences_are_away) {
  Faces faces;
  faces.services.live_state_answers = [] { return false; };
  faces.store.queue_is_away = true;

  EXPECT_EQ(
      faces.get("/health").body,
      R"({"status":"healthy","redis_connected":false,"celery_workers":2,"queue_depth":-1,"timestamp":"2026-01-02T03:04:05"})");
}

TEST(LegacyFace, shows_the_status_of_every_state) {
  Faces faces;
  faces.store.add(TaskState::pending);
  faces.store.add(TaskState::completed);
  faces.store.add(TaskState::failed);
  faces.store.add(TaskState::cancelled);

  EXPECT_EQ(
      faces.get("/status/1").body,
      R"({"task_id":"1","status":"PENDING","progress":0.0,"filename":"a.pdf","created_at":"2026-01-02T03:04:05","started_at":null,)"
      R"("completed_at":null,"error":null})");
  EXPECT_EQ(faces.get("/status/2").body,
            R"({"task_id":"2","status":"COMPLETED","progress":100.0,"filename":"a.pdf","created_at":"2026-01-02T03:04:05",)"
            R"("started_at":"2026-01-02T03:04:06.500000","completed_at":"2026-01-02T03:04:07","error":null})");
  EXPECT_NE(faces.get("/status/3").body.find(R"("status":"FAILED","progress":5.0)"), std::string::npos);
  EXPECT_NE(faces.get("/status/3").body.find(R"("error":"The file is not a usable PDF"})"), std::string::npos);
  EXPECT_NE(faces.get("/status/4").body.find(R"("status":"FAILED")"), std::string::npos);
  EXPECT_NE(faces.get("/status/4").body.find(R"("error":"The task was cancelled."})"), std::string::npos);
}

TEST(LegacyFace, answers_every_unknown_task_alike) {
  Faces faces;

  for (std::string id : {"7", "abc", "1e3", "-1", "01", "0", "99999999999999999999", "+1"}) {
    for (std::string path : {"/status/", "/result/", "/results/stream/"}) {
      auto answer = faces.get(path + id);
      EXPECT_EQ(answer.status, 404) << path << id;
      EXPECT_EQ(answer.body, refused("Task not found: " + id, 404));
    }
  }
}

TEST(LegacyFace, leaves_detail_out_when_the_original_form_is_wanted) {
  Faces faces;
  faces.services.policy.error_bodies = ErrorBodies::legacy;

  EXPECT_EQ(faces.get("/status/7").body, R"({"error":"Task not found: 7","status_code":404,"timestamp":"2026-01-02T03:04:05"})");
}

TEST(LegacyFace, gives_the_result_with_pages_joined_by_an_empty_line_and_caches_it) {
  Faces faces;
  faces.store.add(TaskState::completed);
  const std::string expected =
      R"({"task_id":"1","filename":"a.pdf","page_count":2,"text":"first \"page\"\n\nsecond\npage","metadata":{"author":null,)"
      R"("creator":null,"producer":null,"subject":null,"title":"Title","creation_date":null,"modification_date":null},)"
      R"("extraction_time_seconds":0.13,"summary":null})";

  EXPECT_EQ(faces.get("/result/1").body, expected);
  EXPECT_EQ(faces.store.cached["result:1"], expected);
  faces.store.pages.clear();
  EXPECT_EQ(faces.get("/result/1").body, expected) << "from the cache";
}

TEST(LegacyFace, streams_a_large_result_and_does_not_cache_it) {
  Faces faces;
  faces.store.add(TaskState::completed);
  faces.store.pages[1][0].text = std::string(300'000, 'x');

  auto answer = faces.get("/result/1");

  EXPECT_GT(answer.body.size(), 300'000u);
  EXPECT_TRUE(answer.body.ends_with(R"("summary":null})"));
  EXPECT_TRUE(faces.store.cached.empty());
}

TEST(LegacyFace, does_not_serve_the_cached_result_of_an_earlier_run) {
  Faces faces;
  auto& document = faces.store.add(TaskState::completed);
  document.generation = 2;
  faces.store.cached["result:1"] = "old";

  EXPECT_NE(faces.get("/result/1").body, "old");
  EXPECT_EQ(faces.store.cached["result:1"], "old") << "nor is the new one kept under a key that cannot tell them apart";
}

TEST(LegacyFace, gives_no_cached_result_of_a_deleted_document) {
  Faces faces;
  faces.store.cached["result:1"] = "old";

  EXPECT_EQ(faces.get("/result/1").status, 404);
}

TEST(LegacyFace, refuses_the_result_of_what_is_not_completed) {
  Faces faces;
  faces.store.add(TaskState::processing);
  faces.store.add(TaskState::cancelled);

  EXPECT_EQ(faces.get("/result/1").body, refused("Task is not completed yet. Current status: PROCESSING", 400));
  EXPECT_EQ(faces.get("/result/2").body, refused("Task is not completed yet. Current status: FAILED", 400));
  EXPECT_EQ(faces.get("/results/stream/1").body, "{\"error\": \"Result not found\"}\n");
}

TEST(LegacyFace, streams_the_result_as_one_line_or_page_by_page) {
  Faces faces;
  faces.store.add(TaskState::completed);

  auto line = faces.get("/results/stream/1");
  auto pages = faces.get("/results/stream/1?pages=true");

  EXPECT_EQ(line.header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(line.body, faces.get("/result/1").body + "\n");
  EXPECT_EQ(std::count(pages.body.begin(), pages.body.end(), '\n'), 4) << pages.body;
}

TEST(LegacyFace, lists_tasks_oldest_first_with_the_true_total) {
  Faces faces;
  for (int i = 0; i < 5; ++i) faces.store.add(TaskState::pending);

  auto body = faces.get("/tasks?page=2&page_size=2").body;

  EXPECT_TRUE(body.starts_with(R"({"tasks":[{"task_id":"3",)")) << body;
  EXPECT_TRUE(body.ends_with(R"(}],"total":5,"page":2,"page_size":2})")) << body;
  EXPECT_EQ(faces.get("/tasks?page=99999999999999999999").status, 200);
  EXPECT_EQ(faces.get("/tasks?page=0").body, refused("Page must be >= 1", 400));
  EXPECT_EQ(faces.get("/tasks?page_size=101").body, refused("Page size must be between 1 and 100", 400));
}

TEST(LegacyFace, deletes_a_task_once) {
  Faces faces;
  faces.store.add(TaskState::completed);

  EXPECT_EQ(faces.ask({"DELETE", "/task/1", {}, {}}).body, R"({"message":"Task 1 deleted successfully"})");
  EXPECT_EQ(faces.ask({"DELETE", "/task/1", {}, {}}).status, 404);
}

TEST(LegacyFace, writes_documents_in_the_originals_key_order) {
  Faces faces;
  faces.store.add(TaskState::completed);
  faces.store.add(TaskState::failed, "b.pdf");
  const std::string first =
      R"({"filename":"a.pdf","s3_key":"uploads/1.pdf","id":1,"user_id":1,"status":"COMPLETED","result_text":"first \"page\"\n\nsecond\npage",)"
      R"("prompt":null,"summary":null,"error_message":null,"page_count":2,"extraction_time_seconds":0.125,)"
      R"("created_at":"2026-01-02T03:04:05","started_at":"2026-01-02T03:04:06.500000","completed_at":"2026-01-02T03:04:07"})";
  const std::string second =
      R"({"filename":"b.pdf","s3_key":"uploads/2.pdf","id":2,"user_id":1,"status":"FAILED","result_text":null,"prompt":null,"summary":null,)"
      R"("error_message":"The file is not a usable PDF","page_count":null,"extraction_time_seconds":null,)"
      R"("created_at":"2026-01-02T03:04:05","started_at":"2026-01-02T03:04:06.500000","completed_at":"2026-01-02T03:04:07"})";

  EXPECT_EQ(faces.get("/documents/1").body, first);
  EXPECT_EQ(faces.get("/documents").body, "[" + first + "," + second + "]");
  EXPECT_EQ(faces.get("/documents?status_filter=FAILED").body, "[" + second + "]");
  EXPECT_EQ(faces.get("/documents?status_filter=DONE").body, "[]");
  EXPECT_EQ(faces.get("/documents?user_id=2").body, "[]");
  EXPECT_EQ(faces.get("/documents?skip=1&limit=9999").body, "[" + second + "]");
  EXPECT_EQ(faces.get("/documents/9").body, refused("Document not found", 404));
  EXPECT_EQ(
      faces.get("/documents/x").body,
      issue(
          R"("type":"int_parsing","loc":["path","document_id"],"msg":"Input should be a valid integer, unable to parse string as an )"
          R"(integer","input":"x")"));
  EXPECT_EQ(
      faces.get("/documents?skip=-1").body,
      issue(R"("type":"greater_than_equal","loc":["query","skip"],"msg":"Input should be greater than or equal to 0","input":"-1",)"
            R"("ctx":{"ge":0})"));
}

TEST(LegacyUpload, accepts_files_for_the_user_of_the_query) {
  Faces faces;

  auto answer = faces.post_form("/upload?user_id=7&prompt=short", {{"files", "a.pdf", pdf}, {"files", "b.PDF", pdf}});

  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, R"({"task_ids":["1","2"],"total_files":2,"message":"Successfully queued 2 file(s) for processing"})");
  EXPECT_EQ(faces.store.documents[2].owner, UserId(7));
  EXPECT_EQ(faces.store.documents[2].prompt, "short");
  EXPECT_EQ(faces.store.objects.size(), 2u);
  EXPECT_EQ(answer.header("RateLimit-Policy"), "\"upload\";q=10;w=60");
  EXPECT_EQ(answer.header("RateLimit"), "\"upload\";r=9;t=60");
  EXPECT_EQ(answer.header("X-RateLimit-Remaining"), "9");
  EXPECT_EQ(faces.store.rate_key, "rate_limit:10.0.0.7:/upload");
}

TEST(LegacyUpload, refuses_the_whole_request_for_one_bad_file) {
  struct Case {
    std::string name, content, message;
  };
  const Case cases[] = {
      {"b.txt", pdf, "Invalid file type: b.txt. Only PDF files are allowed."},
      {"b.pdf", "hello", "Invalid file content: b.pdf is not a PDF (no %PDF- in its first 1024 bytes)."},
      {"b.pdf", "", "Invalid file: b.pdf is empty."},
      {"b.pdf", pdf + std::string(1 << 20, 'x'), "File too large: b.pdf. Maximum size is 1MB."},
      {std::string(252, 'a') + ".pdf", pdf, "Invalid file name: the file name is longer than 255 bytes."},
  };
  for (const auto& one : cases) {
    Faces faces;
    auto answer = faces.post_form("/upload", {{"files", "a.pdf", pdf}, {"files", one.name, one.content}, {"files", "c.pdf", pdf}});
    EXPECT_EQ(answer.status, 400) << one.message;
    EXPECT_EQ(answer.body, refused(one.message, 400));
    EXPECT_TRUE(faces.store.documents.empty()) << one.message;
    EXPECT_TRUE(faces.store.objects.empty()) << one.message;
  }
}

TEST(LegacyUpload, refuses_too_many_files) {
  Faces faces;

  auto answer = faces.post_form(
      "/upload", {{"files", "1.pdf", pdf}, {"files", "2.pdf", pdf}, {"files", "3.pdf", pdf}, {"files", "4.pdf", pdf}});

  EXPECT_EQ(answer.body, refused("Too many files. Maximum 3 files per request.", 400));
  EXPECT_TRUE(faces.store.objects.empty());
}

TEST(LegacyUpload, says_as_fastapi_that_files_are_missing) {
  const auto missing = issue(R"("type":"missing","loc":["body","files"],"msg":"Field required","input":null)");
  Faces faces;

  EXPECT_EQ(faces.post_form("/upload", {{"other", "a.pdf", pdf}}).body, missing);
  EXPECT_EQ(faces.ask({"POST", "/upload", {{"content-type", "application/json"}}, "{}"}).body, missing);
  EXPECT_EQ(
      faces.post_form("/upload", {{"files", "", "text"}}).body,
      issue(R"("type":"value_error","loc":["body","files",0],"msg":"Value error, Expected UploadFile, received: <class 'str'>",)"
            R"("input":"text","ctx":{"error":{}})"));
}

TEST(LegacyUpload, keeps_nothing_of_a_form_that_has_no_end) {
  Faces faces;

  auto answer = faces.post_form("/upload", {{"files", "a.pdf", pdf}, {"files", "b.pdf", pdf}}, false);

  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("There was an error parsing the body: "), std::string::npos) << answer.body;
  EXPECT_TRUE(faces.store.objects.empty());
  EXPECT_EQ(faces.ask({"POST", "/upload", {{"content-type", "multipart/form-data"}}, "x"}).status, 400) << "no boundary";
}

TEST(LegacyUpload, checks_the_query_before_the_rate) {
  Faces faces;

  auto answer = faces.post_form("/upload?user_id=x", {{"files", "a.pdf", pdf}});

  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(faces.store.rate_key, "");
}

TEST(LegacyUsers, creates_and_finds) {
  Faces faces;
  const std::string key(32, 'k');
  auto post = [&](std::string body) {
    return faces.ask({"POST", "/users", {{"content-type", "application/json"}}, std::move(body)});
  };

  auto made = post(R"({"email":"Ann@Example.com","api_key":")" + key + R"("})");

  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, R"({"email":"Ann@example.com","id":1,"api_key":")" + key + R"(","created_at":"2026-01-02T03:04:05"})");
  EXPECT_EQ(faces.get("/users/1").body, made.body);
  EXPECT_EQ(faces.get("/users/2").body, refused("User not found", 404));
  EXPECT_EQ(post(R"({"email":"Ann@example.com","api_key":"x)" + key + R"("})").body,
            refused("User with this email already exists", 400));
}

TEST(LegacyUsers, says_what_is_wrong_in_pydantics_words) {
  struct Case {
    std::string body, answer;
  };
  const Case cases[] = {
      {"", issue(R"("type":"missing","loc":["body"],"msg":"Field required","input":null)")},
      {"{", issue(R"("type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},)"
                  R"("ctx":{"error":"Expecting property name enclosed in double quotes"})")},
      {"[]",
       issue(
           R"("type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields )"
           R"(from","input":[])")},
      {"{}", R"({"detail":[{"type":"missing","loc":["body","email"],"msg":"Field required","input":{}},)"
             R"({"type":"missing","loc":["body","api_key"],"msg":"Field required","input":{}}]})"},
      {R"({"email":5,"api_key":null})",
       R"({"detail":[{"type":"string_type","loc":["body","email"],"msg":"Input should be a valid string","input":5},)"
       R"({"type":"string_type","loc":["body","api_key"],"msg":"Input should be a valid string","input":null}]})"},
      {R"({"email":"x","api_key":"short"})",
       R"({"detail":[{"type":"value_error","loc":["body","email"],"msg":"value is not a valid email address: An email address must have an )"
       R"(@-sign.","input":"x","ctx":{"reason":"An email address must have an @-sign."}},)"
       R"({"type":"string_too_short","loc":["body","api_key"],"msg":"String should have at least 32 characters","input":"short",)"
       R"("ctx":{"min_length":32}}]})"},
  };
  Faces faces;
  for (const auto& one : cases) {
    auto answer = faces.ask({"POST", "/users", {{"content-type", "application/json"}}, one.body});
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.body, one.answer) << one.body;
  }
  EXPECT_EQ(faces.ask({"POST", "/users", {{"content-type", "application/json"}}, "\xFF"}).status, 400);
}

TEST(LegacyFace, tells_nothing_of_the_inside) {
  Faces faces;
  faces.store.down = true;

  auto answer = faces.post_form("/upload", {{"files", "a.pdf", pdf}});

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, refused("The database does not answer right now.", 503));
  EXPECT_EQ(answer.header("Retry-After"), "5");
  EXPECT_EQ(answer.header("X-RateLimit-Limit"), "");
}

TEST(LegacyFace, answers_unknown_addresses_and_methods_as_starlette) {
  Faces faces;

  EXPECT_EQ(faces.get("/nowhere").body, R"({"detail":"Not Found"})");
  EXPECT_EQ(faces.ask({"PUT", "/upload", {}, {}}).body, R"({"detail":"Method Not Allowed"})");
  EXPECT_EQ(faces.ask({"HEAD", "/tasks", {}, {}}).status, 405);
}

}  // namespace
}  // namespace docquarry::api
