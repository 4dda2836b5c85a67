#include "cli/client.h"

#include "cli/progress_bar.h"
#include "net/scripted_server_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <unistd.h>

namespace docquarry::cli {
namespace {

namespace fs = std::filesystem;
using net::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;

std::string document(const std::string& id, const std::string& state, const std::string& more = "") {
  return R"({"id":")" + id + R"(","filename":"a b.pdf","status":")" + state +
         R"(","progress":45.0,"page_count":3,"partial":false,"error":null)" + more + "}";
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    std::string name = testing::TempDir() + "client-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ClientTest() override {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
    fs::remove_all(folder_);
  }

  std::string file(const std::string& name, const std::string& content) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }

  // Runs the command against a server that answers with `answers`, one after the other.
  int run(ClientCommand command, std::vector<std::string> answers) {
    std::deque<ScriptedServer::Turn> turns;
    for (auto& answer : answers) turns.push_back({0, std::move(answer), false});
    bool is_upload = std::holds_alternative<UploadCommand>(command);
    if (is_upload)
      for (auto& turn : turns)
        if (turn.answer.find("\"documents\"") != std::string::npos || turn.answer.find("415") != std::string::npos)
          turn.read_body_bytes = ScriptedServer::announced;
    server_.serve(std::move(turns));
    thread_ = std::thread([this] { loop_.run(); });
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int status = run_client(command, server_.url(""));
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    loop_.stop();
    thread_.join();
    return status;
  }

  static std::string ok(const std::string& body) { return ScriptedServer::answer("200 OK", body); }

  fs::path folder_;
  boost::asio::io_context loop_{1};
  ScriptedServer server_{loop_};
  std::thread thread_;
  std::string out_, err_;
};

TEST_F(ClientTest, uploads_files_and_directories_in_one_request_and_waits) {
  UploadCommand upload;
  upload.inputs = {file("one.pdf", "%PDF-1"), file("dir/two.PDF", "%PDF-2").substr(0, folder_.string().size() + 4)};
  upload.pages = "1-2";

  int status = run(ClientCommand(upload), {ScriptedServer::answer("202 Accepted", R"({"documents":[)" + document("id1", "PENDING") +
                                                                                      "," + document("id2", "COMPLETED") + "]}"),
                                           ok(document("id1", "PROCESSING")), ok(document("id1", "COMPLETED"))});

  EXPECT_EQ(status, 0) << err_;
  EXPECT_EQ(err_, "");
  EXPECT_EQ(out_, "id1  COMPLETED   a b.pdf\nid2  COMPLETED   a b.pdf\n");
  EXPECT_THAT(server_.heads[0], HasSubstr("POST /v1/documents HTTP/1.1"));
  EXPECT_THAT(server_.heads[0], HasSubstr("Idempotency-Key: "));
  const auto& body = server_.bodies[0];
  EXPECT_THAT(body, HasSubstr("Content-Disposition: form-data; name=\"pages\"\r\n\r\n1-2\r\n"));
  EXPECT_THAT(body, HasSubstr("name=\"files\"; filename=\"one.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1\r\n"));
  EXPECT_THAT(body, HasSubstr("filename=\"two.PDF\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-2\r\n"));
  EXPECT_TRUE(body.ends_with("--\r\n"));
  EXPECT_THAT(server_.heads[1], HasSubstr("GET /v1/documents/id1?wait=30 "));
}

TEST_F(ClientTest, names_each_file_that_was_refused) {
  UploadCommand upload;
  upload.inputs = {file("bad.pdf", "x"), file("good.pdf", "%PDF-"), (folder_ / "none.pdf").string()};
  upload.wait = false;

  int status =
      run(ClientCommand(upload),
          {ScriptedServer::answer("202 Accepted",
                                  R"({"documents":[{"filename":"bad.pdf","error":{"code":"not_a_pdf","detail":"Not a PDF."}},)" +
                                      document("id2", "PENDING") + "]}")});

  EXPECT_EQ(status, 1);
  EXPECT_EQ(out_, "id2  PENDING     a b.pdf\n");
  EXPECT_THAT(err_, HasSubstr("none.pdf: cannot be read: No such file"));
  EXPECT_THAT(err_, HasSubstr("bad.pdf: Not a PDF.\n"));
}

