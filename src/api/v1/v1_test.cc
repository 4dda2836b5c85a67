#include "api/test_kit.h"
#include "api/v1/attachment.h"
#include "api/v1/waiting.h"

#include <gtest/gtest.h>

namespace docquarry::api {
namespace {

using namespace testing;

const std::string pdf = "%PDF-1.7\nsome content";

std::string uid(int number) { return std::string(31, 'a') + std::to_string(number); }
std::string address(int number) { return "/v1/documents/" + uid(number); }

std::string problem_body(std::string_view detail, std::string_view code) {
  return R"({"detail":")" + std::string(detail) + R"(","code":")" + std::string(code) + R"(","request_id":"request-1"})";
}

Answer post_raw(Faces& faces, std::string target, std::vector<std::pair<std::string, std::string>> more = {},
                std::string body = pdf) {
  more.emplace_back("content-type", "application/pdf");
  return faces.ask({"POST", std::move(target), std::move(more), std::move(body)});
}

TEST(V1Document, is_shown_whole) {
  Faces faces;
  faces.store.add(TaskState::completed);

  EXPECT_EQ(
      faces.get(address(1)).body,
      R"({"id":")" + uid(1) +
          R"(","task_id":"1","user_id":1,"filename":"a.pdf","bytes":10,"sha256":"abc","pages":null,"prompt":null,)"
          R"("status":"COMPLETED","progress":100.0,"pages_done":2,"pages_total":2,"eta_seconds":null,"attempt":1,"generation":1,"partial":false,)"
          R"("created_at":"2026-01-02T03:04:05.000000Z","started_at":"2026-01-02T03:04:06.500000Z",)"
          R"("completed_at":"2026-01-02T03:04:07.000000Z","error":null,"page_count":2,"extractor":"pdfium-1","extractor_job":null,"credits":null,)"
          R"("extraction_seconds":0.125})");
}

TEST(V1Document, says_why_it_failed) {
  Faces faces;
  faces.store.add(TaskState::failed);

  EXPECT_NE(faces.get(address(1) + "/status")
                .body.find(R"("error":{"code":"invalid_document","category":"corrupt",)"
                           R"("message":"The file is not a usable PDF","page":null,"retryable":false}})"),
            std::string::npos);
}

TEST(V1Document, is_answered_without_sql_once_live_state_knows_it) {
  Faces faces;
  auto& document = faces.store.add(TaskState::completed);
  faces.board.standings[1] = standing_of(document);
  faces.get(address(1));
  int reads = faces.store.sql_reads;

  auto again = faces.get(address(1));

  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(faces.store.sql_reads, reads);
}

TEST(V1Document, is_read_again_when_live_state_knows_more_than_was_remembered) {
  Faces faces;
  auto& document = faces.store.add(TaskState::pending);
  faces.board.standings[1] = standing_of(document);
  EXPECT_NE(faces.get(address(1)).body.find("PENDING"), std::string::npos);

  auto running = standing_of(document);
  running.state = TaskState::processing;
  running.attempt = 1;
  faces.board.standings[1] = running;
  EXPECT_NE(faces.get(address(1)).body.find("PROCESSING"), std::string::npos) << "from the standing";

  document.state = running.state = TaskState::completed;
  document.extractor = "pdfium-9";
  faces.board.standings[1] = running;
  EXPECT_NE(faces.get(address(1)).body.find("pdfium-9"), std::string::npos) << "from SQL";
}

TEST(V1Document, answers_every_id_that_is_none_alike) {
  Faces faces;

  for (const auto& id : {std::string("1"), std::string("x"), uid(9), std::string(32, 'Z'), std::string(33, 'a')}) {
    auto answer = faces.get("/v1/documents/" + id);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, problem_body("There is no such document", "document_not_found")) << id;
  }
}

TEST(V1Document, refuses_parameters_that_it_does_not_know) {
  Faces faces;
  faces.store.add(TaskState::completed);

  EXPECT_EQ(
      faces.get(address(1) + "?colour=red").body,
      R"({"detail":[{"type":"extra_forbidden","loc":["query","colour"],"msg":"Extra inputs are not permitted","input":"red"}]})");
}

