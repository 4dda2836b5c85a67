// docquarry-sandbox-try [--batch] [--jobs N] [--rounds N] [--best-effort] [--skip-lines] FILE...
// Runs files through SandboxedExtractor as the service does and prints a line of JSON for each: what came of it and what it cost;
// and a last line with the sums. tests/hostile/check_engine.py drives it over the hostile files.
#include "base/json_writer.h"
#include "drivers/sandbox/sandboxed_extractor.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sys/resource.h>

namespace {

using namespace docquarry;

class Collector : public PageSink {
 public:
  Async<Result<void>> expect(int pages, int page_count) override {
    expected = pages;
    of = page_count;
    co_return Result<void>();
  }
  Async<Result<void>> add(Page page) override {
    ++count;
    lines_bytes += page.lines.size();
    if (page.fault) ++faults;
    if (text.size() < 4096) text += page.text.substr(0, 4096);
    if (page.number <= last) ordered = false;
    last = page.number;
    co_return Result<void>();
  }

  int expected = -1, of = 0, count = 0, faults = 0, last = 0;
  bool ordered = true;
  std::size_t lines_bytes = 0;
  std::string text;
};

struct Plan {
  bool batch = false;
  int jobs = 1, rounds = 1;
  std::vector<std::string> files;
  std::size_t next = 0;
  int done = 0, failed = 0, running = 0;
  double documents_cpu = 0;
};

void print(const std::string& path, const Result<ExtractionSummary>& summary, const Collector& pages, double wall) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("file", path);
  json.member("outcome", summary ? (summary->partial ? "partial" : "completed") : "failed");
  json.member("code", summary ? std::string() : std::string(summary.error().code().name));
  json.member("message", summary ? std::string() : summary.error().message());
  json.member("expected", pages.expected)
      .member("pages", pages.count)
      .member("page_faults", pages.faults)
      .member("ordered", pages.ordered);
  json.member("wall_seconds", wall).member("text", pages.text);
  if (summary) {
    json.member("cpu_seconds", summary->cpu_seconds)
        .member("peak_memory_bytes", summary->peak_memory_bytes)
        .key("faults")
        .begin_array();
    for (const auto& fault : summary->faults) json.value(fault);
    json.end_array();
  }
  json.end_object();
  std::puts(out.c_str());
}

Async<void> work(Plan& plan, SandboxedExtractor& sandbox) {
  ++plan.running;
  auto batch = plan.batch ? sandbox.open_batch() : nullptr;
  Extractor& extractor = batch ? *batch : sandbox;
  while (plan.next < plan.files.size() * std::size_t(plan.rounds)) {
    std::string path = plan.files[plan.next++ % plan.files.size()];
    auto file = open_read_only(path);
    if (!file) continue;
    Collector pages;
    auto begun = std::chrono::steady_clock::now();
    ReadOnlyFile document = std::move(*file);
    ExtractionOptions options;
    std::vector<int> skip;
    auto summary = co_await extractor.extract(std::move(document), std::move(options), std::move(skip), pages);
    double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    ++(summary ? plan.done : plan.failed);
    if (summary) plan.documents_cpu += summary->cpu_seconds;
    if (plan.rounds == 1) print(path, summary, pages, wall);
  }
  --plan.running;
}

double cpu_of(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

}  // namespace

int main(int count, char** words) {
  Plan plan;
  SandboxOptions options;
  for (int i = 1; i < count; ++i) {
    std::string_view word = words[i];
    if (word == "--batch") plan.batch = true;
    else if (word == "--best-effort") options.required = false;
    else if (word == "--jobs" && i + 1 < count) plan.jobs = std::atoi(words[++i]);
    else if (word == "--rounds" && i + 1 < count) plan.rounds = std::atoi(words[++i]);
    else plan.files.emplace_back(word);
  }
  auto begun = std::chrono::steady_clock::now();
  boost::asio::io_context loop;
  boost::asio::thread_pool helpers(1);
  {
    SandboxedExtractor sandbox(loop, helpers, options);
    for (int job = 0; job < plan.jobs; ++job) boost::asio::co_spawn(loop, work(plan, sandbox), boost::asio::detached);
    // The launcher's socket is watched as long as the sandbox lives, so the loop does not run dry by itself.
    while (loop.run_one() != 0 && plan.running > 0) {
    }
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("done", plan.done).member("failed", plan.failed);
  json.member("wall_seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  json.member("own_cpu_seconds", cpu_of(RUSAGE_SELF)).member("children_cpu_seconds", cpu_of(RUSAGE_CHILDREN));
  // A child that is alive at the end is not among the children; what the documents themselves cost is.
  json.member("documents_cpu_seconds", plan.documents_cpu).end_object();
  std::puts(out.c_str());
}
