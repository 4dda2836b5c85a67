// One connection: reads requests, one after the other, calls handlers, sends their answers.
#pragma once

#include "http/body_pump.h"
#include "http/request_body.h"
#include "http/server_core.h"
#include "http/wire.h"

#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <string>

namespace docquarry::http {

// A request that is being answered.
class Exchange : public Request {
 public:
  Exchange(Wire& wire, const ServerLimits& limits, RequestHead head);
  ByteSource& body() override { return incoming; }

  RequestHead head;  // its headers have moved to the request
  RequestBody incoming;
  std::string raw_path, raw_query;
  SteadyTime began;
  bool must_close = false;
};

class Connection {
 public:
  Connection(std::shared_ptr<ServerCore> core, Socket socket, const boost::asio::ip::address& peer);
  ~Connection();

  Async<void> serve();      // until either side closes
  Async<void> turn_away();  // 503: there are too many

  // Called by the server while serve() runs.
  void check_time(SteadyTime now) { wire_.check_time(now); }
  void drain();  // closes now when nothing is being answered, else after the answer; event streams end
  void cut();    // ends whatever runs
  boost::asio::cancellation_slot cancellation() { return cut_.slot(); }

 private:
  Async<Parsed<bool>> next_head(RequestHead& head);
  Async<bool> exchange(RequestHead head);
  Async<void> refuse_head(Refusal refusal);
  Async<Response> answer(Exchange& exchange);
  Async<Response> call(const Route& route, Exchange& exchange);
  Parsed<void> check_request(const Route& route, Exchange& exchange);
  Result<void> place(Exchange& exchange);
  Response error_answer(const Exchange& exchange, int status, const Error& error);

  Async<bool> send(Exchange& exchange, Response& response, bool keep);
  Async<bool> send_stream(Exchange& exchange, Response& response, bool keep);
  Async<bool> follow(Exchange& exchange, BodyPump& pump, std::string head, bool chunked);
  Async<void> watch_client();
  Async<void> linger(Wire::Duration limit);
  void count(std::string_view route, std::string_view method, int status, SteadyTime began);

  std::shared_ptr<ServerCore> core_;
  Wire wire_;
  boost::asio::ip::address peer_address_;
  std::string peer_;
  boost::asio::cancellation_signal cut_;
  std::string out_;  // the head of an answer, kept for its memory
  bool interruptible_ =
      false;             // nothing is lost when the present wait ends: between requests, during an event stream, while lingering
  bool is_new_ = true;   // nobody has waited for a request yet
  bool unread_ = false;  // the client may still be sending something that nobody will read
};

}  // namespace docquarry::http
