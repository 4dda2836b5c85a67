// One confined child as its owner sees it: messages come out, clocks and memory are watched, and it never outlives this object.
#pragma once

#include "drivers/sandbox/launcher_link.h"
#include "drivers/sandbox/sandboxed_extractor.h"
#include "wire/frame_reader.h"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <string>

namespace docquarry {

// The most that a document may still use, over all its children.
struct Budget {
  std::chrono::steady_clock::duration cpu, wall;
};

// The part of the settings that a child has to know.
wire::ChildLimits child_limits(const SandboxLimits& limits);

class Child {
 public:
  using Clock = std::chrono::steady_clock;

  // A child for one document; `packet` is its request.
  static Async<Result<std::unique_ptr<Child>>> start(boost::asio::io_context& loop, std::shared_ptr<LauncherLink> link,
                                                     std::uint32_t number, std::string packet, int document,
                                                     const SandboxLimits& limits);
  // A child for a batch; documents are sent to it by send_document().
  static Async<Result<std::unique_ptr<Child>>> start_batch(boost::asio::io_context& loop, std::shared_ptr<LauncherLink> link,
                                                           std::uint32_t number, std::string packet, const SandboxLimits& limits);
  ~Child();

  Result<void> send_document(std::string_view packet, int document);

  // Starts the clocks for a document.
  void begin(Budget budget);
  // More pages, more time.
  void extend(Budget budget) { budget_ = budget; }

  // The next message; empty when the child has closed its pipe, which is right only after `end` or `failed`. Errors: those of FrameReader.
  Async<Result<std::optional<wire::Message>>> receive(wire::FrameReader& reader, boost::asio::thread_pool& helpers);

  // The owner is busy (the child may have to wait for it): the clocks of wall time and progress stand still.
  void pause_clocks() { paused_since_ = Clock::now(); }
  void resume_clocks();

  // The clocks stop until the next begin(): the child waits for a document.
  void rest() { watch_.cancel(); }
  bool broke() const { return ended_for_.has_value() || reports_->ended.has_value() || reports_->lost; }

  // Why it is dead, after receive() gave nothing: memory_limit, time_limit, extractor_crashed, extractor_unavailable.
  Async<Error> cause_of_death();

  Clock::duration cpu_used() const;   // since begin()
  Clock::duration wall_used() const;  // since begin(), pauses left out
  std::uint64_t peak_memory_bytes() const { return peak_memory_bytes_; }

 private:
  Child(boost::asio::io_context& loop, UniqueFd results, UniqueFd batch_socket, const SandboxLimits& limits);

  void watch();
  void look();
  void end_for(const ErrorCode& code, std::string why);
  Clock::duration cpu_clock() const;  // since the child was forked

  const SandboxLimits& limits_;
  std::shared_ptr<LauncherLink> link_;
  boost::asio::posix::stream_descriptor results_;
  UniqueFd batch_socket_;
  std::shared_ptr<ChildReports> reports_;
  boost::asio::steady_timer watch_;
  std::optional<Error> ended_for_;
  Budget budget_{};
  Clock::duration cpu_at_begin_{};
  mutable Clock::duration cpu_seen_{};
  Clock::time_point begun_, progressed_;
  std::optional<Clock::time_point> paused_since_;
  std::uint64_t peak_memory_bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // tells the timer's handler that this object is gone
};

}  // namespace docquarry
