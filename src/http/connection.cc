#include "http/connection.h"

#include "base/io_errors.h"
#include "base/log.h"
#include "http/characters.h"
#include "http/response_head.h"
#include "http/target.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace docquarry::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t joined_body = 16 * 1024;  // up to this size a body is copied behind its head and sent as one piece
constexpr std::size_t kept_head = 2 * 1024;     // what an idle connection may keep of the memory for heads
constexpr std::size_t stream_block = 64 * 1024;
constexpr std::size_t event_block = 1024;  // per open event stream
constexpr std::size_t pipelined_while_following = 4 * 1024;
constexpr auto linger_time = std::chrono::seconds(5);
constexpr std::uint64_t linger_bytes = 16 * 1024 * 1024;
constexpr auto turn_away_time = std::chrono::seconds(1);

bool is_sane_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool has_no_body(int status) { return status == 204 || status == 304 || status < 200; }

int status_of(const Error& error) {
  if (error.code().kind == ErrorKind::unavailable) return 503;
  return error.code().kind == ErrorKind::not_found ? 404 : 500;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

}  // namespace

Exchange::Exchange(Wire& wire, const ServerLimits& limits, RequestHead request_head)
    : head(std::move(request_head)), incoming(wire, limits, head), began(std::chrono::steady_clock::now()) {
  head_only = head.method == "HEAD";
  method = head_only ? "GET" : head.method;
  headers = std::move(head.headers);
  body_announced = head.framing != Framing::none;
  if (head.framing == Framing::length) content_length = head.content_length;
}

Connection::Connection(std::shared_ptr<ServerCore> core, Socket socket, const asio::ip::address& peer)
    : core_(std::move(core)), wire_(std::move(socket)), peer_address_(unmapped(peer)), peer_(peer_address_.to_string()) {
  core_->connections.insert(this);
  if (core_->metrics != nullptr) core_->metrics->open_connections.Increment();
}

Connection::~Connection() {
  core_->connections.erase(this);
  if (core_->metrics != nullptr) core_->metrics->open_connections.Decrement();
  if (core_->connections.empty() && core_->when_empty) core_->when_empty();
}

void Connection::drain() {
  if (interruptible_) wire_.interrupt();
}

void Connection::cut() {
  wire_.close();
  cut_.emit(asio::cancellation_type::terminal);
}

Async<void> Connection::serve() {
  bool open = true;
  while (open) {
    wire_.give_back_memory();
    if (out_.capacity() > kept_head) std::string().swap(out_);
    RequestHead head;
    auto arrived = co_await next_head(head);
    if (!arrived) {
      co_await refuse_head(std::move(arrived).error());
      open = false;
    } else if (*arrived) {
      open = co_await exchange(std::move(head));
    } else {
      open = false;
    }
  }
  if (unread_ || !wire_.unread().empty()) co_await linger(linger_time);
}

// False when the client closes, or stays silent, instead of sending a request.
Async<Parsed<bool>> Connection::next_head(RequestHead& head) {
  const auto& limits = core_->options.limits;
  HeadScanner scanner(core_->head_limits());
  SteadyTime deadline;
  bool begun = false, skipped_empty_line = false, may_wait = is_new_;
  is_new_ = false;
  while (true) {
    if (!skipped_empty_line && wire_.unread().starts_with("\r\n")) {  // some clients send one too many (RFC 9112 section 2.2)
      wire_.consume(2);
      skipped_empty_line = true;
    }
    auto bytes = wire_.unread();
    if (!bytes.empty() && bytes != "\r") {
      if (!begun) deadline = std::chrono::steady_clock::now() + limits.head_time;
      begun = true;
      auto scanned = scanner.scan(bytes);
      if (!scanned) co_return tl::unexpected<Refusal>(std::move(scanned).error());
      if (*scanned > 0) {
        auto parsed = parse_head(bytes.substr(0, *scanned), core_->head_limits());
        if (!parsed) co_return tl::unexpected<Refusal>(std::move(parsed).error());
        head = std::move(*parsed);
        wire_.consume(*scanned);
        co_return true;
      }
    }
    auto limit = core_->draining ? Wire::Duration(turn_away_time) : Wire::Duration(limits.idle_time);
    if (begun) limit = std::max(deadline - std::chrono::steady_clock::now(), Wire::Duration::zero());
    interruptible_ = !begun;
    std::size_t received = co_await wire_.receive(limit, limits.head_bytes + 1);
    interruptible_ = false;
    if (received > 0) continue;
    if (begun && wire_.is_late()) co_return refuse(408, client_too_slow, "the head of the request arrived too slowly");
    if (!core_->draining || wire_.is_late()) co_return false;
    // Who has just connected is about to send, and could not send it elsewhere.
    bool go_on = wire_.has_arrived() || std::exchange(may_wait, false);
    if (!go_on) co_return false;
  }
}

Async<void> Connection::refuse_head(Refusal refusal) {
  auto request = std::make_unique<Exchange>(wire_, core_->options.limits, RequestHead());
  request->peer = peer_;
  request->id = core_->new_request_id();
  unread_ = true;
  Response response = error_answer(*request, refusal.status, refusal.error);
  co_await send(*request, response, false);
  count("refused", "-", response.status, request->began);
}

