// Against a real S3 that checks signatures, expiry and hashes (tests/servers/s3).
#include "drivers/aws/s3_object_store.h"

#include "drivers/aws/s3_stores_test.h"
#include "drivers/aws/s3_upload.h"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <gmock/gmock.h>

#include <sstream>

namespace docquarry::contracts {

INSTANTIATE_TYPED_TEST_SUITE_P(S3, ObjectStoreContract, S3Stores);
INSTANTIATE_TYPED_TEST_SUITE_P(S3VirtualHosted, ObjectStoreContract, S3VirtualHostedStores);

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class S3ObjectStoreTest : public ::testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    return contracts::run(stores_.loop(), std::move(work));
  }
  Result<StoredObject> put(ObjectStore& store, std::string key, std::string content) {
    TextSource source(std::move(content), 100'000);
    return run(store.put(ObjectKey(std::move(key)), source));
  }
  Result<std::string> content_of(ObjectStore& store, std::string key, std::string sha256 = "") {
    auto file = run(store.open_file(ObjectKey(std::move(key)), std::move(sha256)));
    if (!file) return fail(file.error());
    std::string content(file->bytes, '\0');
    EXPECT_EQ(::pread(file->fd.get(), content.data(), content.size(), 0), ssize_t(content.size()));
    EXPECT_LT(::write(file->fd.get(), "x", 1), 0) << "it can only be read";
    return content;
  }
  std::unique_ptr<S3ObjectStore> store_with(aws::S3Options options, aws::CredentialOptions credentials) {
    return must(S3ObjectStore::open(stores_.loop(), stores_.clock(), std::move(options), std::move(credentials)));
  }

  struct Fetched {
    int status = 0;
    std::string body, disposition, type;
  };
  Fetched fetch(std::string url) {
    Fetched fetched;
    net::HttpClient http(stores_.loop());
    auto work = [&]() -> Async<void> {
      net::HttpRequest request;
      request.url = url;
      auto response = co_await http.send(std::move(request));
      if (!response) co_return;
      fetched.status = response->status;
      fetched.disposition = response->header("content-disposition");
      fetched.type = response->header("content-type");
      auto body = co_await net::read_all(*response->body, 1 << 20);
      if (body) fetched.body = *body;
    };
    contracts::run(stores_.loop(), work());
    return fetched;
  }
  std::string download_url(std::chrono::seconds lifetime) {
    auto url = run(stores_.store().download_url(ObjectKey("uploads/a.pdf"), "attachment; filename=\"\xC3\xA4 b.pdf\"", lifetime));
    return **url;
  }

  // What tests/servers/s3_by_boto3.py prints.
  std::string boto3(const std::string& arguments) {
    auto& server = s3_server();
    auto script = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../../tests/servers/s3_by_boto3.py";
    std::string command = script.string() + " " + server.fact("url") + " " + server.fact("access_key_id") + " '" +
                          server.fact("secret_access_key") + "' " + server.fact("region") + " " + server.fact("bucket") + " " +
                          arguments;
    std::string printed;
    FILE* pipe = ::popen(command.c_str(), "r");
    char piece[4096];
    while (std::size_t got = std::fread(piece, 1, sizeof piece, pipe)) printed.append(piece, got);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return printed;
  }
  std::string encoded(const std::string& name) { return net::percent_encoded(stores_.prefix() + name); }

  S3Stores stores_;
};

