// Server-sent events (WHATWG HTML, "Server-sent events"): the answer is a body that never ends by itself.
#pragma once

#include "base/byte_source.h"
#include "http/response.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace docquarry::http {

struct Event {
  std::string id;                                  // what a client that comes back sends as Last-Event-ID; empty: none
  std::string event;                               // its type; empty: "message"
  std::string data;                                // any number of lines
  std::optional<std::chrono::milliseconds> retry;  // how long a client waits before it comes back
};

// "id: 7\nevent: progress\ndata: {}\n\n". Line ends of any kind in `data` start a new data line; in the other fields they are left out.
std::string format_event(const Event& event);

class EventSource {
 public:
  virtual ~EventSource() = default;
  // The next event; waits for it. Empty: there will be no more. Ends when cancelled.
  virtual Async<Result<std::optional<Event>>> next() = 0;
};

// The events as bytes, with a comment as heartbeat whenever `heartbeat` passes without one, so that proxies keep the connection open and
// a client that has gone is noticed. A heartbeat does not interrupt next(), so no event is lost to it. When read() is cancelled, next() is
// cancelled and has ended before read() ends.
class EventStream : public ByteSource {
 public:
  EventStream(std::unique_ptr<EventSource> source, std::chrono::steady_clock::duration heartbeat);
  ~EventStream() override;
  Async<Result<std::size_t>> read(std::span<std::byte> into) override;

 private:
  struct Waiting;
  Async<Result<std::string>> next_text();

  std::shared_ptr<Waiting>
      waiting_;  // shared with the coroutine that waits in next(), which may outlive this object while it unwinds
  std::chrono::steady_clock::duration heartbeat_;
  std::string text_;
  std::size_t taken_ = 0;
};

// The whole answer: 200, text/event-stream, not to be cached or buffered on the way.
Response event_stream(std::unique_ptr<EventSource> source,
                      std::chrono::steady_clock::duration heartbeat = std::chrono::seconds(15));

}  // namespace docquarry::http
