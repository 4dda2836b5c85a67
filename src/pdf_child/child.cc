#include "pdf_child/child.h"

#include "pdf_child/extract_document.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <variant>

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace docquarry {
namespace {

// PDFium and the C++ runtime abort when memory is refused, and malloc has then just set errno. Telling this from a crash by the
// amount of memory in use would not do: one request for a gigabyte is refused at any size.
void on_defect(int signal) {
  if (errno == ENOMEM) _exit(wire::exit_out_of_memory);
  (void)signal;  // the handler is gone (SA_RESETHAND): returning repeats the instruction, or abort() goes on
}

void write_all(std::string& frames) {
  std::string_view rest = frames;
  while (!rest.empty()) {
    auto written = write(result_fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(0);  // nobody listens
    rest.remove_prefix(std::size_t(written));
  }
}

std::span<const char> map_document(int document, std::uint64_t bytes) {
  if (bytes == 0) return {"", 0};
  void* at = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, document, 0);
  if (at == MAP_FAILED) _exit(wire::exit_out_of_memory);
  return {static_cast<const char*>(at), bytes};
}

}  // namespace

void report_refused_memory() {
  if (sanitized) return;  // it reports better
  static char stack[16 * 1024];
  stack_t place{stack, 0, sizeof stack};
  sigaltstack(&place, nullptr);
  struct sigaction action{};
  action.sa_handler = on_defect;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE}) sigaction(signal, &action, nullptr);
}

void run_document_child(wire::ExtractRequest request, int document, int results, SandboxLevel level) {
  auto file = map_document(document, request.bytes);
  confine_child(request.limits, request.bytes, results, -1, level);
  // From here on the process is confined; only now is a byte of the document looked at.
  errno = 0;
  extract_document(request, file, write_all);
  _exit(0);
}

void run_batch_child(const wire::OpenBatch& batch, int socket, int results, SandboxLevel level) {
  constexpr std::uint64_t largest_small_document = 64u << 20;
  confine_child(batch.limits, largest_small_document, results, socket, level);
  for (;;) {
    UniqueFd document;
    auto packet = receive_packet(batch_socket_fd, {&document, 1});
    if (packet.empty()) _exit(0);
    auto request = wire::decode_request(packet);
    auto* extract = request ? std::get_if<wire::ExtractRequest>(&*request) : nullptr;
    if (extract == nullptr || !document) _exit(1);
    auto file = map_document(document.get(), extract->bytes);
    document.reset();
    errno = 0;
    extract_document(*extract, file, write_all);
    if (!file.empty()) munmap(const_cast<char*>(file.data()), file.size());
  }
}

std::string receive_packet(int socket, std::span<UniqueFd> descriptors) {
  static char buffer[wire::packet_bytes_limit];
  iovec place{buffer, sizeof buffer};
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return {};
  std::size_t next = 0;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t i = 0; CMSG_LEN((i + 1) * sizeof(int)) <= header->cmsg_len; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      UniqueFd owned(fd);
      if (next < descriptors.size()) descriptors[next++] = std::move(owned);
    }
  }
  std::string packet(buffer, std::size_t(got));
  explicit_bzero(buffer, std::size_t(got));  // it may have held a password
  return packet;
}

}  // namespace docquarry
