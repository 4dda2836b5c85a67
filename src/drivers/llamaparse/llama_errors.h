// What LlamaCloud's refusals and failures mean here.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace docquarry {

// True for statuses after which the same request may succeed: 408, 409, 429, 5xx (as the official clients decide it).
bool may_send_again(int status);

// The error for an answer that is no success. `body` is what came with it, {"detail":…,"message":…}; at most a sentence of it is passed on.
Error refusal(int status, std::string_view body);

// The error for a job that FAILED. API v2 gives no code, only a sentence, so this looks for words in it.
Error job_failure(std::string_view error_message);

}  // namespace docquarry