Async<void> Connection::turn_away() {
  Refusal refusal{503, Error(at_capacity, "there are too many connections")};
  co_await refuse_head(std::move(refusal));
  co_await linger(turn_away_time);
}

void Connection::count(std::string_view route, std::string_view method, int status, SteadyTime began) {
  if (core_->metrics == nullptr) return;
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  core_->metrics->count_request(route, method, status, took.count());
}

// Answers one request; true when another may follow.
Async<bool> Connection::exchange(RequestHead head) {
  bool wants_more = head.keep_alive;
  auto request = std::make_unique<Exchange>(wire_, core_->options.limits, std::move(head));
  Response response;
  auto placed = place(*request);
  if (placed) {
    response = co_await answer(*request);
  } else {
    request->must_close = true;
    response = error_answer(*request, 400, placed.error());
  }
  bool finished = request->incoming.is_finished();
  if (!finished) unread_ = true;
  bool keep = wants_more && finished && !request->must_close && !core_->draining;
  bool sent = co_await send(*request, response, keep);
  count(request->route.empty() ? "unmatched" : request->route, request->head.method, response.status, request->began);
  co_return keep&& sent && !core_->draining;
}

// Where the request wants to go and who sends it.
Result<void> Connection::place(Exchange& request) {
  auto id = request.header("x-request-id");
  request.id = is_sane_id(id) ? std::string(id) : core_->new_request_id();
  request.peer = peer_;
  auto target = parse_target(request.head.method, request.head.target);
  if (!target) return fail(std::move(target).error().error);
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.raw_path = std::move(target->raw_path);
  request.raw_query = std::move(target->raw_query);
  std::string forwarded_for;
  for (auto& [name, value] : request.headers) {
    if (name == "host" && target->authority) value = *target->authority;
    if (name == "x-forwarded-for") forwarded_for.append(forwarded_for.empty() ? "" : ",").append(value);
  }
  if (!forwarded_for.empty() && !core_->proxies.empty()) request.peer = core_->proxies.client_behind(peer_address_, forwarded_for);
  return {};
}

Response Connection::error_answer(const Exchange& request, int status, const Error& error) {
  return core_->error_page(request, status, error);
}

Async<Response> Connection::answer(Exchange& request) {
  if (request.path == "*") co_return Response(204, "text/plain", "");  // OPTIONS *: a ping (RFC 9110 section 9.3.7)
  auto match = core_->router.find(request.head.method, request.path);
  if (match.route != nullptr) {
    request.route = match.route->pattern;
    request.captures = std::move(match.captures);
    co_return co_await call(*match.route, request);
  }
  if (match.add_slash_redirect) {
    auto path = request.raw_path;
    if (path.ends_with('/')) path.pop_back();
    else path += '/';
    Response redirect(307, "text/plain; charset=utf-8", "");
    redirect.set("Location", request.raw_query.empty() ? path : path + "?" + request.raw_query);
    co_return redirect;
  }
  if (match.allowed.empty()) co_return error_answer(request, 404, Error(route_not_found, "there is nothing at this address"));
  Response wrong = error_answer(request, 405, Error(method_not_allowed, "this address does not answer " + request.head.method));
  wrong.set("Allow", joined(match.allowed));
  co_return wrong;
}

Async<Response> Connection::call(const Route& route, Exchange& request) {
  Response response;
  std::string thrown;
  try {
    if (core_->before) {
      auto refused = co_await core_->before(request);
      if (refused) co_return std::move(*refused);
    }
    auto acceptable = check_request(route, request);
    if (!acceptable) {
      request.must_close = true;
      co_return error_answer(request, acceptable.error().status, acceptable.error().error);
    }
    request.incoming.set_limit(route.body_limit_bytes);
    response = co_await route.handler(request);
    co_return response;
  } catch (const std::exception& problem) {
    thrown = problem.what();
  }
  request.must_close = true;
  if (wire_.can_send()) log::error("handler threw", {{"route", route.pattern}, {"request", request.id}, {"what", thrown}});
  co_return error_answer(request, 500, Error(internal_error, "something went wrong inside the service"));
}

// What the route's own numbers decide, before anything of the body is read.
Parsed<void> Connection::check_request(const Route& route, Exchange& request) {
  auto coding = request.header("content-encoding");
  if (request.has_body() && !coding.empty() && !same_ignoring_case(coding, "identity")) {
    return refuse(415, unsupported_media, "send the body without Content-Encoding");
  }
  bool brings_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.head.minor_version == 0 && brings_body && route.body_limit_bytes > 0 && request.header("content-length").empty()) {
    return refuse(411, malformed_request, "send a Content-Length");
  }
  if (request.has_body() && route.body_limit_bytes == 0) return refuse(413, body_too_large, "no body is accepted here");
  if (request.content_length.value_or(0) > route.body_limit_bytes) {
    return refuse(413, body_too_large,
                  "the body is larger than the " + std::to_string(route.body_limit_bytes) + " bytes allowed here");
  }
  return {};
}