TEST(V1Document, is_deleted) {
  Faces faces;
  faces.store.add(TaskState::completed);

  EXPECT_EQ(faces.ask({"DELETE", address(1), {}, {}}).status, 204);
  EXPECT_EQ(faces.get(address(1)).status, 404);
}

TEST(V1Create, takes_a_raw_body) {
  Faces faces;

  auto answer = post_raw(faces, "/v1/documents?filename=b.pdf&pages=1-3&user_id=4");

  EXPECT_EQ(answer.status, 202);
  EXPECT_NE(answer.body.find(R"("user_id":4,"filename":"b.pdf","bytes":21,)"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find(R"("pages":"1-3")"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.header("Location"), "/v1/documents/" + faces.store.documents[1].uid.value());
}

TEST(V1Create, gives_every_file_of_a_form_its_own_outcome) {
  Faces faces;

  auto answer = faces.post_form("/v1/documents", {{"files", "a.pdf", pdf}, {"file", "b.pdf", "no"}, {"password", "", "secret"}});

  EXPECT_EQ(answer.status, 202);
  EXPECT_TRUE(answer.body.starts_with(R"({"documents":[{"id":)")) << answer.body;
  const std::string refusal = R"x({"filename":"b.pdf","error":{"code":"not_a_pdf","detail":"The file does not start like a PDF )x"
                              R"x((no %PDF- in its first 1024 bytes)"}}]})x";
  EXPECT_TRUE(answer.body.ends_with(refusal)) << answer.body;
  EXPECT_EQ(faces.store.documents[1].options.password, "secret");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST(V1Create, answers_with_the_first_refusal_when_all_files_are_refused) {
  Faces faces;

  EXPECT_EQ(faces.post_form("/v1/documents", {{"files", "b.pdf", "no"}}).status, 415);
  EXPECT_EQ(faces.post_form("/v1/documents", {{"files", "b.pdf", pdf + std::string(1 << 20, 'x')}}).status, 413);
  EXPECT_EQ(faces.post_form("/v1/documents", {{"files", "b.pdf", ""}}).status, 400);
  EXPECT_EQ(faces.ask({"POST", "/v1/documents", {{"content-type", "text/plain"}}, pdf}).status, 415);
}

TEST(V1Create, keeps_nothing_when_an_option_is_wrong) {
  Faces faces;

  auto answer = faces.post_form("/v1/documents", {{"files", "a.pdf", pdf}, {"pages", "", "5-2"}});

  EXPECT_EQ(answer.status, 422);
  EXPECT_NE(answer.body.find(R"("loc":["body","pages"])"), std::string::npos) << answer.body;
  EXPECT_TRUE(faces.store.objects.empty());
  EXPECT_EQ(faces.post_form("/v1/documents", {{"files", "a.pdf", pdf}, {"ocr", "", "1"}}).status, 422);
}

TEST(V1Create, takes_a_wish_for_an_extractor) {
  Faces faces;
  faces.services.policy.has_llamaparse = true;

  auto in_query = post_raw(faces, "/v1/documents?extractor=llamaparse");
  auto in_form = faces.post_form("/v1/documents", {{"files", "a.pdf", pdf}, {"extractor", "", "local"}});

  EXPECT_EQ(in_query.status, 202);
  EXPECT_EQ(faces.store.documents[1].options.extractor, ExtractorChoice::llamaparse);
  EXPECT_EQ(in_form.status, 202);
  EXPECT_EQ(faces.store.documents[2].options.extractor, ExtractorChoice::local);
  EXPECT_EQ(post_raw(faces, "/v1/documents?extractor=tesseract").status, 422);
}

TEST(V1Create, sends_nothing_elsewhere_unless_that_is_set_up_and_keeps_nothing_then) {
  Faces faces;

  auto in_query = post_raw(faces, "/v1/documents?extractor=llamaparse");
  auto in_form = faces.post_form("/v1/documents", {{"files", "a.pdf", pdf}, {"extractor", "", "llamaparse"}});

  EXPECT_EQ(in_query.status, 422);
  EXPECT_NE(in_query.body.find("LLAMA_CLOUD_API_KEY"), std::string::npos) << in_query.body;
  EXPECT_EQ(in_form.status, 422);
  EXPECT_TRUE(faces.store.objects.empty());
  EXPECT_TRUE(faces.store.documents.empty());
  EXPECT_EQ(post_raw(faces, "/v1/documents?extractor=auto").status, 202);
}

