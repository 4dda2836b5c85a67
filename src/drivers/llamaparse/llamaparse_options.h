// How LlamaCloud is spoken to.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace docquarry {

struct LlamaParseOptions {
  std::string base_url;                 // without a slash at its end; a path is kept in front of the routes
  std::string api_key;                  // secret: goes into the Authorization header and nowhere else
  std::string tier = "cost_effective";  // fast, cost_effective, agentic, agentic_plus: quality and price
  std::string version = "latest";

  // The state of a job is asked for at growing intervals, each up to a fifth shorter or longer than it should be.
  std::chrono::milliseconds first_poll{500}, longest_poll{5'000};
  std::chrono::seconds job_time{1'800};  // then the job is cancelled
  // A request that may be repeated is sent so often in all, after pauses that double and are up to a quarter shorter than they should be.
  int tries = 5;
  std::chrono::milliseconds first_pause{500}, longest_pause{8'000};
  std::chrono::milliseconds longest_retry_after{60'000};  // a server that asks for more waits no longer than this
  std::chrono::milliseconds cancel_time{5'000};           // for the last request about a job that nobody wants any more

  std::size_t page_bytes = 8u << 20;          // the longest text or Markdown of one page
  std::uint64_t document_bytes = 512u << 20;  // everything of one result together
};

// The address of a region ("na", "eu"): keys belong to one region, and another one refuses them. Errors: invalid_setting.
Result<std::string> llama_cloud_address(std::string_view region);

}  // namespace docquarry
