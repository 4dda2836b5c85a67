"""What /proc tells about a process and everything it started."""
import contextlib
import ctypes
import os
import signal

TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on, whatever our descendants leave behind becomes our child instead of init's, so leftovers can be seen."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


class Stat:
    def __init__(self, pid):
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read().decode("utf-8", "replace")
        self.pid = pid
        self.name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        self.state = fields[0]
        self.parent = int(fields[1])
        self.session = int(fields[3])
        self.cpu_seconds = (int(fields[11]) + int(fields[12])) / TICKS           # its own
        self.waited_cpu_seconds = (int(fields[13]) + int(fields[14])) / TICKS    # of children that ended and were waited for
        self.start_ticks = int(fields[19])


def stat(pid):
    try:
        return Stat(pid)
    except (OSError, ValueError):
        return None


def all_processes():
    return [found for found in (stat(int(name)) for name in os.listdir("/proc") if name.isdigit()) if found]


def descendants(pid):
    """Living processes below `pid`, parents before children."""
    children = {}
    for process in all_processes():
        children.setdefault(process.parent, []).append(process)
    found, look = [], [pid]
    while look:
        for child in children.get(look.pop(0), []):
            if child.state != "Z":
                found.append(child)
            look.append(child.pid)
    return found


def memory_bytes(pid, field="VmRSS"):
    """VmRSS: resident now; VmHWM: the most it ever was; RssAnon: what is its own."""
    try:
        with open("/proc/%d/status" % pid) as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def open_descriptors(pid):
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


def tree_cpu_seconds(pid):
    """CPU of `pid` and of everything it started, dead or alive. Exact to the clock tick once the tree is idle; a child that is reaped
    between two reads is counted by its parent."""
    own = stat(pid)
    if own is None:
        return 0.0
    total = own.cpu_seconds + own.waited_cpu_seconds
    for child in descendants(pid):
        total += child.cpu_seconds + child.waited_cpu_seconds
    return total


@contextlib.contextmanager
def stopped(pids):
    """Holds these processes still."""
    for pid in pids:
        signal_if_alive(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            signal_if_alive(pid, signal.SIGCONT)


def signal_if_alive(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
