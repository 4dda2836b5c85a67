// Hears the bell. Messages are received by one coroutine as long as somebody waits. It belongs to the queue, not to those who wait: a wait
// that is cancelled neither loses a message nor breaks off a request (SQS may hand messages to a request whose client has left, and would
// then hide them for a while).
#pragma once

#include "drivers/aws/background.h"
#include "drivers/aws/backoff.h"
#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_options.h"

#include <boost/asio/io_context.hpp>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace docquarry::aws {

class SqsReceiver : public std::enable_shared_from_this<SqsReceiver> {
 public:
  SqsReceiver(boost::asio::io_context& loop, std::shared_ptr<SqsClient> client, std::string queue_url, const SqsOptions& options);

  // As TaskQueue::wait. Everybody who waits is told of a failure; who comes while the queue is left alone waits for the next attempt.
  Async<Result<void>> wait();
  void stop() { background_.stop(); }

 private:
  struct Waiter;

  void start();
  static Async<void> run(std::shared_ptr<SqsReceiver> self);
  Async<void> pause_after_failure();
  Async<void> receive_once();
  Async<void> take(std::vector<ReceivedMessage> messages);
  Async<bool> should_stay(ReceivedMessage message, std::string why_foreign);
  Async<bool> has_dead_letter_queue();
  Async<void> remove(std::vector<std::string> receipts);
  void ring();
  void tell_all(const Error& error);

  boost::asio::io_context& loop_;
  std::shared_ptr<SqsClient> client_;
  std::string queue_url_;
  int most_;
  std::chrono::seconds patience_, hidden_;
  std::list<Waiter*> waiting_;
  int unheard_ = 0;  // rings that nobody waited for
  bool running_ = false;
  Backoff backoff_;
  bool has_dead_letter_queue_ = true;
  std::chrono::steady_clock::time_point next_dead_letter_question_, next_foreign_warning_;
  int foreign_since_warning_ = 0;
  Background background_;
};

}  // namespace docquarry::aws