TEST_F(ClientTest, asks_again_for_each_file_when_all_were_refused_together) {
  UploadCommand upload;
  upload.inputs = {file("a.pdf", "x"), file("b.pdf", "")};
  auto refusal = [](const std::string& detail) {
    return ScriptedServer::answer("415 Unsupported Media Type",
                                  R"({"detail":")" + detail + R"(","code":"not_a_pdf","request_id":"r"})");
  };

  int status = run(ClientCommand(upload), {refusal("First is no PDF"), refusal("First is no PDF"), refusal("Second is empty")});

  EXPECT_EQ(status, 1);
  EXPECT_THAT(err_, HasSubstr("a.pdf: First is no PDF\n"));
  EXPECT_THAT(err_, HasSubstr("b.pdf: Second is empty\n"));
}

TEST_F(ClientTest, waits_as_long_as_the_service_asks_for) {
  UploadCommand upload;
  upload.inputs = {file("a.pdf", "%PDF-")};
  upload.json = true;
  auto done = document("id1", "COMPLETED", R"(,"extraction_seconds":45.0)");

  int status =
      run(ClientCommand(upload),
          {ScriptedServer::answer("429 Too Many Requests", R"({"detail":"slow down"})", "Retry-After: 1\r\nConnection: close\r\n"),
           ScriptedServer::answer("202 Accepted", R"({"documents":[)" + done + "]}")});

  EXPECT_EQ(status, 0) << err_;
  EXPECT_EQ(out_, done + "\n");
  auto key_of = [](const std::string& head) { return head.substr(head.find("Idempotency-Key"), 60); };
  EXPECT_EQ(key_of(server_.heads.at(0)), key_of(server_.heads.at(1)));
}

TEST_F(ClientTest, says_when_nobody_answers) {
  UploadCommand upload;
  upload.inputs = {file("a.pdf", "%PDF-")};
  auto nowhere = server_.url("");
  testing::internal::CaptureStderr();
  {
    boost::asio::io_context other;
    ScriptedServer gone(other);
    nowhere = gone.url("");
  }

  EXPECT_EQ(run_client(ClientCommand(upload), nowhere), 1);

  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("a.pdf: cannot reach " + nowhere + ": connection refused"));
}

TEST_F(ClientTest, shows_status_and_failures) {
  StatusCommand command;
  command.ids = {"id1", "id/2", "id3"};

  int status = run(
      ClientCommand(command),
      {ok(document("id1", "PROCESSING")),
       ScriptedServer::answer("404 Not Found", R"({"detail":"No such document.","code":"document_not_found"})"),
       ok(R"({"id":"id3","filename":"c.pdf","status":"FAILED","progress":5.0,"error":{"code":"x","message":"It is broken."}})")});

  EXPECT_EQ(status, 1);
  EXPECT_EQ(out_, "id1  PROCESSING   45%  a b.pdf\nid3  FAILED        5%  c.pdf: It is broken.\n");
  EXPECT_EQ(err_, "id/2: No such document.\n");
  EXPECT_THAT(server_.heads[1], HasSubstr("GET /v1/documents/id%2F2 "));
}

TEST_F(ClientTest, status_fails_after_waiting_for_a_document_that_failed) {
  StatusCommand command;
  command.ids = {"id1"};
  command.wait = true;

  EXPECT_EQ(run(ClientCommand(command), {ok(document("id1", "PENDING")), ok(document("id1", "CANCELLED"))}), 1);
}

TEST_F(ClientTest, writes_a_result_to_a_file_when_it_is_complete) {
  ResultCommand command{"id1", "markdown", (folder_ / "out.md").string()};

  EXPECT_EQ(run(ClientCommand(command), {ok("# Title\n")}), 0) << err_;

  std::stringstream content;
  content << std::ifstream(folder_ / "out.md").rdbuf();
  EXPECT_EQ(content.str(), "# Title\n");
  EXPECT_THAT(server_.heads[0], HasSubstr("GET /v1/documents/id1/result?format=markdown "));
  EXPECT_FALSE(fs::exists(folder_ / "out.md.part"));
}

