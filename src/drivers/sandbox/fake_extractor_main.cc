// A launcher whose children misbehave, for sandboxed_extractor_test: the first word of the "document" says how. It keeps the
// conversation of wire/request.h, and is no sandbox at all.
#include "base/files.h"
#include "domain/error_codes.h"
#include "wire/frame_writer.h"
#include "wire/request.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <variant>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace docquarry;

void send(std::string_view packet, int descriptor = -1) {
  iovec place{const_cast<char*>(packet.data()), packet.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  if (sendmsg(3, &message, MSG_NOSIGNAL) < 0) _exit(1);
}

void put(int pipe, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto written = write(pipe, bytes.data() + done, bytes.size() - done);
    if (written <= 0) _exit(0);
    done += std::size_t(written);
  }
}

std::string page(std::uint32_t document, int number) {
  wire::PageFrame frame;
  frame.page.number = number;
  frame.page.text = "page " + std::to_string(number);
  frame.page.has_text_layer = true;
  std::string bytes;
  wire::append_page(bytes, document, frame);
  return bytes;
}

bool skipped(const wire::ExtractRequest& request, int number) {
  for (const auto& range : request.skip)
    if (number >= range.first && number <= range.last) return true;
  return false;
}

// Three pages; `word` says what happens at the second. `child`: the how manieth of this launcher.
[[noreturn]] void play(const std::string& word, const wire::ExtractRequest& request, int pipe, int child) {
  auto document = request.document;
  std::string begin, end;
  DocumentFacts facts;
  facts.page_count = 3;
  wire::append_begin(begin, document, {3, 3});
  if (word == "silent") _exit(0);
  if (word == "sleeps") pause();
  if (word == "garbage") put(pipe, "not a frame at all, but long enough for a header");
  put(pipe, begin);
  if (word == "first_dies_early" && child == 1) std::abort();
  if (word == "context_breaks" && request.skip.empty()) put(pipe, page(document, 1)), std::abort();
  if (word == "context_breaks" && !request.without_context) std::abort();
  for (int number = 1; number <= 3; ++number) {
    if (skipped(request, number)) continue;
    if (number == 2 && word == "crashes") std::abort();
    if (number == 2 && word == "crashes_once" && request.skip.empty()) std::abort();
    if (number == 2 && word == "hangs") pause();
    if (number == 2 && word == "burns")
      for (;;) getpid();
    if (number == 2 && word == "swallows")
      for (;;) {
        auto* memory = static_cast<char*>(std::malloc(8 << 20));
        if (memory == nullptr) _exit(wire::exit_out_of_memory);
        for (std::size_t at = 0; at < (8u << 20); at += 4096) const_cast<volatile char*>(memory)[at] = 1;
      }
    if (number == 2 && word == "refused_memory") _exit(wire::exit_out_of_memory);
    if (number == 2 && word == "half_frame") put(pipe, page(document, 2).substr(0, 30)), _exit(0);
    if (number == 2 && word == "foreign_number") put(pipe, page(document + 1, 2));
    if (number == 2 && word == "floods")
      for (;;) put(pipe, page(document, 2));
    if (number == 2 && word == "oversized")
      put(pipe, page(document, 2).substr(0, 12) + std::string("\xff\xff\xff\x7f", 4) + std::string(1 << 20, 'x'));
    if (number == 2 && word == "closes_and_stays") close(pipe), pause();
    put(pipe, page(document, number));
  }
  if (word == "first_dies_late" && child == 1) std::abort();
  if (word == "breaks_in_facts" && !request.without_facts) std::abort();
  wire::append_facts(end, document, facts);
  wire::append_end(end, document, {});
  put(pipe, word == "goes_on" ? end + end : end);
  if (word == "stays") pause();
  _exit(0);
}

}  // namespace

int main() {
  wire::Ready ready;
  ready.engine = "fake";
  ready.sandbox = "none";
  send(wire::encode(ready));
  for (;;) {
    static char buffer[wire::packet_bytes_limit];
    iovec place{buffer, sizeof buffer};
    alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto got = recvmsg(3, &message, 0);
    if (got <= 0) return 0;
    int passed[2];
    std::memcpy(passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
    auto request = wire::decode_request(std::string_view(buffer, std::size_t(got)));
    if (!request || !std::holds_alternative<wire::ExtractRequest>(*request)) return 1;
    const auto& extract = std::get<wire::ExtractRequest>(*request);
    char word[64] = "";
    if (pread(passed[0], word, sizeof word - 1, 0) < 0) return 1;
    if (std::string(word) == "kills_launcher") return 1;
    if (std::string(word) == "stops_launcher") pause();
    static int children = 0;
    ++children;
    pid_t child = fork();
    if (child == 0) {
      rlimit core{0, 0};
      setrlimit(RLIMIT_CORE, &core);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      close(3);
      play(word, extract, passed[1], children);
    }
    int process = int(syscall(SYS_pidfd_open, child, 0u));
    send(wire::encode(wire::Started{extract.document, child}), process);
    close(process);
    close(passed[0]);
    close(passed[1]);
    int status = 0;
    rusage usage{};
    // One document at a time: enough for tests.
    wait4(child, &status, 0, &usage);
    double cpu = double(usage.ru_utime.tv_sec) + double(usage.ru_utime.tv_usec) * 1e-6;
    send(wire::encode(wire::Ended{extract.document, status, cpu, std::uint64_t(usage.ru_maxrss) * 1024}));
  }
}
