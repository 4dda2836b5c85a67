#include "app/extract_command.h"

#include "app/drivers.h"
#include "app/extract_once.h"
#include "domain/error_codes.h"

#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <cstdlib>

namespace docquarry {
namespace {

Result<std::string> first_line_of(const std::string& path) {
  constexpr std::uint64_t longest_password_file = 4096;
  auto content = read_whole_file(path, longest_password_file);
  if (!content) return fail(invalid_request, "--password-file: " + content.error().message());
  return content->substr(0, content->find_first_of("\r\n"));
}

Result<ExtractOrder> order_for(const Settings& settings, const ExtractWishes& wishes) {
  ExtractOrder order;
  auto format = result_format_named(wishes.format);
  if (!format) return fail(invalid_request, "--format: must be text, markdown, json or ndjson");
  order.format = *format;
  order.jobs = settings.concurrency;
  if (!wishes.pages.empty()) {
    TRY(order.options.pages, parse_page_ranges(wishes.pages));
  }
  if (!wishes.password_file.empty()) {
    TRY(order.options.password, first_line_of(wishes.password_file));
  }
  auto output = wishes.output.empty() ? std::nullopt : std::optional(wishes.output);
  TRY(order.inputs, find_inputs(wishes.inputs, output, order.format));
  return order;
}

}  // namespace

Result<int> extract_on_command_line(const Settings& settings, const ExtractWishes& wishes, const ExtractWatcher& watcher) {
  TRY(auto order, order_for(settings, wishes));
  boost::asio::io_context loop(1);
  boost::asio::thread_pool helpers(1);
  SandboxedExtractor extractor(loop, helpers, sandbox_options(settings));
  auto complain = [&](const std::string& path, const std::string& why) { watcher.complain("docquarry: " + path + ": " + why); };
  // Documents of one command line belong to one person, so they may share a child (open_batch); what is odd gets one of its own.
  ExtractOnce extract(loop, std::move(order), [&] { return extractor.open_batch(); }, watcher.progress, complain);

  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([](boost::system::error_code error, int) {
    if (!error) std::_Exit(130);  // the extractor's processes end with us
  });
  Result<int> failed = 0;
  auto work = [&]() -> Async<Result<int>> {
    CO_CHECK(co_await extractor.start());
    co_return co_await extract.run();
  };
  boost::asio::co_spawn(loop, work(), [&](std::exception_ptr defect, Result<int> outcome) {
    if (defect) std::rethrow_exception(defect);
    failed = std::move(outcome);
    loop.stop();
  });
  loop.run();
  if (!failed) return fail(failed.error());
  return *failed == 0 ? 0 : 1;
}

}  // namespace docquarry