TEST_F(ClientTest, leaves_no_part_of_a_result_behind) {
  ResultCommand command{"id1", "text", (folder_ / "out.txt").string()};

  EXPECT_EQ(run(ClientCommand(command), {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf"}), 1);

  EXPECT_THAT(err_, HasSubstr("id1: the answer of "));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ClientTest, says_that_a_result_is_not_there_yet) {
  EXPECT_EQ(
      run(ClientCommand(ResultCommand{"id1", "text", ""}), {ScriptedServer::answer("202 Accepted", document("id1", "PROCESSING"))}),
      1);

  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("id1: not finished yet: PROCESSING, 45%"));
}

TEST_F(ClientTest, lists_page_by_page_up_to_a_limit) {
  ListCommand command;
  command.status = "COMPLETED";
  command.name = "a b";
  command.limit = 3;
  auto part = [](const std::string& ids, const std::string& cursor) {
    return R"({"documents":[)" + ids + R"(],"next_cursor":)" + cursor + "}";
  };

  int status = run(ClientCommand(command), {ok(part(document("1", "COMPLETED") + "," + document("2", "COMPLETED"), "\"c+1\"")),
                                            ok(part(document("3", "COMPLETED") + "," + document("4", "COMPLETED"), "\"c2\""))});

  EXPECT_EQ(status, 0) << err_;
  EXPECT_EQ(out_, "1  COMPLETED       3  a b.pdf\n2  COMPLETED       3  a b.pdf\n3  COMPLETED       3  a b.pdf\n");
  EXPECT_THAT(server_.heads[0], HasSubstr("GET /v1/documents?status=COMPLETED&filename=a%20b&limit=3 "));
  EXPECT_THAT(server_.heads[1], HasSubstr("&cursor=c%2B1 "));
}

TEST_F(ClientTest, acts_on_documents) {
  EXPECT_EQ(run(ClientCommand(ActCommand{"retry", {"id1"}}), {ScriptedServer::answer("202 Accepted", document("id1", "PENDING"))}),
            0);

  EXPECT_EQ(out_, "id1  PENDING\n");
  EXPECT_THAT(server_.heads[0], HasSubstr("POST /v1/documents/id1/retry "));
}

TEST_F(ClientTest, deletes_documents_and_explains_refusals) {
  int status = run(ClientCommand(ActCommand{"delete", {"id1", "id2"}}),
                   {"HTTP/1.1 204 No Content\r\n\r\n",
                    ScriptedServer::answer("422 Unprocessable Entity",
                                           R"({"detail":[{"type":"x","loc":["path","id"],"msg":"Bad id","input":"y"}]})")});

  EXPECT_EQ(status, 1);
  EXPECT_EQ(out_, "id1  deleted\n");
  EXPECT_EQ(err_, "id2: id: Bad id\n");
}

TEST_F(ClientTest, notices_that_somebody_else_answers) {
  StatusCommand command;
  command.ids = {"id1"};

  EXPECT_EQ(run(ClientCommand(command), {ok("<html>hello</html>")}), 1);

  EXPECT_THAT(err_, HasSubstr("is this docquarry?"));
  EXPECT_THAT(err_, Not(HasSubstr("html")));
}

TEST(ProgressLine, shows_how_far_it_is) {
  EXPECT_EQ(progress_line(0, "x", 80), "[>                       ]   0%  x");
  EXPECT_EQ(progress_line(0.5, "x", 80), "[============>           ]  50%  x");
  EXPECT_EQ(progress_line(1, "x", 80), "[========================] 100%  x");
  EXPECT_EQ(progress_line(7, "x", 80), progress_line(1, "x", 80));
}

TEST(ProgressLine, is_cut_between_characters) {
  EXPECT_EQ(progress_line(0, "a\xC3\xA9\xE2\x82\xACz", 36), "[>                       ]   0%  a\xC3\xA9\xE2\x82\xAC");
}

}  // namespace
}  // namespace docquarry::cli
