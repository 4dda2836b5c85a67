#include "drivers/sandbox/sandboxed_extractor.h"

#include "domain/error_codes.h"
#include "drivers/sandbox/child.h"
#include "drivers/sandbox/extraction_job.h"
#include "drivers/sandbox/launcher_link.h"

#include <utility>

namespace docquarry {
namespace {

std::filesystem::path beside_this_program() {
  std::error_code ignored;
  auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return self.parent_path() / "docquarry-extractor";
}

}  // namespace

struct SandboxedExtractor::Impl {
  Impl(boost::asio::io_context& the_loop, boost::asio::thread_pool& the_helpers, SandboxOptions the_options)
      : loop(the_loop), helpers(the_helpers), options(std::move(the_options)) {
    if (options.program.empty()) options.program = beside_this_program();
  }

  // The launcher, started or replaced if need be.
  Async<Result<std::shared_ptr<LauncherLink>>> launcher() {
    if (!link || link->broken()) {
      auto launched = LauncherLink::launch(loop, options.program, options.required);
      if (!launched) co_return fail(std::move(launched).error());
      link = std::move(*launched);
    }
    auto current = link;  // another coroutine may replace it meanwhile
    auto ready = co_await current->ready();
    if (!ready) {
      if (link == current) link.reset();
      co_return fail(std::move(ready).error());
    }
    engine = ready->engine;
    sandbox = ready->sandbox;
    co_return current;
  }

  // Goes on with a document, a child at a time, until it is done.
  Async<Result<ExtractionSummary>> finish(ExtractionJob& job) {
    for (bool done = false; !done;) {
      CO_TRY(auto current, co_await launcher());
      auto number = next_number();
      auto packet = job.request(number);
      CO_TRY(auto child, co_await Child::start(loop, current, number, std::move(packet), job.file(), options.limits));
      child->begin(job.budget());
      CO_TRY(done, co_await job.follow(*child, number, true));
    }
    co_return job.summary(engine);
  }

  std::uint32_t next_number() { return ++last_number == 0 ? ++last_number : last_number; }

  boost::asio::io_context& loop;
  boost::asio::thread_pool& helpers;
  SandboxOptions options;
  std::shared_ptr<LauncherLink> link;
  std::string engine = "pdfium", sandbox;
  std::uint32_t last_number = 0;
};

SandboxedExtractor::SandboxedExtractor(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, SandboxOptions options)
    : impl_(std::make_unique<Impl>(loop, helpers, std::move(options))) {}

SandboxedExtractor::~SandboxedExtractor() = default;

Async<Result<std::string>> SandboxedExtractor::start() {
  CO_TRY(auto link, co_await impl_->launcher());
  co_return impl_->sandbox;
}

std::string SandboxedExtractor::name() const { return impl_->engine; }

Async<Result<ExtractionSummary>> SandboxedExtractor::extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                                             PageSink& pages) {
  ExtractionJob job(std::move(file), std::move(options), std::move(skip), pages, impl_->options.limits, impl_->helpers);
  auto summary = co_await impl_->finish(job);
  co_return summary;
}

// Documents of one owner share a child until it has done enough, or anything odd.
class SandboxedExtractor::Batch : public Extractor {
 public:
  explicit Batch(Impl& impl) : impl_(impl) {}

  std::string name() const override { return impl_.engine; }

  Async<Result<ExtractionSummary>> extract(ReadOnlyFile file, ExtractionOptions options, std::vector<int> skip,
                                           PageSink& pages) override {
    ExtractionJob job(std::move(file), std::move(options), std::move(skip), pages, impl_.options.limits, impl_.helpers);
    if (job.bytes() <= impl_.options.limits.batch_document_bytes) {
      auto done = co_await try_in_batch(job);
      if (!done) co_return fail(std::move(done).error());
      if (*done) co_return job.summary(impl_.engine);
    }
    auto summary = co_await impl_.finish(job);
    co_return summary;
  }

 private:
  // False: the batch's child broke; what is left of the document needs a child of its own.
  Async<Result<bool>> try_in_batch(ExtractionJob& job) {
    if (!child_) {
      auto opened = co_await open_child();
      if (!opened) co_return fail(std::move(opened).error());
    }
    // Taken out for the time of the work: whatever goes wrong, cancellation included, the child does not come back.
    auto child = std::move(child_);
    auto number = impl_.next_number();
    auto packet = job.request(number);
    auto sent = child->send_document(packet, job.file());
    if (!sent) co_return false;
    child->begin(job.budget());
    auto done = co_await job.follow(*child, number, documents_ == 0);
    bool healthy = done && *done && !child->broke() && ++documents_ < impl_.options.limits.documents_per_batch;
    if (healthy) {
      child->rest();
      child_ = std::move(child);
    }
    co_return done;
  }

  Async<Result<void>> open_child() {
    CO_TRY(auto link, co_await impl_.launcher());
    wire::OpenBatch request;
    request.batch = impl_.next_number();
    request.limits = child_limits(impl_.options.limits);
    auto packet = wire::encode(request);
    CO_TRY(child_, co_await Child::start_batch(impl_.loop, link, request.batch, std::move(packet), impl_.options.limits));
    documents_ = 0;
    co_return Result<void>();
  }

  Impl& impl_;
  std::unique_ptr<Child> child_;
  int documents_ = 0;
};

std::unique_ptr<Extractor> SandboxedExtractor::open_batch() { return std::make_unique<Batch>(*impl_); }

}  // namespace docquarry
