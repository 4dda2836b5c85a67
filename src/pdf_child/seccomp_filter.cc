#include "pdf_child/seccomp_filter.h"

#include "pdf_child/confine.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace docquarry {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "the system call filter knows x86_64 and aarch64"
#endif

// Found by running thousands of files, hostile ones among them, not by reading: a list that suffices for small files kills healthy
// large ones. In the order of how often they are called.
constexpr std::array allowed{
    __NR_brk,
    __NR_munmap,
    __NR_madvise,
    __NR_write,
    __NR_futex,
    __NR_mremap,
    __NR_clock_gettime,  // CPU time for the summary; PDFium's random seed
    __NR_getrusage,      // peak memory for the summary
    __NR_exit_group,
    __NR_exit,
    __NR_read,
    __NR_writev,  // on the descriptors it has: the result pipe
    __NR_close,
    __NR_lseek,
    __NR_fstat,
    __NR_rt_sigreturn,
    __NR_rt_sigprocmask,  // abort()
    __NR_getpid,
    __NR_gettid,  // seeds; abort()
    __NR_sched_yield,
    __NR_clock_nanosleep,  // contended locks of allocators
    __NR_sysinfo,          // glibc's qsort asks how much memory there is
};

// Refused with EACCES, because libraries ask and can live without.
constexpr std::array refused{
#ifdef __NR_open
    __NR_open,   __NR_stat,       __NR_access,        __NR_readlink,
#endif
    __NR_openat, __NR_newfstatat, __NR_faccessat,     __NR_readlinkat,
    __NR_ioctl,  __NR_getrandom,  __NR_prctl,         __NR_sched_getaffinity,
    __NR_getcpu, __NR_mbind,      __NR_get_mempolicy,
};

constexpr std::size_t longest = 20 + 2 * (allowed.size() + refused.size() + 4);

struct Filter {
  std::array<sock_filter, longest> code{};
  unsigned short length = 0;
  unsigned own_pid_at = 0;  // the constant that the child replaces by its own process id

  constexpr void add(std::uint16_t operation, std::uint32_t k, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
    code[length++] = {operation, if_true, if_false, k};
  }
  constexpr void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, std::uint32_t(offset)); }
  constexpr void give(std::uint32_t verdict) { add(BPF_RET | BPF_K, verdict); }
  constexpr void give_if_call(std::uint32_t number, std::uint32_t verdict) {
    add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    give(verdict);
  }
};

// Low half of an argument; both architectures are little-endian.
constexpr std::size_t argument(int index) { return offsetof(seccomp_data, args) + 8 * std::size_t(index); }

constexpr Filter build(bool batch) {
  Filter f;
  f.load(offsetof(seccomp_data, arch));
  f.add(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
  f.give(SECCOMP_RET_KILL_PROCESS);
  f.load(offsetof(seccomp_data, nr));  // x32 numbers are beyond all of ours and fall through to the end
  // Memory, but never executable.
  f.add(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0);
  f.add(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4);
  f.load(argument(2));
  f.add(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
  f.give(SECCOMP_RET_KILL_PROCESS);
  f.give(SECCOMP_RET_ALLOW);
  for (int call : allowed) f.give_if_call(std::uint32_t(call), SECCOMP_RET_ALLOW);
  if (sanitized) f.give_if_call(__NR_sigaltstack, SECCOMP_RET_ALLOW);
  if (batch) f.give_if_call(__NR_recvmsg, SECCOMP_RET_ALLOW);
  for (int call : refused) f.give_if_call(std::uint32_t(call), SECCOMP_RET_ERRNO | EACCES);
  // A signal to itself only: how abort() ends.
  f.add(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 3);
  f.load(argument(0));
  f.own_pid_at = f.length;
  f.add(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
  f.give(SECCOMP_RET_ALLOW);
  f.give(SECCOMP_RET_KILL_PROCESS);
  return f;
}

constexpr Filter for_document = build(false);
constexpr Filter for_batch = build(true);

}  // namespace

bool apply_seccomp_filter(bool batch) {
  Filter filter = batch ? for_batch : for_document;
  filter.code[filter.own_pid_at].k = std::uint32_t(getpid());
  sock_fprog program{filter.length, filter.code.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace docquarry
