#include "net/http_client.h"

#include "base/io_errors.h"
#include "net/url.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <map>

namespace docquarry::net {

namespace asio = boost::asio;

// ---- the engine: libcurl's sockets and timer on the event loop ---------------------------------------------------------------------------
//
// libcurl says which sockets it wants to hear of (on_socket) and when it wants to be woken (on_timer); we wait and tell it what happened
// (act). Its callbacks must not call back into it, so transfers only note there what happened, and their coroutines go on afterwards.

class HttpClient::Engine {
 public:
  explicit Engine(asio::io_context& loop) : loop_(loop), timer_(loop) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)started;
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Engine::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Engine::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  }
  ~Engine() {
    curl_multi_cleanup(multi_);
    while (!sockets_.empty()) watch(sockets_.begin()->first, CURL_POLL_REMOVE);
  }

  asio::io_context& loop() { return loop_; }
  void add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
  void remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

 private:
  // One socket of libcurl, which owns the descriptor. Kept alive by the waits that are under way; `wanted` is 0 once it is given up.
  struct Socket {
    Socket(asio::io_context& loop, int fd) : descriptor(loop, fd) {}
    ~Socket() { descriptor.release(); }
    asio::posix::stream_descriptor descriptor;
    int wanted = 0;
    bool reading = false, writing = false;
  };

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    static_cast<Engine*>(self)->watch(fd, what);
    return 0;
  }
  static int on_timer(CURLM*, long milliseconds, void* self) {
    static_cast<Engine*>(self)->wake_in(milliseconds);
    return 0;
  }

  void watch(curl_socket_t fd, int what) {
    auto& socket = sockets_[fd];
    if (what == CURL_POLL_REMOVE) {
      if (socket) {
        socket->wanted = 0;
        socket->descriptor.release();  // ends the waits; libcurl closes it
      }
      sockets_.erase(fd);
      return;
    }
    if (!socket) socket = std::make_shared<Socket>(loop_, fd);
    socket->wanted = what;
    arm(fd, socket);
  }

  void arm(curl_socket_t fd, const std::shared_ptr<Socket>& socket) {
    using Descriptor = asio::posix::stream_descriptor;
    if ((socket->wanted & CURL_POLL_IN) != 0 && !socket->reading) {
      socket->reading = true;
      socket->descriptor.async_wait(Descriptor::wait_read, [this, fd, socket](boost::system::error_code error) {
        socket->reading = false;
        happened(fd, socket, CURL_POLL_IN, error ? CURL_CSELECT_ERR : CURL_CSELECT_IN);
      });
    }
    if ((socket->wanted & CURL_POLL_OUT) != 0 && !socket->writing) {
      socket->writing = true;
      socket->descriptor.async_wait(Descriptor::wait_write, [this, fd, socket](boost::system::error_code error) {
        socket->writing = false;
        happened(fd, socket, CURL_POLL_OUT, error ? CURL_CSELECT_ERR : CURL_CSELECT_OUT);
      });
    }
  }

  // The engine is gone when nobody wants the socket any more: nothing of it may be touched then.
  void happened(curl_socket_t fd, const std::shared_ptr<Socket>& socket, int direction, int event) {
    if ((socket->wanted & direction) == 0) return;
    act(fd, event);
    if (socket->wanted != 0) arm(fd, socket);
  }

  void wake_in(long milliseconds) {
    timer_.cancel();
    if (milliseconds < 0) return;
    timer_.expires_after(std::chrono::milliseconds(milliseconds));
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) act(CURL_SOCKET_TIMEOUT, 0);
    });
  }

  void act(curl_socket_t fd, int event);

  asio::io_context& loop_;
  asio::steady_timer timer_;
  CURLM* multi_;
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
};

// ---- one request and its answer --------------------------------------------------------------------------------------------------------

class HttpClient::Transfer {
 public:
  Transfer(Engine& engine, HttpRequest request);
  ~Transfer();

  // Runs until the head of the answer is there.
  Async<Result<void>> run_to_head();
  // More of the body; 0 at its end.
  Async<Result<std::size_t>> receive(std::span<std::byte> into);

  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;

  void finish(CURLcode outcome);  // called by the engine

 private:
  static constexpr std::size_t receive_ahead = 256 * 1024, send_ahead = 64 * 1024;

  static std::size_t on_head(char* data, std::size_t one, std::size_t bytes, void* self);
  static std::size_t on_receive(char* data, std::size_t one, std::size_t bytes, void* self);
  static std::size_t on_send(char* into, std::size_t one, std::size_t bytes, void* self);

