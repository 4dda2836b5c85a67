"""What extraction costs without a service: bare PDFium, our engine, `docquarry extract`, and other tools on the same files."""
import ctypes
import json
import os
import statistics
import subprocess
import tempfile
import time

from service import binary, environment

NOWHERE = open(os.devnull, "wb")


def beside(name):
    return os.path.join(os.path.dirname(binary()), name)


class Cost:
    def __init__(self, cpu, wall):
        self.cpu, self.wall = cpu, wall


def adopt_orphans():
    """What a tool leaves behind when it ends becomes our child, so that its CPU is not missed: PR_SET_CHILD_SUBREAPER."""
    if ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def children():
    with open("/proc/self/task/%d/children" % os.getpid()) as pids:
        return [int(pid) for pid in pids.read().split()]


def run(command, **more):
    """Wall time of the process; CPU of it and of everything that it started, until all of that has ended."""
    adopt_orphans()
    others = children()
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=NOWHERE, stderr=subprocess.PIPE, **more)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError("%s ended with status %d: %s" % (command[:3], process.returncode, message[-500:]))
    usages = [usage] + [os.wait4(pid, 0)[2] for pid in children() if pid not in others]
    return Cost(sum(usage.ru_utime + usage.ru_stime for usage in usages), wall)


def memory_of(command):
    """Bytes of the largest of the processes. Under GNU time, because a process that we start ourselves is first as large as we are."""
    with tempfile.NamedTemporaryFile("r") as report:
        run(["/usr/bin/time", "-f", "%M", "-o", report.name] + command)
        return int(report.read()) * 1024


def engine(mode, files, rounds=1):
    """`docquarry-engine-bench`: in process, no isolation, its start not counted. Costs of one round."""
    command = [beside("docquarry-engine-bench"), "--mode", mode, "--rounds", str(rounds)] + files
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    cost = Cost(said["cpu_seconds"] / rounds, said["wall_seconds"] / rounds)
    cost.pages, cost.memory = said["pages"] / rounds, said["peak_memory_bytes"]
    return cost


def extract(files, jobs=2, output_format="markdown"):
    with tempfile.TemporaryDirectory() as out:
        return run([binary(), "extract", "--format", output_format, "--jobs", str(jobs), "--quiet", "-o", out + "/"] + files,
                   env=environment({}), cwd=out)


def one_by_one(command_of, files):
    """A process per file, one after the other."""
    costs = [run(command_of(path)) for path in files]
    return Cost(sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs))


def pdftotext_command(path):
    return ["pdftotext", path, "-"]


def mutool_command(path):
    return ["mutool", "draw", "-q", "-F", "txt", "-o", os.devnull, path]


def pdftotext(files):
    return one_by_one(pdftotext_command, files)


def mutool(files):
    return one_by_one(mutool_command, files)


def interleaved(rounds, runs):
    """{name: [Cost]} of functions that are called in turn, so that whatever else the machine does meets them alike."""
    costs = {name: [] for name in runs}
    for _ in range(rounds):
        for name, function in runs.items():
            costs[name].append(function())
    return costs


def median_ratio(costs, name, base, what="cpu"):
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(costs[name], costs[base]))


def median(costs, what="cpu"):
    return statistics.median(getattr(cost, what) for cost in costs)
