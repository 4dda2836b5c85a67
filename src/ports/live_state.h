// Conveniences that may be forgotten at any moment without any answer becoming wrong.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "domain/progress.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace docquarry {

// One thing that happened to a document. `number` is what Last-Event-ID names: it grows with every event of a document, also over
// restarts of the process, because it is at least the time of the event in milliseconds.
struct ProgressEvent {
  std::uint64_t number = 0;
  Standing standing;
};

class EventFeed {
 public:
  virtual ~EventFeed() = default;
  // The next event; waits for it. A slow reader skips intermediate progress but never the last event. Ends when cancelled.
  // Errors: document_not_found once the board was told to forget the document.
  virtual Async<Result<ProgressEvent>> next() = 0;
};

class ProgressBoard {
 public:
  virtual ~ProgressBoard() = default;
  // Posted after the commit that it tells of. A standing that is older than the latest one (generation, then final over not final, then
  // attempt, then pages_done) is dropped, so progress never falls. Never fails the caller.
  virtual Async<void> post(Standing standing) = 0;
  virtual Async<std::optional<Standing>> latest(DocumentId document) = 0;
  // Events numbered above `after` that are still known, then new ones as they come.
  virtual Async<Result<std::unique_ptr<EventFeed>>> watch(DocumentId document, std::uint64_t after) = 0;
  // The document was deleted: those who watch it are told. When this returns, no process answers from what it knew of it.
  virtual Async<void> forget(DocumentId document) = 0;
};

struct RateRule {
  std::string name;  // "upload": shown in the RateLimit headers
  int requests = 10;
  std::chrono::seconds window{60};
};

struct RateVerdict {
  bool admitted = true;
  int limit = 0, remaining = 0;
  std::chrono::seconds reset{0};        // until the window is empty again
  std::chrono::seconds retry_after{0};  // when refused: until one more would be admitted, at least 1
};

class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  // Counts one request under `key` if it is admitted; a refused one does not count. Atomic. Sliding window.
  virtual Async<RateVerdict> admit(std::string key, RateRule rule) = 0;
};

class ResultCache {
 public:
  virtual ~ResultCache() = default;
  virtual Async<std::optional<std::string>> get(std::string key) = 0;
  virtual Async<void> put(std::string key, std::string value, std::chrono::seconds time_to_live) = 0;
  virtual Async<void> remove(std::string key) = 0;
};

}  // namespace docquarry