  void set_up();
  void take_head_line(std::string_view line);
  std::size_t give(std::span<char> into);
  Async<Result<void>> fetch_upload();
  Async<void> wait_for_news();
  void news() { news_.cancel(); }
  Error failure() const;
  bool upload_is_over() const { return !request_.upload || upload_ended_ || status >= 400; }

  Engine& engine_;
  HttpRequest request_;
  CURL* easy_;
  curl_slist* header_lines_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  asio::steady_timer news_;

  bool head_complete_ = false, ended_ = false;
  CURLcode outcome_ = CURLE_OK;
  std::string received_;  // not yet read by anybody
  std::size_t read_from_ = 0;
  bool receiving_paused_ = false;
  std::string to_send_;
  std::size_t sent_from_ = 0;
  bool sending_paused_ = false, upload_ended_ = false;
};

void HttpClient::Engine::act(curl_socket_t fd, int event) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, event, &running);
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    static_cast<Transfer*>(transfer)->finish(message->data.result);
  }
}

HttpClient::Transfer::Transfer(Engine& engine, HttpRequest request)
    : engine_(engine),
      request_(std::move(request)),
      easy_(curl_easy_init()),
      news_(engine.loop(), asio::steady_timer::time_point::max()) {
  set_up();
  engine_.add(easy_);
}

HttpClient::Transfer::~Transfer() {
  engine_.remove(easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_lines_);
}

void HttpClient::Transfer::set_up() {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, reason_.data());
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, long(request_.connect_time.count()));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, long(request_.idle_time.count()));
  curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
  // A proxy from the environment is meant for the way out, not for this machine, nor for the cloud's services on its link (RFC 3927).
  auto url = parse_url(request_.url);
  bool is_here = url && (url->host == "localhost" || url->host.starts_with("127.") || url->host == "[::1]" ||
                         url->host.starts_with("169.254."));
  if (is_here) curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");

  bool has_type = false;
  for (const auto& [name, value] : request_.headers) {
    auto line = value.empty() ? name + ";" : name + ": " + value;
    header_lines_ = curl_slist_append(header_lines_, line.c_str());
    has_type = has_type || strcasecmp(name.c_str(), "content-type") == 0;
  }
  if (!has_type) header_lines_ = curl_slist_append(header_lines_, "Content-Type:");  // else libcurl claims to send a form
  if (!request_.asks_first) header_lines_ = curl_slist_append(header_lines_, "Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_lines_);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_head);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_receive);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  if (request_.upload) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_send);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, request_.upload_bytes ? curl_off_t(*request_.upload_bytes) : curl_off_t(-1));
  } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_.body.size()));
  }
  if (request_.method == "HEAD") curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

std::size_t HttpClient::Transfer::on_head(char* data, std::size_t one, std::size_t bytes, void* self) {
  static_cast<Transfer*>(self)->take_head_line({data, one * bytes});
  return one * bytes;
}

// Heads of interim answers (100 Continue) come first and are dropped when the next status line comes; trailers are dropped too.
void HttpClient::Transfer::take_head_line(std::string_view line) {
  if (head_complete_) return;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    headers.clear();
    return;
  }
  if (!line.empty()) {
    auto colon = std::min(line.find(':'), line.size());
    std::string name(line.substr(0, colon));
    for (char& c : name) c = char(std::tolower(static_cast<unsigned char>(c)));
    auto value = line.substr(std::min(colon + 1, line.size()));
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    headers.emplace_back(std::move(name), value);
    return;
  }
  long code = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
  if (code < 200) return;
  status = int(code);
  head_complete_ = true;
  news();
}

std::size_t HttpClient::Transfer::on_receive(char* data, std::size_t one, std::size_t bytes, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.received_.size() - transfer.read_from_ > receive_ahead) {
    transfer.receiving_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.received_.append(data, one * bytes);
  transfer.news();
  return one * bytes;
}

std::size_t HttpClient::Transfer::on_send(char* into, std::size_t one, std::size_t bytes, void* self) {
  return static_cast<Transfer*>(self)->give({into, one * bytes});
}

std::size_t HttpClient::Transfer::give(std::span<char> into) {
  auto bytes = std::min(into.size(), to_send_.size() - sent_from_);
  if (bytes == 0 && !upload_is_over()) {
    sending_paused_ = true;
    news();
    return CURL_READFUNC_PAUSE;
  }
  std::memcpy(into.data(), to_send_.data() + sent_from_, bytes);
  sent_from_ += bytes;
  return bytes;
}

