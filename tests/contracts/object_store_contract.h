// What every ObjectStore must do.
//
// A driver's test instantiates the suite with a type that has: store(), loop(), and traces(), how many files, parts or objects lie in the
// store's own space, finished or not.
#pragma once

#include "base/io_errors.h"
#include "base/sha256.h"
#include "ports/object_store.h"
#include "tests/contracts/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include <unistd.h>

namespace docquarry::contracts {

using namespace std::chrono_literals;

// Gives its text in pieces, then ends, fails or waits for ever.
class TextSource : public ByteSource {
 public:
  enum class End { end, failure, silence };
  explicit TextSource(std::string text, std::size_t piece = 10'000, End end = End::end)
      : text_(std::move(text)), piece_(piece), end_(end) {}

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    std::size_t size = std::min({into.size(), piece_, text_.size() - given_});
    if (size == 0 && end_ == End::failure) co_return fail(truncated_upload, "the upload ended before it was complete");
    if (size == 0 && end_ == End::silence) co_await pause_for(1h);
    std::memcpy(into.data(), text_.data() + given_, size);
    given_ += size;
    co_return size;
  }
  bool is_dry() const { return given_ == text_.size(); }

 private:
  std::string text_;
  std::size_t piece_, given_ = 0;
  End end_;
};

inline std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 12345;
  for (auto& byte : bytes) byte = char((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

template <class Fixture>
class ObjectStoreContract : public testing::Test {
 protected:
  template <class T>
  T run(Async<T> work) {
    return contracts::run(stores.loop(), std::move(work));
  }
  Result<StoredObject> put(const std::string& key, const std::string& content) {
    TextSource source(content);
    return run(stores.store().put(ObjectKey(key), source));
  }
  Result<std::string> get(const std::string& key, ByteRange range = {}) {
    auto read_all = [&]() -> Async<Result<std::string>> {
      CO_TRY(auto source, co_await stores.store().open(ObjectKey(key), range));
      std::string content;
      std::string block(7000, '\0');
      while (true) {
        CO_TRY(auto got, co_await source->read(std::as_writable_bytes(std::span(block))));
        if (got == 0) co_return content;
        content.append(block, 0, got);
      }
    };
    return run(read_all());
  }
  std::vector<ObjectKey> list(std::string after = {}, Timestamp older_than = Timestamp::max(), int limit = 100) {
    return must(run(stores.store().list(ObjectKey(std::move(after)), older_than, limit)));
  }

  Fixture stores;
};
TYPED_TEST_SUITE_P(ObjectStoreContract);

TYPED_TEST_P(ObjectStoreContract, gives_back_what_was_put_with_its_size_and_hash) {
  for (std::size_t size : {0u, 1u, 1000u, 262'143u, 262'144u, 262'145u, 3'000'000u}) {
    std::string content = some_bytes(size);
    std::string key = "uploads/" + std::to_string(size) + ".pdf";

    auto stored = must(this->put(key, content));

    EXPECT_EQ(stored.bytes, size);
    EXPECT_EQ(stored.sha256, sha256_hex(content));
    EXPECT_EQ(must(this->get(key)), content) << size;
  }
}

TYPED_TEST_P(ObjectStoreContract, gives_any_range) {
  must(this->put("uploads/a.pdf", "0123456789"));

  EXPECT_EQ(must(this->get("uploads/a.pdf", ByteRange{2, 3})), "234");
  EXPECT_EQ(must(this->get("uploads/a.pdf", ByteRange{8, 100})), "89");
  EXPECT_EQ(must(this->get("uploads/a.pdf", ByteRange{10, 1})), "");
  EXPECT_EQ(must(this->get("uploads/a.pdf", ByteRange{UINT64_MAX, UINT64_MAX})), "");
  EXPECT_EQ(must(this->get("uploads/a.pdf", ByteRange{0, 0})), "");
}

TYPED_TEST_P(ObjectStoreContract, opens_an_object_as_a_descriptor) {
  std::string content = some_bytes(100'000);
  must(this->put("uploads/a.pdf", content));

  auto file = must(this->run(this->stores.store().open_file(ObjectKey("uploads/a.pdf"), sha256_hex(content))));

  EXPECT_EQ(file.bytes, content.size());
  std::string read(content.size(), '\0');
  EXPECT_EQ(::pread(file.fd.get(), read.data(), read.size(), 0), ssize_t(read.size()));
  EXPECT_EQ(read, content);
  must(this->run(this->stores.store().remove(ObjectKey("uploads/a.pdf"))));
  EXPECT_EQ(::pread(file.fd.get(), read.data(), read.size(), 0), ssize_t(read.size())) << "an open file outlives its removal";
}

TYPED_TEST_P(ObjectStoreContract, says_when_an_object_does_not_exist_but_removes_it_happily) {
  EXPECT_EQ(code_of(this->get("uploads/none.pdf")), "file_not_found");
  EXPECT_EQ(code_of(this->run(this->stores.store().open_file(ObjectKey("uploads/none.pdf"), ""))), "file_not_found");
  must(this->run(this->stores.store().remove(ObjectKey("uploads/none.pdf"))));
  must(this->put("uploads/a.pdf", "x"));
  must(this->run(this->stores.store().remove(ObjectKey("uploads/a.pdf"))));
  must(this->run(this->stores.store().remove(ObjectKey("uploads/a.pdf"))));
  EXPECT_EQ(code_of(this->get("uploads/a.pdf")), "file_not_found");
}

TYPED_TEST_P(ObjectStoreContract, leaves_nothing_when_the_source_fails) {
  for (std::size_t size : {0u, 10u, 1'000'000u}) {
    TextSource source(some_bytes(size), 10'000, TextSource::End::failure);
    EXPECT_EQ(code_of(this->run(this->stores.store().put(ObjectKey("uploads/a.pdf"), source))), "truncated_upload");
  }

  EXPECT_EQ(code_of(this->get("uploads/a.pdf")), "file_not_found");
  EXPECT_EQ(this->stores.traces(), 0);
}

TYPED_TEST_P(ObjectStoreContract, leaves_nothing_when_it_is_cancelled) {
  auto put_and_leave = [&]() -> Async<void> {
    TextSource source(some_bytes(1'000'000), 10'000, TextSource::End::silence);
    auto stored = co_await with_timeout(50ms, this->stores.store().put(ObjectKey("uploads/a.pdf"), source));
    EXPECT_FALSE(stored.has_value());
  };
  contracts::run(this->stores.loop(), put_and_leave());

  EXPECT_EQ(code_of(this->get("uploads/a.pdf")), "file_not_found");
  EXPECT_EQ(this->stores.traces(), 0);
}

TYPED_TEST_P(ObjectStoreContract, stores_many_at_once) {
  std::vector<std::unique_ptr<TextSource>> sources;
  std::vector<Async<Result<StoredObject>>> works;
  for (int i = 0; i < 30; ++i) {
    sources.push_back(std::make_unique<TextSource>(some_bytes(std::size_t(i) * 20'000)));
    works.push_back(this->stores.store().put(ObjectKey("uploads/" + std::to_string(i) + ".pdf"), *sources.back()));
  }

  for (auto& stored : run_all(this->stores.loop(), std::move(works))) EXPECT_TRUE(stored.has_value());

  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(must(this->get("uploads/" + std::to_string(i) + ".pdf")), some_bytes(std::size_t(i) * 20'000));
}

TYPED_TEST_P(ObjectStoreContract, refuses_keys_that_are_not_plain_names) {
  for (std::string key : {"", "a", "/etc/passwd", "uploads/", "uploads/../x", "../x", "uploads/.hidden", ".unfinished/x",
                          "uploads/a/b", "uploads/a b", "uploads/\xC3\xA4"}) {
    EXPECT_FALSE(this->put(key, "x").has_value()) << key;
    EXPECT_FALSE(this->get(key).has_value()) << key;
  }
  EXPECT_FALSE(this->put(std::string("uploads/a\0b", 11), "x").has_value());
  EXPECT_EQ(this->stores.traces(), 0);
}

TYPED_TEST_P(ObjectStoreContract, lists_every_object_once_in_steps_of_any_size) {
  std::set<ObjectKey> keys;
  for (int i = 0; i < 40; ++i) {
    std::string key = "uploads/" + std::to_string(i) + ".pdf";
    must(this->put(key, "x"));
    keys.insert(ObjectKey(key));
  }
  for (int limit : {1, 7, 100}) {
    std::vector<ObjectKey> listed;
    while (true) {
      auto step = this->list(listed.empty() ? "" : listed.back().value(), Timestamp::max(), limit);
      if (step.empty()) break;
      EXPECT_LE(int(step.size()), limit);
      listed.insert(listed.end(), step.begin(), step.end());
    }
    EXPECT_EQ(listed.size(), keys.size()) << limit;
    EXPECT_EQ(std::set<ObjectKey>(listed.begin(), listed.end()), keys);
  }
  EXPECT_TRUE(this->list("", Timestamp(), 100).empty()) << "nothing is older than 1970";
}

TYPED_TEST_P(ObjectStoreContract, says_that_it_is_ready) {
  must(this->run(this->stores.store().check()));
  EXPECT_EQ(this->stores.traces(), 0);
}

REGISTER_TYPED_TEST_SUITE_P(ObjectStoreContract, gives_back_what_was_put_with_its_size_and_hash, gives_any_range,
                            opens_an_object_as_a_descriptor, says_when_an_object_does_not_exist_but_removes_it_happily,
                            leaves_nothing_when_the_source_fails, leaves_nothing_when_it_is_cancelled, stores_many_at_once,
                            refuses_keys_that_are_not_plain_names, lists_every_object_once_in_steps_of_any_size,
                            says_that_it_is_ready);

}  // namespace docquarry::contracts