Async<bool> Connection::send(Exchange& request, Response& response, bool keep) {
  if (response.stream && !request.head_only && !has_no_body(response.status))
    co_return co_await send_stream(request, response, keep);
  ResponseFraming framing;
  framing.keep_alive = keep;
  framing.old_client = request.head.minor_version == 0;
  if (!has_no_body(response.status)) {
    framing.content_length = response.body.size();
    if (response.stream) framing.content_length = response.stream_bytes;
  }
  bool sends_body = !request.head_only && !has_no_body(response.status);
  if (!sends_body) response.body.clear();
  out_.clear();
  append_head(out_, response, framing, core_->date(), request.id);
  bool one_piece = response.body.size() <= joined_body;
  if (one_piece) out_ += response.body;
  Wire::Pieces pieces{asio::buffer(out_), one_piece ? asio::const_buffer() : asio::buffer(response.body)};
  if (wire_.send_at_once(pieces)) co_return true;
  bool sent = co_await wire_.send(pieces, core_->options.limits.idle_time);
  co_return sent;
}

Async<bool> Connection::send_stream(Exchange& request, Response& response, bool keep) {
  ResponseFraming framing;
  framing.old_client = request.head.minor_version == 0;
  framing.content_length = response.stream_bytes;
  framing.chunked = !response.stream_bytes && !framing.old_client;
  framing.keep_alive = keep && (response.stream_bytes || framing.chunked);
  auto idle = core_->options.limits.idle_time;
  auto block = response.follow_client ? event_block : stream_block;
  if (response.stream_bytes && *response.stream_bytes < block) block = std::size_t(*response.stream_bytes) + 8;
  BodyPump pump(wire_, *response.stream, response.stream_bytes, framing.chunked, block, idle);
  if (!response.follow_client) {
    auto begun = co_await pump.begin();
    if (!begun) {
      log::warn("answer failed before its first byte", begun.error(), {{"request", request.id}});
      response = error_answer(request, status_of(begun.error()), begun.error());
      co_return co_await send(request, response, keep);
    }
  }
  std::string head;
  append_head(head, response, framing, core_->date(), request.id);
  bool whole = false;
  if (response.follow_client) whole = co_await follow(request, pump, std::move(head), framing.chunked);
  else whole = co_await pump.run(std::move(head));
  bool end_shows = framing.chunked || response.stream_bytes;
  if (!whole && end_shows) wire_.close();
  if (!whole && !end_shows) wire_.reset();
  co_return whole&& framing.keep_alive;
}

// Event streams live long and are mostly silent: what the request held is given back, and the client is watched, so that the source is
// cancelled as soon as nobody listens any more. What the client sends meanwhile (pipelining) is kept.
Async<bool> Connection::follow(Exchange& request, BodyPump& pump, std::string head, bool chunked) {
  using namespace asio::experimental::awaitable_operators;
  decltype(request.headers)().swap(request.headers);
  wire_.give_back_memory();
  auto idle = core_->options.limits.idle_time;
  Wire::Pieces pieces{asio::buffer(head)};
  bool sent = co_await wire_.send(pieces, idle);
  if (!sent) co_return false;
  std::string().swap(head);

  if (core_->metrics != nullptr) core_->metrics->open_event_streams.Increment();
  interruptible_ = true;
  auto pumping = pump.run(std::string());
  auto watching = watch_client();
  auto first = co_await (std::move(pumping) || std::move(watching));
  interruptible_ = false;
  if (core_->metrics != nullptr) core_->metrics->open_event_streams.Decrement();
  if (first.index() == 0) co_return std::get<0>(first);
  if (!core_->draining || !wire_.can_send()) co_return false;  // the client has gone
  if (!chunked) co_return true;
  Wire::Pieces end{asio::buffer(BodyPump::last_chunk)};
  bool ended = co_await wire_.send(end, idle);
  co_return ended;
}

// Returns when the client has closed its side, or drain() interrupts.
Async<void> Connection::watch_client() {
  while (wire_.unread().size() < pipelined_while_following) {
    if (core_->draining) co_return;  // the interruption came before this coroutine had started
    std::size_t received = co_await wire_.receive(Wire::no_limit, pipelined_while_following);
    if (received == 0) co_return;
  }
  co_await pause_for(std::chrono::hours(24 * 365));  // it sends too much to be listened to; the next write notices when it leaves
}

// Lets the client read the answer before the connection is reset by bytes that we did not read (RFC 9112 section 9.6).
Async<void> Connection::linger(Wire::Duration limit) {
  wire_.end_sending();
  interruptible_ = true;
  auto until = std::chrono::steady_clock::now() + limit;
  auto sink = std::make_unique_for_overwrite<std::byte[]>(joined_body);
  asio::mutable_buffer space(sink.get(), joined_body);
  std::uint64_t taken = 0;
  while (taken < linger_bytes && !core_->draining) {
    auto left = std::max(until - std::chrono::steady_clock::now(), Wire::Duration::zero());
    std::size_t got = co_await wire_.receive_into(space, left);
    if (got == 0) break;
    taken += got;
  }
}

}  // namespace docquarry::http
