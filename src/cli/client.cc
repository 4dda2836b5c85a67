#include "cli/client.h"

#include "cli/api_client.h"
#include "cli/listing.h"
#include "cli/progress_bar.h"
#include "cli/result_file.h"
#include "cli/upload.h"

#include <boost/asio/io_context.hpp>

#include <fmt/core.h>

#include <cstdio>

namespace docquarry::cli {
namespace {

using namespace std::chrono_literals;

class Client {
 public:
  Client(boost::asio::io_context& loop, const std::string& server, ProgressBar::Show show)
      : bar_(show), api_(loop, server, [this](std::chrono::seconds wait, const std::string& why) { be_patient(wait, why); }) {}

  Async<int> run(UploadCommand command) {
    Upload upload(api_, bar_, std::move(command));
    int failed = co_await upload.run();
    co_return failed;
  }

  Async<int> run(StatusCommand command) {
    int failed = 0;
    for (std::size_t i = 0; i < command.ids.size(); ++i) {
      auto document = co_await shown_document(command, i);
      if (!document) {
        ++failed;
        complain(bar_, command.ids[i] + ": " + document.error().message());
        continue;
      }
      print_line(bar_, command.json ? document->json : status_line(*document));
      if (command.wait && document->state != "COMPLETED") ++failed;
    }
    co_return failed;
  }

  Async<int> run(ResultCommand command) {
    auto content = co_await api_.result(command.id, command.format);
    if (!content) co_return failure(command.id, content.error());
    auto written = co_await write_result(**content, command.output);
    if (!written) co_return failure(command.id, written.error());
    co_return 0;
  }

  Async<int> run(ListCommand command) {
    std::vector<std::pair<std::string, std::string>> filters;
    if (!command.status.empty()) filters.emplace_back("status", command.status);
    if (!command.name.empty()) filters.emplace_back("filename", command.name);
    int left = command.limit.value_or(INT32_MAX);
    filters.emplace_back("limit", std::to_string(std::min(left, 200)));
    std::string cursor;
    do {
      auto list = co_await api_.list(filters, cursor);
      if (!list) co_return failure("", list.error());
      for (const auto& document : list->documents)
        if (left-- > 0) print_line(bar_, command.json ? document.json : listing_line(document));
      cursor = left > 0 ? list->next_cursor : "";
    } while (!cursor.empty());
    co_return 0;
  }

  Async<int> run(ActCommand command) {
    int failed = 0;
    for (const auto& id : command.ids) {
      auto done = co_await act(id, command.verb);
      if (!done) failed += failure(id, done.error());
      else print_line(bar_, id + "  " + *done);
    }
    co_return failed;
  }

 private:
  int failure(const std::string& about, const Error& error) {
    complain(bar_, (about.empty() ? "docquarry" : about) + ": " + error.message());
    return 1;
  }

  void be_patient(std::chrono::seconds wait, const std::string& why) {
    bar_.update(0, fmt::format("waiting {} s: {}", wait.count(), why));
  }

  Async<Result<RemoteDocument>> shown_document(const StatusCommand& command, std::size_t index) {
    while (true) {
      // A short wait where somebody watches the bar, a long one where only the end counts.
      auto wait = !command.wait ? 0s : bar_.is_shown() ? 1s : 30s;
      CO_TRY(auto document, co_await api_.document(command.ids[index], wait));
      if (!command.wait || document.is_final()) co_return document;
      double done = double(index) + document.percent / 100;
      bar_.update(done / double(command.ids.size()), fmt::format("{} of {}  {}", index, command.ids.size(), document.filename));
    }
  }

  Async<Result<std::string>> act(std::string id, std::string verb) {
    if (verb == "delete") {
      CO_CHECK(co_await api_.remove(std::move(id)));
      co_return "deleted";
    }
    CO_TRY(auto document, co_await api_.act(std::move(id), std::move(verb)));
    co_return document.state;
  }

  ProgressBar bar_;
  ApiClient api_;
};

bool is_quiet(const ClientCommand& command) {
  if (auto* upload = std::get_if<UploadCommand>(&command)) return upload->quiet;
  if (auto* status = std::get_if<StatusCommand>(&command)) return status->quiet || !status->wait;
  return true;
}

Async<int> dispatch(Client& client, ClientCommand command) {
  if (auto* upload = std::get_if<UploadCommand>(&command)) co_return co_await client.run(std::move(*upload));
  if (auto* status = std::get_if<StatusCommand>(&command)) co_return co_await client.run(std::move(*status));
  if (auto* result = std::get_if<ResultCommand>(&command)) co_return co_await client.run(std::move(*result));
  if (auto* list = std::get_if<ListCommand>(&command)) co_return co_await client.run(std::move(*list));
  co_return co_await client.run(std::move(std::get<ActCommand>(command)));
}

}  // namespace

int run_client(const ClientCommand& command, const std::string& server) {
  boost::asio::io_context loop(1);
  int failed = 0;
  {
    Client client(loop, server, is_quiet(command) ? ProgressBar::Show::never : ProgressBar::Show::when_on_a_terminal);
    boost::asio::co_spawn(loop, dispatch(client, command), [&](std::exception_ptr defect, int failures) {
      loop.stop();
      if (defect) std::rethrow_exception(defect);
      failed = failures;
    });
    loop.run();
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace docquarry::cli
