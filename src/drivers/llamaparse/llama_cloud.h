// The calls of LlamaCloud's API v2 that extracting needs, each repeated where repeating may help and can do no harm.
// Source: the official clients, npm @llamaindex/llama-cloud 2.16 and PyPI llama-cloud 2.19.
//
// Errors of all calls: extractor_refused (key, credits, unknown job), invalid_document, file_too_large, extractor_unavailable (no answer,
// 408, 409, 429, 5xx, after all tries), extractor_misbehaved.
#pragma once

#include "drivers/llamaparse/llama_answer.h"
#include "drivers/llamaparse/llamaparse_options.h"
#include "net/http_client.h"

#include <functional>
#include <random>
#include <utility>
#include <vector>

namespace docquarry {

// What a job is to do, and how it is found when the answer that named it was lost.
struct LlamaJobOrder {
  std::string file;          // as upload() named it
  std::string target_pages;  // "1-5,9", pages start at 1; empty: all
  std::string mark;          // ours, unique: stands in the job's user_metadata
  std::string since;         // RFC 3339; no job with this mark is older
};

class LlamaCloud {
 public:
  LlamaCloud(boost::asio::io_context& loop, boost::asio::thread_pool& helpers, LlamaParseOptions options);

  const LlamaParseOptions& options() const { return options_; }
  // From `least` / `most` of the wish on, at random: clients that failed together must not come back together.
  std::chrono::milliseconds jittered(std::chrono::milliseconds wish, double least, double most);

  // The name that the service gave the file. A file that is sent twice because an answer was lost costs nothing; a job would.
  // `fd` must stay open until this returns.
  Async<Result<std::string>> upload(int fd, std::uint64_t bytes);
  // Creates the job unless one with this mark exists: before repeating a request whose answer was lost, the jobs are looked through.
  Async<Result<std::string>> create_job(LlamaJobOrder order);
  // The newest job with the order's mark; empty when there is none.
  Async<Result<std::string>> find_job(LlamaJobOrder order);
  // How the job stands; with what is known of its pages when it is complete.
  Async<Result<LlamaJob>> look_at(std::string job);
  // A result as it comes; `kind` is "text" or "markdown".
  Async<Result<net::HttpResponse>> open_result(std::string job, std::string kind);
  // One request, not repeated. Errors: those of the network.
  Async<Result<void>> cancel(std::string job);

 private:
  using MakeRequest = std::function<net::HttpRequest()>;
  struct Attempt {
    Result<net::HttpResponse> response;
    bool again = false;                 // repeating it may help
    bool may_have_worked = false;       // no answer, or one that does not say whether the request was carried out
    std::chrono::milliseconds wait{0};  // at least so long before the next one
  };

  net::HttpRequest request(std::string method, const std::string& path_and_query) const;
  net::HttpRequest json_request(const std::string& path, std::string body) const;
  Async<Attempt> attempt(net::HttpRequest request);
  Async<Result<net::HttpResponse>> send(MakeRequest make);
  Async<Result<std::string>> send_for_body(MakeRequest make, std::uint64_t most_bytes);
  Async<std::string> take_body(Attempt& outcome, std::uint64_t most_bytes);
  Async<void> pause_after(int attempts, std::chrono::milliseconds at_least);

  boost::asio::thread_pool& helpers_;
  LlamaParseOptions options_;
  net::HttpClient http_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace docquarry
