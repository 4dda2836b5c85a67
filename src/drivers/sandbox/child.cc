#include "drivers/sandbox/child.h"

#include "base/fault.h"
#include "domain/error_codes.h"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace docquarry {
namespace {

constexpr std::chrono::milliseconds between_looks{100};
constexpr std::size_t read_off_the_loop_from = 96 * 1024;

// Sanitizers reserve terabytes of address space; then only the resident size is limited.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool address_space_limitable = false;
#elif defined(__has_feature)
constexpr bool address_space_limitable = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool address_space_limitable = true;
#endif

struct Pipe {
  UniqueFd out, in;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(extractor_unavailable, describe_errno("cannot make a pipe for the extractor"));
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::uint64_t resident_bytes(int pid) {
  char path[32], text[128];
  std::snprintf(path, sizeof path, "/proc/%d/statm", pid);
  UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  auto got = file ? read(file.get(), text, sizeof text - 1) : -1;
  if (got <= 0) return 0;
  text[got] = 0;
  unsigned long whole = 0, resident = 0;
  if (std::sscanf(text, "%lu %lu", &whole, &resident) != 2) return 0;
  return std::uint64_t(resident) * std::uint64_t(sysconf(_SC_PAGESIZE));
}

std::string seconds_text(Child::Clock::duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

wire::ChildLimits child_limits(const SandboxLimits& limits) {
  wire::ChildLimits child;
  child.memory_bytes = limits.memory_bytes;
  child.address_space_bytes = address_space_limitable ? limits.memory_bytes + limits.address_space_beyond_bytes : 0;
  child.cpu_seconds = std::uint32_t(std::chrono::duration_cast<std::chrono::seconds>(limits.cpu_most).count() + 5);
  child.pages = std::uint32_t(limits.pages);
  child.objects = limits.objects;
  child.depth = limits.depth;
  child.text_per_page = limits.text_per_page;
  child.text_per_document = limits.text_per_document;
  child.metadata_field_bytes = limits.metadata_field_bytes;
  child.metadata_bytes = limits.metadata_bytes;
  return child;
}

Child::Child(boost::asio::io_context& loop, UniqueFd results, UniqueFd batch_socket, const SandboxLimits& limits)
    : limits_(limits), results_(loop, results.release()), batch_socket_(std::move(batch_socket)), watch_(loop) {
  begun_ = progressed_ = Clock::now();
}

Child::~Child() {
  *alive_ = false;
  if (!reports_) return;
  reports_->kill();
}

Async<Result<std::unique_ptr<Child>>> Child::start(boost::asio::io_context& loop, std::shared_ptr<LauncherLink> link,
                                                   std::uint32_t number, std::string packet, int document,
                                                   const SandboxLimits& limits) {
  CO_TRY(auto pipe, make_pipe());
  std::unique_ptr<Child> child(new Child(loop, std::move(pipe.out), UniqueFd(), limits));
  auto reports = co_await link->request(number, std::move(packet), document, pipe.in.get());
  if (!reports) co_return fail(std::move(reports).error());
  child->reports_ = std::move(*reports);
  child->link_ = std::move(link);
  CO_CHECK(fault_point("extract.child_started"));
  co_return child;
}

Async<Result<std::unique_ptr<Child>>> Child::start_batch(boost::asio::io_context& loop, std::shared_ptr<LauncherLink> link,
                                                         std::uint32_t number, std::string packet, const SandboxLimits& limits) {
  CO_TRY(auto pipe, make_pipe());
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    co_return fail(extractor_unavailable, describe_errno("cannot make a socket for the extractor"));
  UniqueFd ours(pair[0]), theirs(pair[1]);
  std::unique_ptr<Child> child(new Child(loop, std::move(pipe.out), std::move(ours), limits));
  auto reports = co_await link->request(number, std::move(packet), theirs.get(), pipe.in.get());
  if (!reports) co_return fail(std::move(reports).error());
  child->reports_ = std::move(*reports);
  child->link_ = std::move(link);
  CO_CHECK(fault_point("extract.child_started"));
  co_return child;
}

Result<void> Child::send_document(std::string_view packet, int document) {
  // One request at a time, so a full socket cannot happen while the child is well.
  TRY(bool sent, try_send_packet(batch_socket_.get(), packet, document, -1));
  if (!sent) return fail(extractor_unavailable, "the extractor does not take the next document");
  return {};
}

void Child::begin(Budget budget) {
  budget_ = budget;
  cpu_at_begin_ = cpu_clock();
  begun_ = progressed_ = Clock::now();
  watch();
}

Async<Result<std::optional<wire::Message>>> Child::receive(wire::FrameReader& reader, boost::asio::thread_pool& helpers) {
  for (;;) {
    Result<std::optional<wire::Message>> message;
    if (reader.next_bytes() < read_off_the_loop_from) {
      message = reader.next();
    } else {
      auto read_it = [&] { return reader.next(); };
      message = co_await off_loop(helpers, read_it);
    }
    if (!message || *message) {
      progressed_ = Clock::now();
      CO_CHECK(fault_point("extract.frame_received"));
      co_return message;
    }
    auto room = reader.room(64 * 1024);
    auto buffer = boost::asio::buffer(room.data(), room.size());
    boost::system::error_code error;
    auto got = co_await results_.async_read_some(buffer, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error || got == 0) co_return std::optional<wire::Message>();
    reader.arrived(got);
  }
}

void Child::resume_clocks() {
  if (!paused_since_) return;
  auto pause = Clock::now() - *paused_since_;
  begun_ += pause;
  progressed_ += pause;
  paused_since_.reset();
}

// A process's CPU clock can be read without opening anything in /proc (clock_getcpuclockid in POSIX).
Child::Clock::duration Child::cpu_clock() const {
  if (!reports_ || reports_->pid == 0) return {};
  if (reports_->ended) {
    cpu_seen_ = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(reports_->ended->cpu_seconds));
    return cpu_seen_;
  }
  clockid_t clock;
  timespec time{};
  if (clock_getcpuclockid(reports_->pid, &clock) == 0 && clock_gettime(clock, &time) == 0)
    cpu_seen_ = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  return cpu_seen_;
}

Child::Clock::duration Child::cpu_used() const { return std::max(cpu_clock() - cpu_at_begin_, Clock::duration::zero()); }

Child::Clock::duration Child::wall_used() const { return (paused_since_ ? *paused_since_ : Clock::now()) - begun_; }

void Child::watch() {
  watch_.expires_after(between_looks);
  watch_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (error || !*alive) return;
    look();
    if (!ended_for_) watch();
  });
}

