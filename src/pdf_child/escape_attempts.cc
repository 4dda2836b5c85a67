#include "pdf_child/escape_attempts.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace docquarry {
namespace {

// An attempt answers true when it got what it wanted.
struct Attempt {
  const char* name;
  bool (*run)();
};

bool call(long result) { return result >= 0; }

bool connect_to(int family, int type, const sockaddr* address, socklen_t size) {
  int fd = socket(family, type, 0);
  return fd >= 0 && connect(fd, address, size) == 0;
}

bool connect_internet(int type) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(80);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect_to(AF_INET, type, reinterpret_cast<sockaddr*>(&address), sizeof address) || errno == ECONNREFUSED;
}

bool connect_unix(const char* path, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path + (abstract ? 1 : 0), path, sizeof address.sun_path - 2);
  return connect_to(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&address), sizeof address) || errno == ECONNREFUSED;
}

const Attempt attempts[] = {
    {"open_file", [] { return call(open("/etc/passwd", O_RDONLY)); }},
    {"list_directory", [] { return call(open("/", O_RDONLY | O_DIRECTORY)); }},
    {"create_file", [] { return call(open("/tmp/docquarry-escape", O_WRONLY | O_CREAT, 0600)); }},
    {"write_to_device", [] { return call(open("/dev/null", O_WRONLY)); }},
    {"link", [] { return call(link("/etc/hostname", "/tmp/docquarry-escape-link")); }},
    {"symlink", [] { return call(symlink("/etc/hostname", "/tmp/docquarry-escape-symlink")); }},
    {"remove_file", [] { return call(unlink("/tmp/docquarry-escape")); }},
    {"connect_tcp", [] { return connect_internet(SOCK_STREAM); }},
    {"send_udp", [] { return connect_internet(SOCK_DGRAM); }},
    {"connect_unix", [] { return connect_unix("/run/systemd/private", false); }},
    {"connect_abstract", [] { return connect_unix("docquarry-escape", true); }},
    {"trace_parent", [] { return call(ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr)); }},
    {"signal_parent", [] { return call(kill(getppid(), 0)); }},
    {"signal_parent_thread", [] { return call(syscall(SYS_tgkill, getppid(), getppid(), 0)); }},
    {"fork", [] { return call(fork()); }},
    {"exec", [] { return call(execl("/bin/true", "true", nullptr)); }},
    {"mount", [] { return call(mount("none", "/mnt", "tmpfs", 0, nullptr)); }},
    {"unshare", [] { return call(unshare(CLONE_NEWUSER)); }},
    {"bpf", [] { return call(syscall(SYS_bpf, 0, nullptr, 0)); }},
    {"keyctl", [] { return call(syscall(SYS_keyctl, 0, -3, 0)); }},
    {"io_uring",
     [] {
       char parameters[120] = {};
       return call(syscall(SYS_io_uring_setup, 4, parameters));
     }},
    {"userfaultfd", [] { return call(syscall(SYS_userfaultfd, 0)); }},
    {"perf_events",
     [] {
       char attributes[128] = {};
       return call(syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
     }},
    {"map_executable", [] { return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }},
    {"make_executable",
     [] {
       void* at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
       return at != MAP_FAILED && mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0;
     }},
    {"raise_limits",
     [] {
       rlimit more{RLIM_INFINITY, RLIM_INFINITY};
       return call(setrlimit(RLIMIT_AS, &more));
     }},
    {"read_environment", [] { return environ != nullptr && *environ != nullptr; }},
    {"read_other_process",
     [] {
       char byte;
       iovec here{&byte, 1}, there{const_cast<char**>(environ), 1};
       return call(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
     }},
    {"steal_descriptor", [] { return call(syscall(SYS_pidfd_open, getppid(), 0)); }},
    {"use_leftover_descriptor",
     [] {
       for (int fd = sanitized ? 3 : 2; fd < 64; ++fd)
         if (lseek(fd, 0, SEEK_CUR) >= 0 || errno == ESPIPE) return true;
       return false;
     }},
    {"memory_file", [] { return call(syscall(SYS_memfd_create, "x", 0)); }},
    {"become_root", [] { return call(setuid(0)); }},
    {"change_root", [] { return call(chroot("/")); }},
    {"shared_memory", [] { return call(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)); }},
    {"type_into_terminal",
     [] {
       char key = 'x';
       return call(syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, &key));
     }},
    {"set_clock",
     [] {
       timespec time{};
       return call(clock_settime(CLOCK_REALTIME, &time));
     }},
    {"become_dumpable", [] { return call(syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1)); }},
};

// How the child tells its end: 0 it got what it wanted, else the number of the error that refused it.
bool refused(const Attempt& attempt, SandboxLevel level) {
  int results[2];
  if (pipe(results) != 0) return false;
  pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    wire::ChildLimits limits;
    if (sanitized) limits.address_space_bytes = 0;
    confine_child(limits, 0, results[1], -1, level);
    errno = 0;
    bool escaped = attempt.run();
    int reason = errno;
    _exit(escaped ? 0 : reason > 0 && reason < 200 ? reason : 200);
  }
  close(results[0]);
  close(results[1]);
  int status = 0;
  waitpid(child, &status, 0);
  bool killed = WIFSIGNALED(status);
  bool kept = killed || (WIFEXITED(status) && WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != wire::exit_not_confined);
  const char* how = killed ? strsignal(WTERMSIG(status))
                    : kept ? WEXITSTATUS(status) == 200 ? "nothing there" : strerrorname_np(WEXITSTATUS(status))
                           : "";
  std::printf("%-8s %-24s %s\n", kept ? "refused" : "ESCAPED", attempt.name, how == nullptr ? "?" : how);
  std::fflush(stdout);
  return kept;
}

}  // namespace

int run_escape_attempts(SandboxLevel level) {
  auto confined = confine_launcher(level);
  if (!confined) {
    std::printf("%s\n", confined.error().message().c_str());
    return -1;
  }
  int escaped = 0;
  for (const auto& attempt : attempts) escaped += refused(attempt, level) ? 0 : 1;
  std::printf("%zu attempts, %d escaped (%s)\n", std::size(attempts), escaped, confined->c_str());
  return escaped;
}

}  // namespace docquarry
