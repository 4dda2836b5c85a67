// What a good S3 hardly ever says: a scripted one says it here.
#include "drivers/aws/s3_object_store.h"
#include "net/scripted_server_test.h"
#include "tests/contracts/object_store_contract.h"

#include <gmock/gmock.h>

namespace docquarry::contracts {
namespace {

using net::ScriptedServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class S3AnswersTest : public ::testing::Test {
 protected:
  S3AnswersTest() {
    options_.bucket = "scans";
    options_.region = "eu-central-1";
    options_.endpoint = server_.url("");
    options_.part_bytes = 5 << 20;
    aws::CredentialOptions credentials;
    credentials.access_key_id = "AKID";
    credentials.secret_access_key = "secret";
    store_ = must(S3ObjectStore::open(loop_, clock_, options_, credentials));
  }

  // The server's script never ends by itself, so the loop is stopped when the work has ended.
  template <class T>
  Result<T> run(Async<Result<T>> work) {
    std::optional<Result<T>> result;
    boost::asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr error, Result<T> value) {
      if (error) std::rethrow_exception(error);
      result.emplace(std::move(value));
    });
    loop_.restart();
    while (!result)
      if (loop_.run_one_for(10s) == 0) throw std::runtime_error("more was asked than the script answers");
    return std::move(*result);
  }
  Result<StoredObject> put(std::size_t bytes) {
    TextSource source(some_bytes(bytes), 100'000);
    return run(store_->put(ObjectKey("uploads/a.pdf"), source));
  }
  Result<std::string> get() {
    auto file = run(store_->open_file(ObjectKey("uploads/a.pdf"), ""));
    if (!file) return fail(file.error());
    std::string content(file->bytes, '\0');
    EXPECT_EQ(::pread(file->fd.get(), content.data(), content.size(), 0), ssize_t(content.size()));
    return content;
  }
  void wait_for_heads(std::size_t count) {
    while (server_.heads.size() < count && loop_.run_one_for(10s) > 0) {
    }
    EXPECT_GE(server_.heads.size(), count);
  }

  using Turn = ScriptedServer::Turn;
  static Turn says(std::string status, std::string body = "", std::string headers = "") {
    return {ScriptedServer::announced, ScriptedServer::answer(status, body, headers), false};
  }
  static Turn asked(std::string status, std::string body = "", std::string headers = "") {  // requests without a body
    return {0, ScriptedServer::answer(status, body, headers), false};
  }
  static std::string error(std::string code, std::string message = "") {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
  }
  // Up to the point where a file of 6,000,000 bytes is completed.
  static std::deque<Turn> upload_in_parts() {
    return {says("200 OK", "<InitiateMultipartUploadResult><UploadId>u/1+</UploadId></InitiateMultipartUploadResult>"),
            says("200 OK", "", "ETag: \"one\"\r\n"), says("200 OK", "", "ETag: \"two\"\r\n")};
  }
  static Turn completed() {
    return says("200 OK", " \n <CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>");
  }
  static Turn head(std::size_t bytes) {
    return {0, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n", false};
  }

  boost::asio::io_context loop_{1};
  ScriptedServer server_{loop_};
  ManualClock clock_;
  aws::S3Options options_;
  std::unique_ptr<S3ObjectStore> store_;
};

TEST_F(S3AnswersTest, believes_the_object_and_not_the_empty_etag) {
  auto turns = upload_in_parts();
  turns.push_back(completed());
  turns.push_back(head(6'000'000));
  server_.serve(turns);

  EXPECT_EQ(must(put(6'000'000)).bytes, 6'000'000u);
  EXPECT_THAT(server_.heads[0],
              AllOf(StartsWith("POST /scans/uploads/a.pdf?uploads= "), HasSubstr("Content-Type: application/pdf\r\n")));
  EXPECT_THAT(server_.heads[1], StartsWith("PUT /scans/uploads/a.pdf?partNumber=1&uploadId=u%2F1%2B "));
  EXPECT_THAT(server_.bodies[3],
              HasSubstr("<Part><PartNumber>2</PartNumber><ETag>\"two\"</ETag></Part></CompleteMultipartUpload>"));
  EXPECT_THAT(server_.heads[4], StartsWith("HEAD "));
}

TEST_F(S3AnswersTest, notices_an_error_behind_a_status_that_says_success) {
  auto turns = upload_in_parts();
  turns.push_back(says("200 OK", error("InternalError")));
  turns.push_back(completed());
  turns.push_back(head(6'000'000));
  server_.serve(turns);
  EXPECT_TRUE(put(6'000'000)) << "tried again";
}

TEST_F(S3AnswersTest, aborts_when_an_upload_cannot_be_completed) {
  auto turns = upload_in_parts();
  turns.push_back(says("200 OK", error("InvalidPart", "One part is gone.")));
  turns.push_back(asked("204 No Content"));
  server_.serve(turns);

  auto refused = put(6'000'000);

  EXPECT_THAT(refused.error().message(), HasSubstr("InvalidPart: One part is gone."));
  wait_for_heads(5);
  EXPECT_THAT(server_.heads.back(), StartsWith("DELETE /scans/uploads/a.pdf?uploadId=u%2F1%2B "));
}

TEST_F(S3AnswersTest, finds_its_object_when_the_answer_was_lost) {
  auto turns = upload_in_parts();
  turns.push_back({ScriptedServer::announced, "", true});
  turns.push_back(says("404 Not Found", error("NoSuchUpload")));
  turns.push_back(head(6'000'000));
  server_.serve(turns);

  EXPECT_EQ(must(put(6'000'000)).bytes, 6'000'000u);
}

TEST_F(S3AnswersTest, does_not_take_another_length_for_its_object) {
  auto turns = upload_in_parts();
  turns.push_back(completed());
  turns.push_back(head(5'999'999));
  turns.push_back(asked("204 No Content"));
  server_.serve(turns);

  EXPECT_THAT(put(6'000'000).error().message(), HasSubstr("another length"));
}

TEST_F(S3AnswersTest, sends_a_part_again_when_s3_asks_for_patience) {
  server_.serve(
      {says("503 Slow Down", error("SlowDown")), says("500 Internal Server Error", error("InternalError")), says("200 OK")});

  must(put(300'000));

  EXPECT_EQ(server_.bodies[0], server_.bodies[2]);
  EXPECT_EQ(server_.bodies[2], some_bytes(300'000));
  EXPECT_THAT(server_.heads[2], HasSubstr("x-amz-meta-sha256: " + sha256_hex(some_bytes(300'000)) + "\r\n"));
}

TEST_F(S3AnswersTest, says_in_which_region_the_bucket_lies) {
  server_.serve({says("301 Moved Permanently", error("PermanentRedirect"), "x-amz-bucket-region: us-west-2\r\n"),
                 asked("400 Bad Request", "", "x-amz-bucket-region: us-west-2\r\n")});

  EXPECT_THAT(put(10).error().message(), HasSubstr("bucket scans lies in region us-west-2 (set AWS_REGION=us-west-2)"));
}

TEST_F(S3AnswersTest, tells_full_from_broken) {
  server_.serve({says("403 Forbidden", error("QuotaExceeded")), says("507 Insufficient Storage", error("XMinioStorageFull")),
                 says("403 Forbidden", error("AccessDenied"))});

  EXPECT_EQ(code_of(put(10)), "storage_full");
  EXPECT_EQ(code_of(put(10)), "storage_full");
  auto denied = put(10);
  EXPECT_EQ(code_of(denied), "storage_unavailable");
  EXPECT_THAT(denied.error().message(), HasSubstr("access to bucket scans was denied"));
}

TEST_F(S3AnswersTest, goes_on_where_the_connection_broke) {
  auto content = some_bytes(1000);
  std::string etag = "ETag: \"e\"\r\n", sha = "x-amz-meta-sha256: " + sha256_hex(content) + "\r\n";
  server_.serve({{0, "HTTP/1.1 200 OK\r\n" + etag + sha + "Content-Length: 1000\r\n\r\n" + content.substr(0, 400), true},
                 {0, "HTTP/1.1 206 Partial Content\r\n" + etag + "Content-Length: 600\r\n\r\n" + content.substr(400, 100), true},
                 asked("206 Partial Content", content.substr(500), etag)});

  EXPECT_EQ(must(get()), content);
  EXPECT_THAT(server_.heads[1], AllOf(HasSubstr("Range: bytes=400-999\r\n"), HasSubstr("If-Match: \"e\"\r\n")));
  EXPECT_THAT(server_.heads[2], HasSubstr("Range: bytes=500-999\r\n"));
}

TEST_F(S3AnswersTest, does_not_go_on_for_ever) {
  std::string broken = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\n";
  std::string again = "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\n";
  server_.serve({{0, broken, true}, {0, again, true}, {0, again, true}, {0, again, true}});

  EXPECT_THAT(get().error().message(), HasSubstr("broke again and again"));
}

TEST_F(S3AnswersTest, does_not_go_on_with_another_object) {
  server_.serve({{0, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1000\r\n\r\nabc", true},
                 asked("412 Precondition Failed", error("PreconditionFailed"))});

  EXPECT_EQ(code_of(get()), "storage_unavailable");
}

TEST_F(S3AnswersTest, does_not_take_a_whole_object_for_a_part_of_it) {
  server_.serve({asked("200 OK", "0123456789")});

  auto range = run(store_->open(ObjectKey("uploads/a.pdf"), ByteRange{3, 2}));

  EXPECT_EQ(code_of(range), "storage_unavailable");
}

TEST_F(S3AnswersTest, refuses_listings_that_make_no_sense) {
  auto entry = [](std::string key, std::string time) {
    return "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>" + key +
           "</Key><LastModified>" + time + "</LastModified></Contents></ListBucketResult>";
  };
  auto listed = [&](std::string answer) {
    server_.serve({asked("200 OK", answer)});
    return code_of(run(store_->list(ObjectKey(), Timestamp::max(), 10)));
  };
  EXPECT_EQ(listed(entry("uploads%2Fa.pdf", "2026-01-01T00:00:00.000Z")), "no error");
  EXPECT_EQ(listed(entry("uploads%2Fa.pdf", "yesterday")), "storage_unavailable");
  EXPECT_EQ(listed("<html></html>"), "storage_unavailable");
  EXPECT_EQ(listed("<ListBucketResult>"), "storage_unavailable");
}

TEST(S3Options, are_refused_with_what_to_set) {
  boost::asio::io_context loop;
  ManualClock clock;
  auto refusal = [&](auto change) {
    aws::S3Options options;
    options.bucket = "scans";
    change(options);
    auto store = S3ObjectStore::open(loop, clock, options, {});
    return store ? std::string() : store.error().message();
  };
  EXPECT_EQ(refusal([](auto&) {}), "");
  EXPECT_THAT(refusal([](auto& o) { o.bucket = ""; }), HasSubstr("S3_BUCKET_NAME"));
  EXPECT_THAT(refusal([](auto& o) { o.bucket = "a/b/c"; }), HasSubstr("S3_BUCKET_NAME"));
  EXPECT_THAT(refusal([](auto& o) { o.region = "e u"; }), HasSubstr("AWS_REGION"));
  EXPECT_THAT(refusal([](auto& o) { o.endpoint = "minio:9000"; }), HasSubstr("S3 endpoint"));
  EXPECT_THAT(refusal([](auto& o) { o.public_endpoint = "https://h/path"; }), HasSubstr("S3 public endpoint"));
  EXPECT_THAT(refusal([](auto& o) { o.part_bytes = 1 << 20; }), HasSubstr("5 MiB"));
  EXPECT_THAT(refusal([](auto& o) { o.prefix = "/a"; }), HasSubstr("prefix"));
}

TEST(S3Addresses, are_those_of_the_region_and_the_style) {
  boost::asio::io_context loop;
  ManualClock clock;
  auto url = [&](auto change) {
    aws::S3Options options;
    options.bucket = "scans";
    options.region = "eu-central-1";
    change(options);
    aws::CredentialOptions credentials;
    credentials.access_key_id = "AKID";
    credentials.secret_access_key = "secret";
    auto store = must(S3ObjectStore::open(loop, clock, options, credentials));
    auto link = must(contracts::run(loop, store->download_url(ObjectKey("uploads/a.pdf"), "attachment", 60s)));
    return link->substr(0, link->find('?'));
  };
  EXPECT_EQ(url([](auto&) {}), "https://scans.s3.eu-central-1.amazonaws.com/uploads/a.pdf");
  EXPECT_EQ(url([](auto& o) { o.bucket = "my.scans"; }), "https://s3.eu-central-1.amazonaws.com/my.scans/uploads/a.pdf");
  EXPECT_EQ(url([](auto& o) { o.region = "cn-north-1"; }), "https://scans.s3.cn-north-1.amazonaws.com.cn/uploads/a.pdf");
  EXPECT_EQ(url([](auto& o) { o.endpoint = "http://minio:9000"; }), "http://minio:9000/scans/uploads/a.pdf");
  EXPECT_EQ(url([](auto& o) { o.style = aws::S3Options::Style::path, o.prefix = "a b/"; }),
            "https://s3.eu-central-1.amazonaws.com/scans/a%20b/uploads/a.pdf");
  EXPECT_EQ(url([](auto& o) { o.endpoint = "http://minio:9000", o.public_endpoint = "https://files.example.com"; }),
            "https://files.example.com/scans/uploads/a.pdf");
}

}  // namespace
}  // namespace docquarry::contracts
