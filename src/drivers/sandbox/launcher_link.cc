#include "drivers/sandbox/launcher_link.h"

#include "base/fault.h"
#include "domain/error_codes.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <variant>

#include <boost/asio/redirect_error.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace docquarry {
namespace {

constexpr std::chrono::seconds longest_start{10};

Result<int> spawn_launcher(const std::filesystem::path& program, int socket, bool required) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, socket, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  std::string name = program.string(), command = "launcher", level = required ? "required" : "best_effort";
  char* arguments[] = {name.data(), command.data(), level.data(), nullptr};
  char* no_environment[] = {nullptr};
  int pid = 0;
  int error = posix_spawn(&pid, name.c_str(), &actions, nullptr, arguments, no_environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail(extractor_unavailable, "cannot start " + name + ": " + std::strerror(error));
  return pid;
}

}  // namespace

void ChildReports::kill() {
  unwanted = true;
  if (process) syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0u);
}

Async<void> ChildReports::wait_for_end(std::chrono::steady_clock::duration most) {
  auto until = std::chrono::steady_clock::now() + most;
  while (!ended && !lost && std::chrono::steady_clock::now() < until) {
    changed.expires_at(until);
    boost::system::error_code woken;
    co_await changed.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  }
}

Result<bool> try_send_packet(int socket, std::string_view packet, int first, int second) {
  iovec place{const_cast<char*>(packet.data()), packet.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  int descriptors[2] = {first, second};
  std::size_t bytes = (first >= 0 ? 1 : 0) * sizeof(int) + (second >= 0 ? 1 : 0) * sizeof(int);
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(bytes);
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(header), descriptors, bytes);
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
    if (errno == EAGAIN) return false;
    if (errno != EINTR) return fail(extractor_unavailable, describe_errno("cannot reach the extractor"));
  }
}

Result<std::shared_ptr<LauncherLink>> LauncherLink::launch(boost::asio::io_context& loop, const std::filesystem::path& program,
                                                           bool required) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return fail(extractor_unavailable, describe_errno("cannot make a socket for the extractor"));
  UniqueFd ours(pair[0]), theirs(pair[1]);
  TRY(int pid, spawn_launcher(program, theirs.get(), required));
  CHECK(fault_point("extract.launched"));
  auto link = std::make_shared<LauncherLink>(loop, std::move(ours), pid);
  link->watch();
  return link;
}

LauncherLink::LauncherLink(boost::asio::io_context& loop, UniqueFd socket, int pid)
    : loop_(loop), socket_(loop, socket.release()), pid_(pid), changed_(loop, longest_start) {}

LauncherLink::~LauncherLink() {
  break_up();
  boost::system::error_code ignored;
  socket_.close(ignored);
  ::kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Async<Result<wire::Ready>> LauncherLink::ready() {
  auto self = shared_from_this();
  while (!ready_ && !broken_) {
    boost::system::error_code woken;
    co_await changed_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    if (!woken && !ready_) break_up();  // the time is over
  }
  if (broken_) co_return fail(extractor_unavailable, "the extractor ended before it was ready");
  if (!ready_->problem.empty()) co_return fail(extractor_unavailable, ready_->problem);
  co_return *ready_;
}

Async<Result<std::shared_ptr<ChildReports>>> LauncherLink::request(std::uint32_t number, std::string packet, int first,
                                                                   int second) {
  auto self = shared_from_this();
  auto reports = std::make_shared<ChildReports>(loop_);
  children_[number] = reports;
  for (;;) {
    if (broken_) co_return fail(extractor_unavailable, "the extractor has ended");
    auto sent = try_send_packet(socket_.native_handle(), packet, first, second);
    if (!sent) {
      children_.erase(number);
      break_up();
      co_return fail(std::move(sent).error());
    }
    if (*sent) break;
    boost::system::error_code error;
    co_await socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                                boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }
  co_return reports;
}

void LauncherLink::watch() {
  // A weak pointer: the wait ends, unheard, after the link is gone.
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (!self || error) return;
    while (self->read_one_report()) {
    }
    if (!self->broken_) self->watch();
  });
}

bool LauncherLink::read_one_report() {
  char buffer[4096];
  iovec place{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto got = recvmsg(socket_.native_handle(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && errno == EINTR) return true;
  if (got < 0 && errno == EAGAIN) return false;
  UniqueFd process;
  auto* header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    int fd;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    process.reset(fd);
  }
  auto report = wire::decode_report(std::string_view(buffer, got > 0 ? std::size_t(got) : 0));
  if (!report) return break_up(), false;
  if (auto* ready = std::get_if<wire::Ready>(&*report)) {
    ready_ = std::move(*ready);
    changed_.cancel();
  } else if (auto* started = std::get_if<wire::Started>(&*report)) {
    on_started(*started, std::move(process));
  } else if (auto* ended = std::get_if<wire::Ended>(&*report)) {
    on_ended(*ended);
  }
  return true;
}

void LauncherLink::on_started(const wire::Started& started, UniqueFd process) {
  auto child = children_.find(started.document);
  if (child == children_.end()) return;
  auto reports = child->second;
  reports->pid = started.pid;
  reports->process = std::move(process);
  reports->lost = !reports->process;
  if (reports->unwanted) reports->kill();
  if (reports->lost) children_.erase(child);
  reports->changed.cancel();
}

void LauncherLink::on_ended(const wire::Ended& ended) {
  auto child = children_.find(ended.document);
  if (child == children_.end()) return;
  auto reports = child->second;
  children_.erase(child);
  reports->ended = ended;
  reports->changed.cancel();
}

void LauncherLink::break_up() {
  if (broken_) return;
  broken_ = true;
  ::kill(pid_, SIGKILL);
  for (auto& [number, reports] : children_) {
    reports->lost = true;
    reports->changed.cancel();
  }
  children_.clear();
  changed_.cancel();
}

}  // namespace docquarry
