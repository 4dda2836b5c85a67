// Coroutines that a driver runs beside its callers. They end together: at once when the loop still runs, and with the loop when it does not.
// So whatever such a coroutine uses must live as long as it does: it holds a shared_ptr to its owner, and that is why those are shared.
#pragma once

#include "base/async.h"
#include "base/log.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <list>
#include <memory>
#include <string>

namespace docquarry::aws {

class Background {
 public:
  explicit Background(boost::asio::io_context& loop) : loop_(loop), running_(std::make_shared<Signals>()) {}
  Background(const Background&) = delete;
  ~Background() { stop(); }

  // `name` is for the log, in case it ends with an exception.
  void start(std::string name, Async<void> work) {
    auto place = running_->emplace(running_->end());
    auto ended = [running = running_, place, name = std::move(name)](std::exception_ptr thrown) {
      running->erase(place);
      report(name, thrown);
    };
    boost::asio::co_spawn(loop_, std::move(work), boost::asio::bind_cancellation_slot(place->slot(), std::move(ended)));
  }

  void stop() {
    for (auto& signal : *running_) signal.emit(boost::asio::cancellation_type::terminal);
  }

 private:
  using Signals = std::list<boost::asio::cancellation_signal>;  // one for each that runs; outlives us in the last one's handler

  static void report(const std::string& name, std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted) log::error(name + " ended", {{"what", error.what()}});
    } catch (const std::exception& error) {
      log::error(name + " ended", {{"what", error.what()}});
    }
  }

  boost::asio::io_context& loop_;
  std::shared_ptr<Signals> running_;
};

}  // namespace docquarry::aws