TEST(V1Create, answers_a_repeated_key_with_the_same_document) {
  Faces faces;
  auto first = post_raw(faces, "/v1/documents", {{"idempotency-key", "k"}});

  auto second = post_raw(faces, "/v1/documents", {{"idempotency-key", "k"}});
  auto other = post_raw(faces, "/v1/documents", {{"idempotency-key", "k"}}, pdf + "x");

  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(first.header("Idempotency-Replayed"), "");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(faces.store.objects.size(), 1u);
}

TEST(V1List, pages_with_a_link_that_keeps_the_filters) {
  Faces faces;
  for (int i = 0; i < 3; ++i) faces.store.add(TaskState::pending, "r & d.pdf");

  auto answer = faces.get("/v1/documents?limit=2&filename=r d");

  EXPECT_EQ(answer.header("Link"), "");
  answer = faces.get("/v1/documents?limit=2&filename=r ");
  EXPECT_EQ(answer.header("Link"), "</v1/documents?limit=2&filename=r%20&cursor=n%26x>; rel=\"next\"");
  EXPECT_TRUE(answer.body.ends_with(R"(],"next_cursor":"n&x"})"));
  EXPECT_TRUE(answer.body.starts_with(R"({"documents":[{"id":")" + uid(3))) << "newest first";
  EXPECT_EQ(faces.get("/v1/documents?cursor=bad").status, 422);
  EXPECT_EQ(faces.get("/v1/documents?limit=201").body,
            R"({"detail":[{"type":"less_than_equal","loc":["query","limit"],"msg":"Input should be less than or equal to 200",)"
            R"("input":"201","ctx":{"le":200}}]})");
  EXPECT_EQ(faces.get("/v1/documents?sort=name").body,
            R"({"detail":[{"type":"literal_error","loc":["query","sort"],"msg":"Input should be 'created_at' or '-created_at'",)"
            R"("input":"name","ctx":{"expected":"'created_at' or '-created_at'"}}]})");
}

TEST(V1Result, comes_in_the_format_that_is_accepted) {
  Faces faces;
  faces.store.add(TaskState::completed);
  auto get = [&](std::string accept, std::string query = "") {
    return faces.ask({"GET", address(1) + "/result" + query, {{"accept", std::move(accept)}}, {}});
  };

  EXPECT_EQ(get("").header("Content-Type"), "application/json");
  EXPECT_EQ(get("text/plain").body, "first \"page\"\f\nsecond\npage\n");
  EXPECT_EQ(get("text/html, text/markdown;q=0.5").body, "# first\n\n# second\n");
  EXPECT_EQ(get("application/json", "?format=text").header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get("", "?format=text&pages=2").body, "second\npage\n");
  EXPECT_EQ(get("image/png").status, 406);
}

TEST(V1Result, is_not_sent_again_to_who_has_it) {
  Faces faces;
  faces.store.add(TaskState::completed);
  auto tag = [&](std::string query) { return faces.get(address(1) + "/result" + query).header("ETag"); };
  auto etag = tag("");

  auto again = faces.ask({"GET", address(1) + "/result", {{"if-none-match", "\"x\", " + etag}}, {}});

  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("ETag"), etag);
  EXPECT_TRUE(again.header("Cache-Control").starts_with("private"));
  EXPECT_NE(tag("?format=text"), etag);
  EXPECT_NE(tag("?pages=1"), etag);
  EXPECT_NE(tag("?include=lines"), etag);
  faces.store.documents[1].generation = 2;
  EXPECT_NE(tag(""), etag) << "another run";
}

