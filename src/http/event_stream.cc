#include "http/event_stream.h"

#include "base/io_errors.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>

#include <cstring>

namespace docquarry::http {
namespace {

namespace asio = boost::asio;

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

}  // namespace

std::string format_event(const Event& event) {
  std::string out;
  if (!event.id.empty()) append_field(out, "id", event.id);
  if (!event.event.empty()) append_field(out, "event", event.event);
  if (event.retry) append_field(out, "retry", std::to_string(event.retry->count()));
  std::string_view data = event.data;
  while (true) {
    auto end = data.find_first_of("\r\n");
    append_field(out, "data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    bool both = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (both ? 2 : 1));
  }
  out += '\n';
  return out;
}

// One call of next(), which goes on while heartbeats are sent.
struct EventStream::Waiting {
  explicit Waiting(std::unique_ptr<EventSource> events) : source(std::move(events)) {}

  std::unique_ptr<EventSource> source;
  std::optional<asio::steady_timer> woken;  // cancelled when next() has ended
  asio::cancellation_signal stop;
  bool running = false;
  std::optional<Result<std::optional<Event>>> outcome;

  void start(const std::shared_ptr<Waiting>& self, const asio::any_io_executor& executor) {
    if (!woken) woken.emplace(executor);
    running = true;
    auto ended = [self](const std::exception_ptr& thrown, Result<std::optional<Event>> event) {
      self->running = false;
      if (thrown) self->outcome = fail(internal_error, "the event source threw or was cancelled");
      else self->outcome = std::move(event);
      self->woken->cancel();
    };
    asio::co_spawn(executor, source->next(), asio::bind_cancellation_slot(stop.slot(), std::move(ended)));
  }
};

EventStream::EventStream(std::unique_ptr<EventSource> source, std::chrono::steady_clock::duration heartbeat)
    : waiting_(std::make_shared<Waiting>(std::move(source))), heartbeat_(heartbeat) {}

EventStream::~EventStream() {
  if (waiting_->running) waiting_->stop.emit(asio::cancellation_type::terminal);
}

Async<Result<std::string>> EventStream::next_text() {
  auto waiting = waiting_;
  auto executor = co_await asio::this_coro::executor;
  boost::system::error_code woken;
  if (!waiting->running && !waiting->outcome) waiting->start(waiting, executor);
  if (!waiting->outcome) {
    waiting->woken->expires_after(heartbeat_);
    co_await waiting->woken->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    waiting->stop.emit(asio::cancellation_type::terminal);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (waiting->running) {
      waiting->woken->expires_at(asio::steady_timer::time_point::max());
      co_await waiting->woken->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (!waiting->outcome) co_return std::string(":\n\n");
  auto outcome = std::move(*waiting->outcome);
  waiting->outcome.reset();
  if (!outcome) co_return fail(std::move(outcome).error());
  if (!*outcome) co_return std::string();
  co_return format_event(**outcome);
}

Async<Result<std::size_t>> EventStream::read(std::span<std::byte> into) {
  if (taken_ == text_.size()) {
    taken_ = 0;
    text_.clear();
    CO_TRY(text_, co_await next_text());
  }
  std::size_t piece = std::min(into.size(), text_.size() - taken_);
  std::memcpy(into.data(), text_.data() + taken_, piece);
  taken_ += piece;
  co_return piece;
}

Response event_stream(std::unique_ptr<EventSource> source, std::chrono::steady_clock::duration heartbeat) {
  Response response(200, "text/event-stream; charset=utf-8", "");
  response.set("Cache-Control", "no-store");
  response.set("X-Accel-Buffering", "no");  // nginx would hold the events back
  response.stream = std::make_unique<EventStream>(std::move(source), heartbeat);
  response.follow_client = true;
  return response;
}

}  // namespace docquarry::http
