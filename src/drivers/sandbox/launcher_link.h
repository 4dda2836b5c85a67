// The launcher process and the conversation with it: requests out, reports in, one watcher of its socket for all children.
#pragma once

#include "base/async.h"
#include "base/files.h"
#include "base/result.h"
#include "wire/request.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace docquarry {

// What the launcher has said about one child. Shared between the link, which fills it in, and the child's owner, who waits for it.
struct ChildReports {
  explicit ChildReports(boost::asio::io_context& loop) : changed(loop, boost::asio::steady_timer::time_point::max()) {}

  UniqueFd process;  // a pidfd; empty until the child has started
  int pid = 0;
  std::optional<wire::Ended> ended;
  bool lost = false;      // the launcher died or could not start the child
  bool unwanted = false;  // to be killed when its start is reported
  boost::asio::steady_timer changed;

  // At once, or as soon as its start is reported; harmless when it has ended.
  void kill();
  // Waits until it has ended or is lost, at most so long.
  Async<void> wait_for_end(std::chrono::steady_clock::duration most);
};

class LauncherLink : public std::enable_shared_from_this<LauncherLink> {
 public:
  // Starts the program; what it says first is waited for by ready().
  static Result<std::shared_ptr<LauncherLink>> launch(boost::asio::io_context& loop, const std::filesystem::path& program,
                                                      bool required);
  // Ends the launcher, and with it its children.
  ~LauncherLink();

  // Errors: extractor_unavailable when the launcher ended or refused to work.
  Async<Result<wire::Ready>> ready();
  bool broken() const { return broken_; }
  // Kills the launcher, and with it its children; whoever waits for them learns it here.
  void break_up();

  // Sends a request with its two descriptors; the reports about the child numbered `number` arrive in what is returned.
  Async<Result<std::shared_ptr<ChildReports>>> request(std::uint32_t number, std::string packet, int first, int second);

  LauncherLink(boost::asio::io_context& loop, UniqueFd socket, int pid);

 private:
  void watch();
  bool read_one_report();  // false: nothing more to read now
  void on_started(const wire::Started& started, UniqueFd process);
  void on_ended(const wire::Ended& ended);

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor socket_;
  int pid_;
  bool broken_ = false;
  std::optional<wire::Ready> ready_;
  boost::asio::steady_timer changed_;
  std::unordered_map<std::uint32_t, std::shared_ptr<ChildReports>> children_;
};

// One packet with descriptors (-1: none), without waiting. Empty result: sent; false: the socket is full, try again when it is writable.
Result<bool> try_send_packet(int socket, std::string_view packet, int first, int second);

}  // namespace docquarry
