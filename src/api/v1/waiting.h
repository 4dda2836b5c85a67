// "Prefer: wait=N" and ?wait=N: the answer is held back until the task has ended, at most N seconds.
#pragma once

#include "api/route.h"
#include "api/validation.h"

#include <chrono>
#include <vector>

namespace docquarry::api::v1 {

inline constexpr std::chrono::seconds longest_wait{60};
inline constexpr Bounds wait_bounds{0, longest_wait.count()};

// "Prefer: wait=N" (RFC 7240, 4.3), at most a minute. Empty when there is none.
std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer);

// The query goes before the header; zero when neither asks.
std::chrono::seconds wished_wait(const http::Request& request, const Parameters& query);

// Until every one of them has ended or the time is over. Errors: document_not_found.
Async<Result<void>> wait_for(Api& api, std::vector<DocumentId> documents, std::chrono::seconds limit);

// The document, once its task has ended or after the wished time. Errors: document_not_found.
Async<Result<ShownDocument>> find_after_wait(Api& api, std::string uid, std::chrono::seconds wait);

}  // namespace docquarry::api::v1