void Child::look() {
  if (reports_->ended || reports_->lost) return;
  if (reports_->pid == 0) {
    // A launcher that hangs hangs for everyone: the next try has a new one. Until it has forked, no other clock runs.
    if (Clock::now() - begun_ > limits_.start_most) return link_->break_up();
    return;
  }
  auto memory = resident_bytes(reports_->pid);
  peak_memory_bytes_ = std::max(peak_memory_bytes_, memory);
  if (memory > limits_.memory_bytes)
    return end_for(memory_limit, "it needs more than " + std::to_string(limits_.memory_bytes >> 20) + " MB");
  if (cpu_used() > budget_.cpu) return end_for(time_limit, "it needs more than " + seconds_text(budget_.cpu) + " of CPU time");
  if (paused_since_) return;
  if (wall_used() > budget_.wall) return end_for(time_limit, "it takes longer than " + seconds_text(budget_.wall));
  if (Clock::now() - progressed_ > limits_.no_progress)
    return end_for(time_limit, "no page was finished for " + seconds_text(limits_.no_progress));
}

void Child::end_for(const ErrorCode& code, std::string why) {
  ended_for_ = Error(code, std::move(why));
  reports_->kill();
}

Async<Error> Child::cause_of_death() {
  if (ended_for_) co_return *ended_for_;
  reports_->kill();  // it has closed its pipe; whatever else it does is not wanted
  co_await reports_->wait_for_end(std::chrono::seconds(5));
  if (!reports_->ended) co_return Error(extractor_unavailable, "the extractor's launcher died or does not answer");
  int status = reports_->ended->status;
  peak_memory_bytes_ = std::max(peak_memory_bytes_, reports_->ended->peak_memory_bytes);
  if (WIFEXITED(status)) {
    if (WEXITSTATUS(status) == wire::exit_out_of_memory) co_return Error(memory_limit, "it was refused memory at its limit");
    if (WEXITSTATUS(status) == wire::exit_not_confined) co_return Error(extractor_unavailable, "the child could not be confined");
    co_return Error(extractor_crashed, "the child ended early with status " + std::to_string(WEXITSTATUS(status)));
  }
  int signal = WTERMSIG(status);
  if (signal == SIGXCPU) co_return Error(time_limit, "it used up its CPU time");
  if (signal == SIGSYS) co_return Error(extractor_crashed, "the child made a system call that is not allowed");
  if (peak_memory_bytes_ > limits_.memory_bytes)
    co_return Error(memory_limit, "it needs more than " + std::to_string(limits_.memory_bytes >> 20) + " MB");
  co_return Error(extractor_crashed, std::string("the child died: ") + strsignal(signal));
}

}  // namespace docquarry
