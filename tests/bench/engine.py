"""What extraction costs without a service: bare PDFium, our engine, `docquarry extract`, and other tools on the same files."""
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
    def __init__(self, cpu, wall, memory):
        self.cpu, self.wall, self.memory = cpu, wall, memory


def run(command, **more):
    """CPU of the process and of everything below it that it waited for; the largest memory that one of them had."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=NOWHERE, stderr=subprocess.PIPE, **more)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError("%s ended with status %d: %s" % (command[:3], process.returncode, message[-500:]))
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


def engine(mode, files, rounds=1):
    """`docquarry-engine-bench`: in process, no isolation, its start not counted. Costs of one round."""
    command = [beside("docquarry-engine-bench"), "--mode", mode, "--rounds", str(rounds)] + files
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    cost = Cost(said["cpu_seconds"] / rounds, said["wall_seconds"] / rounds, said["peak_memory_bytes"])
    cost.pages = said["pages"] / rounds
    return cost


def extract(files, jobs=2, output_format="markdown"):
    with tempfile.TemporaryDirectory() as out:
        return run([binary(), "extract", "--format", output_format, "--jobs", str(jobs), "--quiet", "-o", out + "/"] + files,
                   env=environment({}), cwd=out)


def one_by_one(command_of, files):
    """A process per file, one after the other."""
    costs = [run(command_of(path)) for path in files]
    return Cost(sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs), max(cost.memory for cost in costs))


def pdftotext(files):
    return one_by_one(lambda path: ["pdftotext", path, "-"], files)


def mutool(files):
    return one_by_one(lambda path: ["mutool", "draw", "-q", "-F", "txt", "-o", os.devnull, path], files)


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
