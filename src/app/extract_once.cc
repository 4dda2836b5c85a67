#include "app/extract_once.h"

#include "domain/error_codes.h"

#include <boost/asio/redirect_error.hpp>

#include <cstdio>

#include <sys/mman.h>
#include <unistd.h>

namespace docquarry {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

class PagesToSpool : public PageSink {
 public:
  PagesToSpool(ResultFormat format, Spool& spool) : writer_(format, true), spool_(spool) {}

  Async<Result<void>> expect(int, int) override { co_return Result<void>{}; }
  Async<Result<void>> add(Page page) override {
    piece_.clear();
    writer_.page(piece_, page);
    co_return spool_.append(piece_);
  }
  ResultWriter& writer() { return writer_; }

 private:
  ResultWriter writer_;
  Spool& spool_;
  std::string piece_;
};

// Standard input as a file that can be mapped.
Result<ReadOnlyFile> copy_of_standard_input() {
  ReadOnlyFile file;
  file.fd.reset(::memfd_create("stdin", MFD_CLOEXEC));
  if (!file.fd) return fail(storage_unavailable, describe_errno("cannot hold standard input"));
  std::string block(256 * 1024, '\0');
  while (true) {
    auto got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(storage_unavailable, describe_errno("cannot read standard input"));
    if (got == 0) return file;
    CHECK(write_all(file.fd.get(), std::string_view(block).substr(0, std::size_t(got))));
    file.bytes += std::uint64_t(got);
  }
}

Result<ReadOnlyFile> open_input(const ExtractInput& input) {
  if (!input.problem.empty()) return fail(file_not_found, input.problem);
  TRY(auto file, input.path == "-" ? copy_of_standard_input() : open_read_only(input.path));
  if (file.bytes == 0) return fail(empty_file, "the file is empty");
  return file;
}

}  // namespace

ExtractOnce::ExtractOnce(boost::asio::io_context& loop, ExtractOrder order, MakeExtractor make_extractor, OnProgress on_progress,
                         OnFailure on_failure)
    : loop_(loop),
      order_(std::move(order)),
      make_extractor_(std::move(make_extractor)),
      on_progress_(std::move(on_progress)),
      on_failure_(std::move(on_failure)) {}

Async<Result<int>> ExtractOnce::run() {
  on_progress_(0, int(order_.inputs.size()));
  auto jobs = std::min<std::size_t>(std::size_t(order_.jobs), order_.inputs.size());
  int running = int(jobs);
  boost::asio::steady_timer all_done(loop_, boost::asio::steady_timer::time_point::max());
  for (std::size_t i = 0; i < jobs; ++i)
    boost::asio::co_spawn(loop_, work(), [&](std::exception_ptr defect) {
      if (--running == 0) all_done.cancel();
      if (defect) std::rethrow_exception(defect);
    });
  boost::system::error_code woken;
  while (running > 0) co_await all_done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  if (!output_) co_return fail(output_.error());
  co_return failed_;
}

Async<void> ExtractOnce::work() {
  auto extractor = make_extractor_();
  while (output_ && next_ < order_.inputs.size()) {
    std::size_t index = next_++;
    auto extracted = co_await extract_one(*extractor, index);
    if (!extracted) {
      ++failed_;
      on_failure_(order_.inputs[index].path.string(), extracted.error().message());
      pass(index);
    }
    on_progress_(++done_, int(order_.inputs.size()));
  }
}

Async<Result<void>> ExtractOnce::extract_one(Extractor& extractor, std::size_t index) {
  const ExtractInput& input = order_.inputs[index];
  CO_TRY(auto file, open_input(input));
  Spool body;
  PagesToSpool pages(order_.format, body);
  CO_TRY(auto summary, co_await extractor.extract(std::move(file), order_.options, std::vector<int>(), pages));

  ResultHead head{"",
                  input.path == "-" ? "stdin" : input.path.filename().string(),
                  summary.partial,
                  summary.extractor,
                  summary.seconds,
                  std::move(summary.facts)};
  std::string before, after;
  ResultWriter(order_.format, true).begin(before, head);
  pages.writer().end(after);
  for (const auto& fault : summary.faults) on_failure_(input.path.string(), "incomplete: " + fault);
  co_return deliver(index, std::move(before), std::move(body), std::move(after));
}

Result<void> ExtractOnce::deliver(std::size_t index, std::string before, Spool body, std::string after) {
  if (order_.inputs[index].output) {
    const auto& path = *order_.inputs[index].output;
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    CHECK(body.save_as(path, before, after));
    pass(index);
    return {};
  }
  auto shared = std::make_shared<Spool>(std::move(body));  // std::function must be copyable
  waiting_to_print_[index] = [before = std::move(before), shared, after = std::move(after)]() -> Result<void> {
    CHECK(write_all(STDOUT_FILENO, before));
    CHECK(shared->write_to(STDOUT_FILENO));
    return write_all(STDOUT_FILENO, after);
  };
  pass(index);
  return {};
}

// `index` has nothing more to wait for: prints everything whose turn has come.
void ExtractOnce::pass(std::size_t index) {
  if (!waiting_to_print_.contains(index)) waiting_to_print_[index] = [] { return Result<void>{}; };
  for (auto turn = waiting_to_print_.find(to_print_); turn != waiting_to_print_.end() && output_;
       turn = waiting_to_print_.find(to_print_)) {
    output_ = turn->second();
    waiting_to_print_.erase(turn);
    ++to_print_;
  }
}

}  // namespace docquarry
