// GET /v1/documents/{uid}/events: snapshot, progress..., then exactly one of done, failed, cancelled (or deleted), and the stream ends.
#include "api/v1/handlers.h"
#include "api/v1/shapes.h"
#include "api/validation.h"
#include "base/json_writer.h"
#include "http/event_stream.h"

#include <algorithm>
#include <charconv>

namespace docquarry::api::v1 {
namespace {

constexpr std::chrono::milliseconds come_back_after{2000};

std::string_view final_event(TaskState state) {
  if (state == TaskState::completed) return "done";
  return state == TaskState::failed ? "failed" : "cancelled";
}

class DocumentEvents : public http::EventSource {
 public:
  DocumentEvents(std::unique_ptr<ProgressStream> stream, Uid uid, std::uint64_t after)
      : stream_(std::move(stream)), uid_(std::move(uid)), last_(after) {}

  Async<Result<std::optional<http::Event>>> next() override {
    std::optional<http::Event> event;
    if (pending_final_) {
      event = std::move(pending_final_);
      pending_final_.reset();
      ended_ = true;
    }
    if (event || ended_) co_return event;
    auto news = co_await stream_->next();
    if (!news && news.error().is(document_not_found)) {
      ended_ = true;
      event = deleted();
      co_return event;
    }
    if (!news) co_return fail(std::move(news).error());
    if (*news) event = to_event(**news);
    co_return event;
  }

 private:
  http::Event to_event(const ProgressEvent& news) {
    const auto& standing = news.standing;
    last_ = std::max(last_, news.number);
    bool final = is_final(standing.state);
    http::Event event;
    if (last_ > 0) event.id = std::to_string(last_);
    event.data = final || !began_ ? status_body(standing) : progress_body(standing);
    event.event = final ? final_event(standing.state) : "progress";
    if (!began_) {
      began_ = true;
      if (final) pending_final_ = event;
      event.event = "snapshot";
      event.retry = come_back_after;
    } else {
      ended_ = final;
    }
    return event;
  }

  http::Event deleted() const {
    http::Event event;
    event.event = "deleted";
    JsonWriter(event.data).begin_object().member("id", uid_.value()).end_object();
    return event;
  }

  std::unique_ptr<ProgressStream> stream_;
  Uid uid_;
  std::uint64_t last_;
  bool began_ = false, ended_ = false;
  std::optional<http::Event> pending_final_;
};

// What cannot be read counts as none, as in a first request.
std::uint64_t last_event_id(const Request& request) {
  auto text = request.header("last-event-id");
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

Async<Result<Response>> get_events(Api& api, Request& request) {
  Issues issues;
  Parameters(request.query, "query", issues).allow_only({});
  if (issues.any()) co_return issues.response();
  CO_TRY(auto document, co_await api.documents.find(request.captures[0]));
  const auto& view = document.view;
  auto after = last_event_id(request);
  CO_TRY(auto stream, co_await api.services.progress.follow(view.id, after));
  co_return http::event_stream(std::make_unique<DocumentEvents>(std::move(stream), view.uid, after));
}

}  // namespace docquarry::api::v1
