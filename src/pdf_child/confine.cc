#include "pdf_child/confine.h"

#include "domain/error_codes.h"
#include "pdf_child/seccomp_filter.h"

#include <csignal>
#include <cstdint>
#include <cstdio>

#include <grp.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_landlock_create_ruleset  // the same numbers on every architecture
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_restrict_self 446
#endif
#ifndef __NR_close_range
#define __NR_close_range 436
#endif

namespace docquarry {
namespace {

constexpr unsigned nobody = 65534;
rlim_t launcher_address_space = 0;
pid_t launcher = 0;

bool limit(int what, rlim_t value) {
  rlimit both{value, value};
  return setrlimit(static_cast<__rlimit_resource_t>(what), &both) == 0;
}

// At the soft limit SIGXCPU says why; a process that is not ended by it is killed a second later.
bool limit_cpu(rlim_t seconds) {
  rlimit both{seconds, seconds + 1};
  return setrlimit(RLIMIT_CPU, &both) == 0;
}

// Forbids everything this kernel can forbid; returns its Landlock version, 0 when it has none.
// Source: Documentation/userspace-api/landlock.rst of Linux.
int apply_landlock() {
  int version = int(syscall(__NR_landlock_create_ruleset, nullptr, 0, 1u));
  if (version < 1) return 0;
  struct {
    std::uint64_t files, net, scoped;
  } handled{(1u << 13) - 1, 0, 0};
  if (version >= 2) handled.files |= 1u << 13;  // rename and link across directories
  if (version >= 3) handled.files |= 1u << 14;  // truncate
  if (version >= 4) handled.net = 3;            // TCP bind and connect
  if (version >= 5) handled.files |= 1u << 15;  // ioctl on devices
  if (version >= 6) handled.scoped = 3;         // abstract sockets and signals
  std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int rules = int(syscall(__NR_landlock_create_ruleset, &handled, size, 0u));
  if (rules < 0) return 0;
  bool applied = syscall(__NR_landlock_restrict_self, rules, 0u) == 0;
  close(rules);
  return applied ? version : 0;
}

bool kernel_has_seccomp() {
  std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

// Root gives its rights away; anyone else keeps the user that is. Failing is no harm: the other locks do not depend on it.
void become_nobody() {
  if (geteuid() != 0) return;
  if (setgroups(0, nullptr) != 0 || setresgid(nobody, nobody, nobody) != 0) return;
  if (setresuid(nobody, nobody, nobody) != 0) return;
}

rlim_t address_space_now() {
  unsigned long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages == 0 ? rlim_t(256) << 20 : rlim_t(pages) * rlim_t(sysconf(_SC_PAGESIZE));
}

}  // namespace

Result<std::string> confine_launcher(SandboxLevel level) {
  launcher = getpid();
  launcher_address_space = address_space_now();
  become_nobody();
  bool limited = limit(RLIMIT_CORE, 0);
  prctl(PR_SET_DUMPABLE, 0);
  bool no_new_rights = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  int landlock = no_new_rights ? apply_landlock() : 0;
  bool seccomp = no_new_rights && kernel_has_seccomp();
  std::string report = "landlock=" + (landlock > 0 ? std::to_string(landlock) : std::string("no")) +
                       " seccomp=" + (seccomp ? "yes" : "no") + " uid=" + std::to_string(getuid());
  if (level == SandboxLevel::required && (landlock == 0 || !seccomp || !limited))
    return fail(extractor_unavailable,
                "this kernel cannot confine the extractor as required (" + report + "); allow best_effort to go on without");
  return report;
}

void confine_child(const wire::ChildLimits& limits, std::uint64_t bytes, int results, int batch_socket, SandboxLevel level) {
  // Both descriptors are above the two places: the launcher keeps 0 to 2 occupied.
  bool sealed = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == launcher && dup2(results, result_fd) >= 0;
  if (batch_socket >= 0) sealed = sealed && dup2(batch_socket, batch_socket_fd) >= 0;
  else close(batch_socket_fd);
  unsigned first_closed = sanitized ? 3 : 2;  // a sanitizer reports on standard error
  sealed = sealed && syscall(__NR_close_range, first_closed, ~0u, 0u) == 0;

  if (limits.address_space_bytes > 0)
    sealed = sealed && limit(RLIMIT_AS, launcher_address_space + bytes + limits.address_space_bytes);
  sealed = sealed && limit_cpu(limits.cpu_seconds) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) &&
           limit(RLIMIT_NOFILE, batch_socket >= 0 ? 8 : 2);
  bool filtered = apply_seccomp_filter(batch_socket >= 0);
  if (!sealed || (!filtered && level == SandboxLevel::required)) _exit(wire::exit_not_confined);
}

}  // namespace docquarry
