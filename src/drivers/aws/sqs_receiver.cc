#include "drivers/aws/sqs_receiver.h"

#include "base/fault.h"
#include "base/log.h"

#include <boost/asio/redirect_error.hpp>

namespace docquarry::aws {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int most_unheard = 1024;  // whoever wakes up takes all that is due, so more rings would say nothing new
constexpr auto pause_after_hasty_answer = 500ms;
constexpr auto between_foreign_warnings = 60s, between_dead_letter_questions = 60s;

}  // namespace

struct SqsReceiver::Waiter {
  explicit Waiter(SqsReceiver& owner) : receiver(owner), timer(owner.loop_, boost::asio::steady_timer::time_point::max()) {
    place = receiver.waiting_.insert(receiver.waiting_.end(), this);
  }
  // A ring that reached a waiter which was cancelled at the same moment goes to the next.
  ~Waiter() {
    if (!outcome) receiver.waiting_.erase(place);
    else if (*outcome && !heard) receiver.ring();
  }
  void tell(Result<void> what) {
    outcome = std::move(what);
    timer.cancel();
  }

  SqsReceiver& receiver;
  boost::asio::steady_timer timer;
  std::list<Waiter*>::iterator place;
  std::optional<Result<void>> outcome;  // once it is out of the list
  bool heard = false;
};

SqsReceiver::SqsReceiver(boost::asio::io_context& loop, std::shared_ptr<SqsClient> client, std::string queue_url,
                         const SqsOptions& options)
    : loop_(loop),
      client_(std::move(client)),
      queue_url_(std::move(queue_url)),
      most_(options.messages_at_once),
      patience_(options.long_poll),
      hidden_(options.hidden),
      backoff_(options.first_pause, options.longest_pause),
      background_(loop) {}

Async<Result<void>> SqsReceiver::wait() {
  if (unheard_ > 0) {
    --unheard_;
    co_return Result<void>{};
  }
  auto self = shared_from_this();
  Waiter waiter(*this);
  start();
  boost::system::error_code woken;
  co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  auto state = co_await boost::asio::this_coro::cancellation_state;
  bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
  if (cancelled || !waiter.outcome) throw boost::system::system_error(boost::asio::error::operation_aborted);
  waiter.heard = true;
  co_return std::move(*waiter.outcome);
}

void SqsReceiver::ring() {
  if (waiting_.empty()) {
    if (unheard_ < most_unheard) ++unheard_;
    return;
  }
  Waiter& first = *waiting_.front();
  waiting_.pop_front();
  first.tell({});
}

void SqsReceiver::tell_all(const Error& error) {
  while (!waiting_.empty()) {
    Waiter& first = *waiting_.front();
    waiting_.pop_front();
    first.tell(fail(error));
  }
}

void SqsReceiver::start() {
  if (running_) return;
  running_ = true;
  background_.start("receiving announcements", run(shared_from_this()));
}

Async<void> SqsReceiver::run(std::shared_ptr<SqsReceiver> self) {
  while (!self->waiting_.empty()) {
    if (!self->backoff_.is_over()) co_await self->pause_after_failure();
    else co_await self->receive_once();
  }
  self->running_ = false;
}

Async<void> SqsReceiver::pause_after_failure() {
  boost::asio::steady_timer timer(loop_, backoff_.until());
  co_await timer.async_wait(boost::asio::use_awaitable);
}

Async<void> SqsReceiver::receive_once() {
  auto began = Steady::now();
  auto messages = co_await client_->receive(queue_url_, most_, patience_, hidden_);
  if (messages && !messages->empty()) {
    // Not heard: they come again when they are no longer hidden.
    if (auto struck = fault_point("announcement.received"); !struck) messages = fail(struck.error());
  }
  if (!messages) {
    backoff_.failed();
    tell_all(std::move(messages).error().in("receive announcements"));
    co_return;
  }
  if (backoff_.is_failing()) log::info("the queue answers again");
  backoff_.succeeded();
  bool hasty = messages->empty() && Steady::now() - began < patience_ / 2;
  if (hasty) co_await pause_for(pause_after_hasty_answer);  // a server that does not wait must not be asked without end
  if (!messages->empty()) co_await take(std::move(*messages));
}

// Rings first: what follows may fail or be interrupted, and then the messages come again.
Async<void> SqsReceiver::take(std::vector<ReceivedMessage> messages) {
  std::vector<std::string> taken;
  std::vector<std::pair<ReceivedMessage, std::string>> foreign;
  for (auto& message : messages) {
    auto document = announced_document(message.body);
    if (document || message.receive_count == 1) ring();
    if (document) taken.push_back(std::move(message.receipt));
    else foreign.emplace_back(std::move(message), document.error().message());
  }
  for (auto& [message, why] : foreign) {
    std::string receipt = message.receipt;
    bool stays = co_await should_stay(std::move(message), std::move(why));
    if (!stays) taken.push_back(std::move(receipt));
  }
  if (!taken.empty()) co_await remove(std::move(taken));
}

// A message that is not ours may be somebody's who has the wrong address. Where there is a dead-letter queue it is left to go there, for an
// operator to look at; where there is none it would come again for ever, so it is deleted.
Async<bool> SqsReceiver::should_stay(ReceivedMessage message, std::string why_foreign) {
  bool stays = co_await has_dead_letter_queue();
  ++foreign_since_warning_;
  if (message.receive_count > 1 || Steady::now() < next_foreign_warning_) co_return stays;
  next_foreign_warning_ = Steady::now() + between_foreign_warnings;
  log::warn(stays ? "foreign message in the queue, left for the dead-letter queue" : "foreign message in the queue, deleted",
            {{"message_id", message.id},
             {"why", why_foreign},
             {"bytes", message.body.size()},
             {"since_last_warning", std::exchange(foreign_since_warning_, 0)}});
  co_return stays;
}

Async<bool> SqsReceiver::has_dead_letter_queue() {
  if (Steady::now() < next_dead_letter_question_) co_return has_dead_letter_queue_;
  auto attributes = co_await client_->attributes(queue_url_);
  next_dead_letter_question_ = Steady::now() + between_dead_letter_questions;
  if (!attributes)
    log::warn("cannot learn whether the queue has a dead-letter queue, deleting no foreign message", attributes.error());
  has_dead_letter_queue_ = !attributes || attributes->contains("RedrivePolicy");
  co_return has_dead_letter_queue_;
}

Async<void> SqsReceiver::remove(std::vector<std::string> receipts) {
  if (auto struck = fault_point("announcement.before_delete"); !struck) co_return;  // heard again
  auto outcomes = co_await client_->remove(queue_url_, std::move(receipts));
  if (!outcomes) {
    log::warn("cannot delete announcements, they will be heard again", outcomes.error());
    co_return;
  }
  if (auto struck = fault_point("announcement.after_delete"); !struck) co_return;
  for (const auto& outcome : *outcomes) {
    if (!outcome) continue;
    log::warn("cannot delete an announcement, it will be heard again", *outcome);
    co_return;  // one for all
  }
}

}  // namespace docquarry::aws
