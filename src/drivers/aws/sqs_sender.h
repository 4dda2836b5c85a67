// Sends announcements. Those that come close together leave in one request; a queue that fails is left alone for a while.
#pragma once

#include "drivers/aws/background.h"
#include "drivers/aws/backoff.h"
#include "drivers/aws/sqs_client.h"
#include "drivers/aws/sqs_options.h"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace docquarry::aws {

class SqsSender : public std::enable_shared_from_this<SqsSender> {
 public:
  SqsSender(boost::asio::io_context& loop, std::shared_ptr<SqsClient> client, std::string queue_url, const SqsOptions& options);

  // Returns when the message is in the queue, or its fate unknown. When cancelled it is sent all the same. Errors: queue_unavailable, at
  // once while the queue is left alone; connection_failed; those of the credentials.
  Async<Result<void>> send(OutgoingMessage message);
  void stop() { background_.stop(); }

 private:
  // Shared by the caller and the request: either may end first.
  struct Pending {
    Pending(boost::asio::io_context& loop, OutgoingMessage text)
        : message(std::move(text)), done(loop, boost::asio::steady_timer::time_point::max()) {}
    OutgoingMessage message;
    std::optional<Result<void>> outcome;
    boost::asio::steady_timer done;
  };
  using Batch = std::vector<std::shared_ptr<Pending>>;

  void start();
  static Async<void> run(std::shared_ptr<SqsSender> self);
  Batch take_batch();
  Async<void> send_batch(Batch batch);
  Async<Result<std::vector<EntryOutcome>>> ask(std::vector<OutgoingMessage> messages);

  boost::asio::io_context& loop_;
  std::shared_ptr<SqsClient> client_;
  std::string queue_url_;
  std::chrono::milliseconds send_time_;
  std::deque<std::shared_ptr<Pending>> waiting_;
  bool gathering_ = false;  // a request will be made as soon as the loop has done what it has to do now
  int running_ = 0;
  Backoff backoff_;
  std::string last_failure_;
  Background background_;
};

}  // namespace docquarry::aws