void HttpClient::Transfer::finish(CURLcode outcome) {
  outcome_ = outcome;
  ended_ = true;
  news();
}

Async<void> HttpClient::Transfer::wait_for_news() {
  boost::system::error_code woken;
  news_.expires_at(asio::steady_timer::time_point::max());
  co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
}

Async<Result<void>> HttpClient::Transfer::run_to_head() {
  while (!ended_) {
    if (head_complete_ && upload_is_over()) break;
    if (sending_paused_) CO_CHECK(co_await fetch_upload());
    else co_await wait_for_news();
  }
  if (sending_paused_) curl_easy_pause(easy_, CURLPAUSE_CONT);  // refused early: libcurl goes on to the answer
  if (!head_complete_) co_return fail(failure());
  co_return Result<void>{};
}

// Gets the next piece of the upload and lets libcurl go on.
Async<Result<void>> HttpClient::Transfer::fetch_upload() {
  to_send_.resize(send_ahead);
  sent_from_ = 0;
  CO_TRY(auto bytes, co_await request_.upload->read(std::as_writable_bytes(std::span(to_send_))));
  to_send_.resize(bytes);
  upload_ended_ = bytes == 0;
  sending_paused_ = false;
  if (!ended_) curl_easy_pause(easy_, receiving_paused_ ? CURLPAUSE_RECV : CURLPAUSE_CONT);
  co_return Result<void>{};
}

Async<Result<std::size_t>> HttpClient::Transfer::receive(std::span<std::byte> into) {
  while (read_from_ == received_.size() && !ended_) {
    received_.clear();
    read_from_ = 0;
    if (std::exchange(receiving_paused_, false)) curl_easy_pause(easy_, CURLPAUSE_CONT);
    bool waiting = received_.empty() && !ended_;  // going on may have brought some at once
    if (waiting) co_await wait_for_news();
  }
  if (read_from_ == received_.size() && outcome_ != CURLE_OK) co_return fail(failure());
  auto bytes = std::min(into.size(), received_.size() - read_from_);
  std::memcpy(into.data(), received_.data() + read_from_, bytes);
  read_from_ += bytes;
  co_return bytes;
}

// "cannot reach http://127.0.0.1:8000: connection refused"
Error HttpClient::Transfer::failure() const {
  auto url = parse_url(request_.url);
  std::string where = url ? url->origin() : "the address";
  if (!url) return {connection_failed, url.error().message()};
  long error_number = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error_number);
  std::string why = outcome_ == CURLE_COULDNT_CONNECT && error_number != 0 ? std::strerror(int(error_number)) : reason_.data();
  if (why.empty()) why = curl_easy_strerror(outcome_);
  if (outcome_ == CURLE_OPERATION_TIMEDOUT) why = "no answer in time";
  if (!why.empty()) why[0] = char(std::tolower(static_cast<unsigned char>(why[0])));
  return {connection_failed,
          (head_complete_ ? "the answer of " + where + " ended too early: " : "cannot reach " + where + ": ") + why};
}

// ---- the client ------------------------------------------------------------------------------------------------------------------------

class HttpClient::BodySource : public ByteSource {
 public:
  explicit BodySource(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override { return transfer_->receive(into); }

 private:
  std::unique_ptr<Transfer> transfer_;
};

std::string_view HttpResponse::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

HttpClient::HttpClient(asio::io_context& loop) : engine_(std::make_unique<Engine>(loop)) {}
HttpClient::~HttpClient() = default;

Async<Result<HttpResponse>> HttpClient::send(HttpRequest request) {
  auto transfer = std::make_unique<Transfer>(*engine_, std::move(request));
  CO_CHECK(co_await transfer->run_to_head());
  HttpResponse response;
  response.status = transfer->status;
  response.headers = std::move(transfer->headers);
  response.body = std::make_unique<BodySource>(std::move(transfer));
  co_return response;
}

Async<Result<std::string>> read_all(ByteSource& source, std::uint64_t limit_bytes) {
  std::string all;
  std::array<std::byte, 16 * 1024> piece;
  while (true) {
    CO_TRY(auto bytes, co_await source.read(piece));
    if (bytes == 0) co_return all;
    all.append(reinterpret_cast<const char*>(piece.data()), bytes);
    if (all.size() > limit_bytes) co_return fail(body_too_large, "the answer is larger than expected");
  }
}

}  // namespace docquarry::net
