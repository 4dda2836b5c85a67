// What storing in S3 costs, against the server of tests/servers/s3 or any other:
//
//   AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... docquarry-s3-bench ENDPOINT REGION BUCKET
//
// Puts and fetches files of 50 MB one after the other, then many small ones; tells the speed and the memory.
#include "drivers/aws/s3_object_store.h"
#include "drivers/system/system_clock.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace docquarry {
namespace {

// Bytes as an upload brings them: in pieces, ready at once.
class Bytes : public ByteSource {
 public:
  explicit Bytes(std::uint64_t size) : left_(size) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto size = std::size_t(std::min<std::uint64_t>({left_, into.size(), 64 << 10}));
    std::memset(into.data(), int(left_ & 0xFF), size);
    left_ -= size;
    co_return size;
  }

 private:
  std::uint64_t left_;
};

long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

class Bench {
 public:
  Bench(boost::asio::io_context& loop, ObjectStore& store) : loop_(loop), store_(store) {}

  void run() {
    std::printf("at start: %ld KiB resident at most\n", peak_memory_kib());
    constexpr int files = 5;
    constexpr double megabytes = 50;
    auto put = timed([&] { return put_all(files, std::uint64_t(megabytes * 1'000'000), "large"); });
    auto got = timed([&] { return fetch_all(files, "large"); });
    std::printf("50 MB: put %.0f MB/s, fetched %.0f MB/s, %ld KiB resident at most\n", files * megabytes / put,
                files * megabytes / got, peak_memory_kib());
    constexpr int small = 500;
    put = timed([&] { return put_all(small, 30'000, "small"); });
    got = timed([&] { return fetch_all(small, "small"); });
    std::printf("30 kB, one after the other: put %.2f ms, fetched %.2f ms\n", put / small * 1000, got / small * 1000);
    auto removed = timed([&] { return remove_all(small); });
    std::printf("removed: %.2f ms; %ld KiB resident at most\n", removed / small * 1000, peak_memory_kib());
  }

 private:
  template <class Work>
  double timed(Work work) {
    auto began = std::chrono::steady_clock::now();
    boost::asio::co_spawn(loop_, work(), [](std::exception_ptr defect, Result<void> done) {
      if (defect) std::rethrow_exception(defect);
      if (done) return;
      std::fprintf(stderr, "%s\n", done.error().describe().c_str());
      std::exit(1);
    });
    loop_.restart();
    loop_.run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  static ObjectKey key_of(const std::string& name, int number) {
    return ObjectKey("uploads/" + name + "-" + std::to_string(number) + ".pdf");
  }
  Async<Result<void>> put_all(int count, std::uint64_t bytes, std::string name) {
    for (int i = 0; i < count; ++i) {
      Bytes content(bytes);
      CO_CHECK(co_await store_.put(key_of(name, i), content));
    }
    co_return Result<void>{};
  }
  Async<Result<void>> fetch_all(int count, std::string name) {
    for (int i = 0; i < count; ++i) CO_CHECK(co_await store_.open_file(key_of(name, i), ""));
    co_return Result<void>{};
  }
  Async<Result<void>> remove_all(int count) {
    for (int i = 0; i < count; ++i) CO_CHECK(co_await store_.remove(key_of("small", i)));
    co_return Result<void>{};
  }

  boost::asio::io_context& loop_;
  ObjectStore& store_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace
}  // namespace docquarry

int main(int count, char** words) {
  using namespace docquarry;
  if (count != 4) {
    std::fprintf(stderr, "usage: docquarry-s3-bench ENDPOINT REGION BUCKET\n");
    return 2;
  }
  boost::asio::io_context loop(1);
  SystemClock clock;
  aws::S3Options options;
  options.endpoint = words[1];
  options.region = words[2];
  options.bucket = words[3];
  aws::CredentialOptions credentials;
  credentials.access_key_id = environment("AWS_ACCESS_KEY_ID");
  credentials.secret_access_key = environment("AWS_SECRET_ACCESS_KEY");
  auto store = S3ObjectStore::open(loop, clock, options, credentials);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message().c_str());
    return 1;
  }
  Bench(loop, **store).run();
}