TEST(V1Result, is_a_status_while_the_task_runs_and_a_reason_when_there_is_none) {
  Faces faces;
  faces.store.add(TaskState::processing);
  faces.store.add(TaskState::failed);

  auto running = faces.get(address(1) + "/result");
  auto failed = faces.get(address(2) + "/result");

  EXPECT_EQ(running.status, 202);
  EXPECT_EQ(running.header("Retry-After"), "1");
  EXPECT_EQ(running.header("Location"), address(1) + "/status");
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(failed.body, problem_body("The document ended without a result: the file is not a usable PDF", "no_result"));
}

TEST(V1Pages, are_listed_and_given_one_by_one) {
  Faces faces;
  faces.store.add(TaskState::completed);

  auto list = faces.get(address(1) + "/pages?limit=1");
  EXPECT_TRUE(list.body.starts_with(R"({"status":"COMPLETED","page_count":2,"pages":[{"number":1,)")) << list.body;
  EXPECT_TRUE(list.body.ends_with(R"(],"next_page":2})")) << list.body;
  EXPECT_TRUE(faces.get(address(1) + "/pages?from=2").body.ends_with(R"(],"next_page":null})"));
  EXPECT_EQ(faces.ask({"GET", address(1) + "/pages/2", {{"accept", "text/plain"}}, {}}).body, "second\npage\n");
  EXPECT_EQ(faces.get(address(1) + "/pages/3").body,
            problem_body("Page 3 does not exist or is not extracted yet", "page_not_found"));
  EXPECT_EQ(faces.get(address(1) + "/pages/0").status, 422);
  EXPECT_EQ(faces.get(address(1) + "/pages/x").status, 422);
}

TEST(V1Source, is_sent_whole_or_in_parts_as_an_attachment) {
  Faces faces;
  faces.store.add(TaskState::completed, "\xE6\x96\x87.pdf");
  faces.store.objects["uploads/1.pdf"] = "0123456789";
  auto get = [&](std::string range) { return faces.ask({"GET", address(1) + "/source", {{"range", std::move(range)}}, {}}); };

  auto part = get("bytes=2-4");

  EXPECT_EQ(get("").body, "0123456789");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(part.header("Content-Disposition"), "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E6%96%87.pdf");
  EXPECT_EQ(get("bytes=10-").status, 416);
  EXPECT_EQ(get("bytes=10-").header("Content-Range"), "bytes */10");
  faces.store.objects.clear();
  EXPECT_EQ(get("").body, problem_body("The file does not exist.", "file_not_found"));
  EXPECT_EQ(get("").status, 500) << "its row exists: the fault is ours, and no path is told";
}

TEST(V1Source, is_fetched_from_the_object_store_where_the_operator_wants_that) {
  Faces faces;
  faces.store.add(TaskState::completed, "\xE6\x96\x87.pdf");
  faces.store.objects["uploads/1.pdf"] = "0123456789";
  auto source = address(1) + "/source";
  faces.store.lends = true;
  EXPECT_EQ(faces.get(source).status, 200) << "off unless it is set";

  faces.services.policy.download_link_time = 60s;
  auto moved = faces.get(source);

  EXPECT_EQ(moved.status, 307);
  EXPECT_EQ(moved.header("Location"),
            "https://files.example/uploads/1.pdf?attachment; filename=\"_.pdf\"; filename*=UTF-8''%E6%96%87.pdf&60");
  EXPECT_EQ(moved.header("Cache-Control"), "no-store");
  EXPECT_EQ(moved.body, "");
  EXPECT_EQ(faces.ask({"HEAD", source, {}, {}}).status, 200) << "a link is for GET only";
  faces.store.lends = false;
  EXPECT_EQ(faces.get(source).body, "0123456789") << "a disk cannot lend";
}

