#include "pdf_child/launcher.h"

#include "pdf_child/child.h"
#include "pdf_child/pdfium_reader.h"
#include "pdf_child/warm_up.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <variant>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace docquarry {
namespace {

void send_packet(int socket, std::string_view packet, int descriptor = -1) {
  iovec place{const_cast<char*>(packet.data()), packet.size()};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) _exit(0);  // the server is gone
}

class Launcher {
 public:
  Launcher(int socket, SandboxLevel level) : socket_(socket), level_(level) {}

  int run() {
    // SIGCHLD is delivered only while ppoll waits, so no end of a child is missed.
    sigset_t blocked, waiting;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
    sigdelset(&waiting, SIGCHLD);
    struct sigaction wake{};
    wake.sa_handler = [](int) {};
    sigaction(SIGCHLD, &wake, nullptr);
    for (;;) {
      pollfd watched{socket_, POLLIN, 0};
      int ready = ppoll(&watched, 1, nullptr, &waiting);
      if (ready < 0 && errno != EINTR) return 1;
      reap();
      if (ready > 0 && !serve()) return 0;
    }
  }

 private:
  bool serve() {
    UniqueFd passed[2];
    auto packet = receive_packet(socket_, passed);
    if (packet.empty()) return false;
    auto request = wire::decode_request(packet);
    explicit_bzero(packet.data(), packet.size());
    if (!request) return false;
    std::uint32_t number = 0;
    pid_t child = -1;
    if (auto* extract = std::get_if<wire::ExtractRequest>(&*request)) {
      number = extract->document;
      if (passed[0] && passed[1]) child = fork();
      if (child == 0) run_document_child(std::move(*extract), passed[0].get(), passed[1].get(), level_);
      explicit_bzero(extract->password.data(), extract->password.size());
    } else if (auto* batch = std::get_if<wire::OpenBatch>(&*request)) {
      number = batch->batch;
      if (passed[0] && passed[1]) child = fork();
      if (child == 0) run_batch_child(*batch, passed[0].get(), passed[1].get(), level_);
    }
    report_start(number, child);
    return true;
  }

  void report_start(std::uint32_t number, pid_t child) {
    if (child < 0) return send_packet(socket_, wire::encode(wire::Started{number, 0}));
    numbers_[child] = number;
    UniqueFd process(int(syscall(SYS_pidfd_open, child, 0u)));
    send_packet(socket_, wire::encode(wire::Started{number, process ? child : 0}), process.get());
    if (!process) kill(child, SIGKILL);  // a child that the server cannot end must not live
  }

  void reap() {
    int status = 0;
    rusage usage{};
    for (pid_t child; (child = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
      auto known = numbers_.find(child);
      if (known == numbers_.end()) continue;
      double cpu =
          double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
      send_packet(socket_, wire::encode(wire::Ended{known->second, status, cpu, std::uint64_t(usage.ru_maxrss) * 1024}));
      numbers_.erase(known);
    }
  }

  int socket_;
  SandboxLevel level_;
  std::unordered_map<pid_t, std::uint32_t> numbers_;
};

}  // namespace

int run_launcher(int socket, SandboxLevel level) {
  setsid();  // signals from a terminal are for the server; the launcher ends with its socket
  start_pdfium();
  warm_up();
  report_refused_memory();
  auto confined = confine_launcher(level);
  wire::Ready ready;
  ready.engine = DOCQUARRY_PDFIUM_VERSION;
  if (confined) ready.sandbox = *confined;
  else ready.problem = confined.error().message();
  send_packet(socket, wire::encode(ready));
  if (!confined) return 1;
  return Launcher(socket, level).run();
}

}  // namespace docquarry
