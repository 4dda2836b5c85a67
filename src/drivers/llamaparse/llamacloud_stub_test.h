// The stand-in for LlamaCloud of tests/servers, and how the tests of this folder tell it what to do.
#pragma once

#include "base/files.h"
#include "net/http_client.h"
#include "tests/servers/test_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace docquarry {

inline ReadOnlyFile file_with(std::string_view content) {
  std::FILE* file = std::tmpfile();
  std::fwrite(content.data(), 1, content.size(), file);
  std::fflush(file);
  ReadOnlyFile opened{UniqueFd(::dup(::fileno(file))), content.size()};
  std::fclose(file);
  return opened;
}

// A document that makes the stub do what `script` (JSON) says.
inline std::string document(const std::string& script) { return "%PDF-1.7\n%stub " + script + "\nthe rest\n"; }

class LlamaCloudStub {
 public:
  LlamaCloudStub() : server_("llamacloud") {}

  std::string url() const { return server_.fact("url"); }
  std::string key() const { return server_.fact("key"); }

  // `faults` is JSON, as the script describes it.
  void break_with(const std::string& faults) { control("POST", R"({"faults":)" + faults + "}"); }
  // How many requests came whose method and path begin like this: "GET /api/v2/parse/".
  int count(const std::string& begin) {
    int found = 0;
    auto seen = facts();
    for (const auto& request : seen.at("requests").as_array()) {
      auto shown = std::string(request.at("method").as_string()) + " " + std::string(request.at("path").as_string());
      found += shown.starts_with(begin) ? 1 : 0;
    }
    return found;
  }
  std::size_t files() { return facts().at("files").as_array().size(); }
  boost::json::array jobs() { return facts().at("jobs").as_array(); }

 private:
  boost::json::object facts() { return control("GET", ""); }

  boost::json::object control(std::string method, std::string body) {
    boost::asio::io_context loop;
    std::string answer;
    {
      net::HttpClient http(loop);
      auto ask = [&]() -> Async<void> {
        net::HttpRequest request;
        request.method = method;
        request.url = url() + "/_control";
        request.body = body;
        auto response = co_await http.send(std::move(request));
        if (!response) throw std::runtime_error(response.error().message());
        auto content = co_await net::read_all(*response->body, 64 << 20);
        answer = content.value();
      };
      boost::asio::co_spawn(loop, ask(), [](std::exception_ptr defect) {
        if (defect) std::rethrow_exception(defect);
      });
      loop.run();
    }
    return boost::json::parse(answer).as_object();
  }

  contracts::TestServer server_;
};

}  // namespace docquarry