TEST(V1Events, tell_the_snapshot_the_progress_and_the_end) {
  Faces faces;
  auto& document = faces.store.add(TaskState::processing);
  ProgressEvent half, end;
  half.number = 100;
  half.standing = end.standing = standing_of(document);
  half.standing.pages_done = 1;
  half.standing.pages_total = 2;
  half.standing.seconds_left = 1.26;
  end.number = 101;
  end.standing.state = TaskState::completed;
  faces.board.events = {half, end};

  auto answer = faces.ask({"GET", address(1) + "/events", {{"last-event-id", "7"}}, {}});

  EXPECT_TRUE(answer.header("Content-Type").starts_with("text/event-stream"));
  EXPECT_TRUE(answer.body.starts_with("id: 7\nevent: snapshot\nretry: 2000\ndata: {\"id\":\"" + uid(1))) << answer.body;
  EXPECT_NE(answer.body.find("\n\nid: 100\nevent: progress\ndata: "
                             R"({"pct":50.0,"page":1,"pages":2,"status":"PROCESSING","eta_s":1.3})"
                             "\n\nid: 101\nevent: done\ndata: "),
            std::string::npos)
      << answer.body;
}

TEST(V1Events, of_a_finished_document_are_its_snapshot_and_its_end) {
  Faces faces;
  faces.store.add(TaskState::failed);

  auto body = faces.get(address(1) + "/events").body;

  EXPECT_NE(body.find("event: snapshot\n"), std::string::npos);
  EXPECT_NE(body.find("event: failed\n"), std::string::npos);
}

TEST(V1Events, end_when_the_document_is_deleted) {
  Faces faces;
  faces.store.add(TaskState::processing);

  EXPECT_TRUE(faces.get(address(1) + "/events").body.ends_with("event: deleted\ndata: {\"id\":\"" + uid(1) + "\"}\n\n"));
}

TEST(V1Cancel, ends_a_waiting_task_and_refuses_a_finished_one) {
  Faces faces;
  faces.store.add(TaskState::pending);
  faces.store.add(TaskState::processing);
  auto cancel = [&](int number) { return faces.ask({"POST", address(number) + "/cancel", {}, {}}); };

  auto waiting = cancel(1);

  EXPECT_EQ(waiting.status, 200);
  EXPECT_NE(waiting.body.find(R"("status":"CANCELLED")"), std::string::npos);
  EXPECT_EQ(cancel(2).status, 202);
  EXPECT_EQ(cancel(1).status, 409);
}

TEST(V1Retry, starts_again_with_other_options) {
  Faces faces;
  faces.store.add(TaskState::failed).options.pages = {{2, 2}};
  auto retry = [&](std::string body) {
    return faces.ask({"POST", address(1) + "/retry", {{"content-type", "application/json"}}, std::move(body)});
  };

  EXPECT_EQ(retry(R"({"page":"1"})").status, 422);
  EXPECT_EQ(retry(R"({"pages":"x"})").status, 422);
  auto again = retry("");
  EXPECT_EQ(again.status, 202);
  EXPECT_NE(again.body.find(R"("pages":"2")"), std::string::npos) << "the same pages as before";
  EXPECT_EQ(retry("").status, 409);
  faces.store.documents[1].state = TaskState::completed;
  retry(R"({"pages":null,"password":"secret"})");
  EXPECT_TRUE(faces.store.documents[1].options.pages.empty());
  EXPECT_EQ(faces.store.documents[1].options.password, "secret");
  faces.store.documents[1].state = TaskState::completed;
  EXPECT_EQ(retry(R"({"extractor":"llamaparse"})").status, 422) << "it is not set up";
  EXPECT_EQ(retry(R"({"extractor":"local"})").status, 202);
  EXPECT_EQ(faces.store.documents[1].options.extractor, ExtractorChoice::local);
}

TEST(PreferredWait, is_read_from_prefer) {
  EXPECT_EQ(v1::preferred_wait("respond-async, wait=10"), 10s);
  EXPECT_EQ(v1::preferred_wait("Wait = 999"), 60s);
  EXPECT_EQ(v1::preferred_wait("wait=soon"), std::nullopt);
  EXPECT_EQ(v1::preferred_wait(""), std::nullopt);
}

TEST(AttachmentNamed, survives_what_a_name_may_hold) {
  EXPECT_EQ(v1::attachment_named("a b.pdf"), "attachment; filename=\"a b.pdf\"");
  EXPECT_EQ(v1::attachment_named("\"x\\%.pdf"), "attachment; filename=\"_x__.pdf\"; filename*=UTF-8''%22x%5C%25.pdf");
}

}  // namespace
}  // namespace docquarry::api