TEST_F(S3ObjectStoreTest, stores_what_is_larger_than_a_part_in_parts) {
  constexpr std::size_t part = 5 << 20;
  for (std::size_t size : {part - 1, part, part + 1, 2 * part, 3 * part + 123'456}) {
    auto content = some_bytes(size);
    auto key = "uploads/" + std::to_string(size) + ".pdf";

    auto stored = must(put(stores_.store(), key, content));

    EXPECT_EQ(stored.bytes, size);
    EXPECT_EQ(stored.sha256, sha256_hex(content));
    EXPECT_TRUE(must(content_of(stores_.store(), key)) == content) << size;
  }
  EXPECT_EQ(stores_.traces(), 5) << "no unfinished upload is left";
}

TEST_F(S3ObjectStoreTest, leaves_no_parts_when_the_source_fails) {
  TextSource source(some_bytes(12'000'000), 100'000, TextSource::End::failure);

  EXPECT_EQ(code_of(run(stores_.store().put(ObjectKey("uploads/a.pdf"), source))), "truncated_upload");

  EXPECT_EQ(stores_.traces(), 0);
}

TEST_F(S3ObjectStoreTest, leaves_no_parts_when_it_is_cancelled) {
  boost::asio::cancellation_signal cancel;
  bool answered = false;
  TextSource source(some_bytes(12'000'000), 100'000, TextSource::End::silence);
  auto put = [&]() -> Async<void> {
    auto stored = co_await stores_.store().put(ObjectKey("uploads/a.pdf"), source);
    answered = true;
  };
  int begun = 0;
  auto cancel_when_begun = [&]() -> Async<void> {
    auto bucket = stores_.bucket();
    // While the answer that names the upload is on its way, nobody could abort it. Behind it parts were sent until the source was dry.
    while (!(begun == 1 && source.is_dry()) && !answered) {
      auto listing = co_await aws::list_uploads(*bucket, "", "", "");
      if (!listing) ADD_FAILURE() << listing.error().describe();
      if (!listing) break;
      begun = int(listing->uploads.size());
    }
    cancel.emit(boost::asio::cancellation_type::terminal);
  };
  boost::asio::co_spawn(stores_.loop(), put(), boost::asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
  contracts::run(stores_.loop(), cancel_when_begun());

  EXPECT_EQ(begun, 1);
  EXPECT_FALSE(answered);
  EXPECT_EQ(stores_.traces(), 0);
}

TEST_F(S3ObjectStoreTest, removes_uploads_that_nobody_ended) {
  auto bucket = stores_.bucket();
  auto begin = [&](std::string name) -> Async<Result<void>> {
    auto request = bucket->object_request("POST", name);
    request.query.emplace_back("uploads", "");
    CO_CHECK(co_await bucket->send(std::move(request), "begin"));
    co_return Result<void>{};
  };
  for (std::string name : {"uploads/a.pdf", "uploads/b.pdf", "uploads/b.pdf", "other/c"}) must(run(begin(name)));
  auto long_ago = Timestamp(1s);

  EXPECT_EQ(must(run(stores_.store().remove_unfinished(long_ago))), 0);
  EXPECT_EQ(must(run(stores_.store().remove_unfinished(Timestamp::max()))), 3);

  EXPECT_EQ(stores_.traces(), 1) << "what is not ours stays";
}

TEST_F(S3ObjectStoreTest, lists_only_what_it_could_have_written) {
  must(put(stores_.store(), "uploads/b.pdf", "x"));
  std::string commands;
  for (auto name : {"uploads/a b.pdf", "uploads/sub/c.pdf", "uploads/.hidden", "other/d.pdf"})
    commands += " put:" + encoded(name) + ":1";
  boto3(commands);

  auto listed = must(run(stores_.store().list(ObjectKey(), Timestamp::max(), 100)));
  auto soon = must(run(stores_.store().list(ObjectKey(), stores_.clock().now() - 1h, 100)));

  EXPECT_EQ(listed, std::vector<ObjectKey>{ObjectKey("uploads/b.pdf")});
  EXPECT_TRUE(soon.empty()) << "it is too young";
}

TEST_F(S3ObjectStoreTest, says_what_to_set_when_it_is_refused) {
  auto message_with = [&](aws::S3Options options, aws::CredentialOptions credentials) {
    auto store = store_with(std::move(options), std::move(credentials));
    auto refused = put(*store, "uploads/a.pdf", "x");
    EXPECT_EQ(code_of(refused), "storage_unavailable");
    return refused ? std::string() : refused.error().message();
  };
  auto wrong_secret = s3_credentials();
  wrong_secret.secret_access_key = "hunter2";
  auto wrong_key = s3_credentials();
  wrong_key.access_key_id = "NOBODY";
  auto wrong_bucket = stores_.options();
  wrong_bucket.bucket = "no-such-bucket";

  EXPECT_THAT(message_with(stores_.options(), wrong_secret),
              AllOf(HasSubstr("check AWS_SECRET_ACCESS_KEY"), ::testing::Not(HasSubstr("hunter2"))));
  EXPECT_THAT(message_with(stores_.options(), wrong_key), HasSubstr("check AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(message_with(wrong_bucket, s3_credentials()), HasSubstr("no-such-bucket does not exist"));
  EXPECT_THAT(run(store_with(wrong_bucket, s3_credentials())->check()).error().message(),
              HasSubstr("no-such-bucket does not exist"));
  EXPECT_THAT(run(store_with(stores_.options(), wrong_secret)->check()).error().message(), HasSubstr("denied"));
  EXPECT_EQ(stores_.traces(), 0);
}

TEST_F(S3ObjectStoreTest, works_with_a_clock_that_is_wrong) {
  stores_.clock().error = 3h;

  must(put(stores_.store(), "uploads/a.pdf", "content"));

  EXPECT_EQ(must(content_of(stores_.store(), "uploads/a.pdf")), "content");
}

TEST_F(S3ObjectStoreTest, lends_an_object_to_anybody_for_some_time) {
  must(put(stores_.store(), "uploads/a.pdf", "content"));
  auto url = download_url(60s);

  auto fetched = fetch(url);

  EXPECT_EQ(fetched.status, 200);
  EXPECT_EQ(fetched.body, "content");
  EXPECT_EQ(fetched.disposition, "attachment; filename=\"\xC3\xA4 b.pdf\"");
  EXPECT_EQ(fetched.type, "application/pdf");
  auto altered = url;
  altered.replace(altered.find("a.pdf"), 5, "b.pdf");
  EXPECT_EQ(fetch(altered).status, 403);
  altered = url;
  altered.replace(altered.find("X-Amz-Expires=60"), 16, "X-Amz-Expires=61");
  EXPECT_EQ(fetch(altered).status, 403);
  stores_.clock().error = -10min;
  EXPECT_EQ(fetch(download_url(9min)).status, 403) << "it has expired";
  EXPECT_EQ(fetch(download_url(11min)).status, 200);
}

TEST_F(S3ObjectStoreTest, writes_what_boto3_reads) {
  const std::size_t sizes[] = {0, 1'000, 6 << 20};
  std::string commands;
  for (auto size : sizes) {
    auto key = "uploads/" + std::to_string(size) + ".pdf";
    must(put(stores_.store(), key, some_bytes(size)));
    commands += " get:" + encoded(key);
  }

  std::istringstream printed(boto3(commands));

  for (auto size : sizes) {
    std::string line;
    std::getline(printed, line);
    auto facts = boost::json::parse(line).as_object();
    auto fact = [&](const char* name) { return std::string(facts.at(name).as_string()); };
    auto hash = sha256_hex(some_bytes(size));
    EXPECT_EQ(facts.at("bytes").to_number<std::size_t>(), size);
    EXPECT_EQ(fact("sha256"), hash);
    EXPECT_EQ(fact("type"), "application/pdf");
    EXPECT_EQ(fact("metadata"), size > (5 << 20) ? "" : hash) << "known beforehand for one piece only";
  }
}

TEST_F(S3ObjectStoreTest, reads_what_boto3_writes) {
  boto3("put:" + encoded("uploads/0") + ":0 put:" + encoded("uploads/1") + ":1000 put:" + encoded("uploads/2") + ":20000000");

  EXPECT_EQ(must(content_of(stores_.store(), "uploads/0")), "");
  EXPECT_EQ(must(content_of(stores_.store(), "uploads/1")), std::string(1'000, 'x'));
  EXPECT_TRUE(must(content_of(stores_.store(), "uploads/2")) == std::string(20'000'000, 'x'));
}

TEST_F(S3ObjectStoreTest, notices_that_an_object_is_not_what_was_stored) {
  boto3("put:" + encoded("uploads/a.pdf") + ":10:" + sha256_hex(std::string(10, 'x')) + " put:" + encoded("uploads/b.pdf") +
        ":10:" + sha256_hex(std::string(10, 'y')));

  EXPECT_TRUE(content_of(stores_.store(), "uploads/a.pdf"));
  auto altered = content_of(stores_.store(), "uploads/b.pdf");
  EXPECT_EQ(code_of(altered), "storage_unavailable");
  EXPECT_THAT(altered.error().message(), HasSubstr("SHA-256 differs"));
}

TEST_F(S3ObjectStoreTest, notices_that_an_object_stored_in_parts_is_not_what_was_stored) {
  auto content = some_bytes((5 << 20) + 1);
  auto stored = must(put(stores_.store(), "uploads/a.pdf", content));
  EXPECT_TRUE(content_of(stores_.store(), "uploads/a.pdf", stored.sha256));
  content.back() ^= 1;
  must(put(stores_.store(), "uploads/a.pdf", content));

  EXPECT_EQ(code_of(content_of(stores_.store(), "uploads/a.pdf", stored.sha256)), "storage_unavailable");
}

TEST_F(S3ObjectStoreTest, is_not_ready_when_it_cannot_spool) {
  auto options = stores_.options();
  options.spool_directory = "/nonexistent";
  auto store = store_with(options, s3_credentials());

  EXPECT_EQ(code_of(run(store->check())), "storage_unavailable");
  must(put(*store, "uploads/small.pdf", "fits into memory"));
  EXPECT_THAT(put(*store, "uploads/large.pdf", some_bytes(1'000'000)).error().message(), HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace docquarry::contracts
