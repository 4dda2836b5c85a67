#!/usr/bin/env python3
"""Every fault point of the program, with every action: whatever dies, fails or is slow on whatever line, nothing that was accepted is lost.

    enumerate_faults.py [--backend embedded|postgres|cluster] [--only REGEX] [--jobs N]

Points are found in the sources: fault_point("NAME"); those of a driver only where the backend has that driver. Each is struck with one
document and with three, by kill, by error and by delay, while a client uploads, reads, cancels, retries and deletes. A process that dies
is started again without faults. Then every document that was answered with 202 (and not deleted) must be terminal and right, nothing may
be doubled, and no file may lie about.

`--backend`: embedded is one process with its own stores; postgres an API and a worker process on PostgreSQL and one directory; cluster
the same on PostgreSQL, Redis, S3 and SQS. The point is armed in both processes.

A run in which the point was not reached fails too: a point that nothing reaches proves nothing.
"""
import argparse
import concurrent.futures
import glob
import http.client
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import pdfs  # noqa: E402
from checker import check_database, orphan_files  # noqa: E402
from cluster import KINDS, Cluster  # noqa: E402
from samples import Sample, learn_pages  # noqa: E402
from service import ROOT, Service  # noqa: E402
from stores import Stores  # noqa: E402
from supervisor import Supervisor  # noqa: E402

ACTIONS = ("kill", "error", "delay=300")
COUNTS = (1, 3)
UNREACHABLE = (OSError, http.client.HTTPException)
FINAL = ("COMPLETED", "FAILED", "CANCELLED")

# The stores, the roles of each process, and the drivers that only some backends have.
BACKENDS = {
    "embedded": ((), ("api,worker",), {"sqlite", "disk", "memory"}),
    "postgres": (("postgres",), ("api", "worker"), {"postgres", "disk"}),
    "cluster": (KINDS, ("api", "worker"), {"postgres", "redis", "aws"}),
}
SOME_DRIVERS = set().union(*(drivers for _, _, drivers in BACKENDS.values()))

# Only a file that is larger than a part is stored in parts.
IN_PARTS = {"upload.after_part", "upload.before_complete", "upload.after_complete"}
LARGER_THAN_A_PART = 65 << 20


def fault_points(backend="embedded"):
    found = set()
    for path in glob.glob(os.path.join(ROOT, "src/**/*.*"), recursive=True):
        if not path.endswith((".cc", ".h")) or re.search(r"_(test|fuzz)\.cc$", path) or path.endswith("base/fault.h"):
            continue
        driver = re.search(r"/drivers/(\w+)/", path)
        if driver and driver.group(1) in SOME_DRIVERS - BACKENDS[backend][2]:
            continue
        with open(path) as file:
            found.update(re.findall(r'fault_point\("([^"]+)"\)', file.read()))
    return sorted(found)


def points_only_of(backend):
    """Those that the embedded service does not have."""
    return sorted(set(fault_points(backend)) - set(fault_points()))


def make_samples():
    """The last one is long, so that its pages are saved while it runs."""
    return [Sample("small.pdf", pdfs.numbered(1, "small")), Sample("medium.pdf", pdfs.numbered(5, "medium")),
            Sample("large.pdf", pdfs.heavy(80, "large", lines=30))]


def make_wide_sample():
    return Sample("wide.pdf", pdfs.padded(pdfs.heavy(80, "wide", lines=30), LARGER_THAN_A_PART))


class Case:
    def __init__(self, backend, stores, point, action, count, samples):
        self.name = "%s %s, %d document%s" % (point, action, count, "s" * (count > 1))
        self.backend, self.stores = backend, stores
        self.point, self.action = point, action
        self.samples = samples if count > 1 else samples[-1:]
        self.accepted = {}
        self.deleted = set()
        self.cancelled = set()
        self.problems = []

    def run(self):
        kinds, roles, _ = BACKENDS[self.backend]
        self.cluster = Cluster(self.stores.new_places(kinds), roles, DOCQUARRY_LEASE="1s", DOCQUARRY_SWEEP_EVERY="1s",
                               DOCQUARRY_UPLOAD_GRACE="1s", MAX_FILE_SIZE_MB=100)
        try:
            self._run()
        except Exception as problem:  # one of many cases; the others go on
            self.problems.append("the case broke off: %r" % problem)
        finally:
            self.cluster.close()
            if "postgres" in self.cluster.places:
                self.cluster.postgres.drop()
        return self

    def _run(self):
        self._start_armed()
        self.client = self.cluster.client()
        supervisor = Supervisor(self.cluster.services)
        try:
            self._scenario()
            self._finish()
        finally:
            supervisor.end()
        self.problems += supervisor.problems
        if '"point":"%s"' % self.point not in self.cluster.log():
            self.problems.append("the point was not reached")
        for service in self.cluster.services:
            status = service.stop()
            if status != 0 or service.left_over:
                self.problems.append("stopped with status %s, left over %s" % (status, service.left_over))
        allowed = len(self.samples) if self.point.startswith(("child", "launcher", "sandbox", "extract")) else 0
        self.problems += check_database(self.cluster.database, self.accepted, allowed).examples

    def _start_armed(self):
        for service in self.cluster.services:
            try:
                service.start(60, DOCQUARRY_FAULT="%s:1:%s" % (self.point, self.action))
            except RuntimeError:  # struck before it was ready
                service.start(60)

    # ---- what the client does while the point is armed

    def _scenario(self):
        for sample in self.samples:
            uid = self._upload(sample, "key-" + sample.name)
            if uid:
                self.accepted[uid] = sample
                self._ask("GET", "/v1/documents/%s/status?wait=20" % uid)
                self._ask("GET", "/v1/documents/%s/result" % uid)
                self._ask("POST", "/v1/documents/%s/retry" % uid)
        # One that is deleted and one that is cancelled while they may run.
        for verb in ("delete", "cancel"):
            extra = self.samples[-1]
            uid = self._upload(extra, "key-" + verb)
            if not uid:
                continue
            if verb == "delete":
                answer = self._ask("DELETE", "/v1/documents/" + uid)
                if answer is None or answer.status != 204:
                    self.accepted[uid] = extra
                    self.deleted.add(uid)  # nobody knows whether it took place
            else:
                self.accepted[uid] = extra
                self.cancelled.add(uid)
                self._ask("POST", "/v1/documents/%s/cancel" % uid)
        for uid in list(self.accepted):
            self._ask("GET", "/v1/documents/%s/status?wait=20" % uid)

    def _upload(self, sample, key):
        """Until it is accepted, again and again if the answer got lost: the key makes that safe."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = self._ask("POST", "/v1/documents", sample.content, **{"Content-Type": "application/pdf", "Idempotency-Key": key})
            if answer is not None and answer.status == 202:
                return answer.json()["id"]
            if answer is not None and answer.status not in (409, 500, 503):
                self.problems.append("an upload was answered %r" % answer)
                return None
            time.sleep(0.05)
        self.problems.append("an upload was never accepted")
        return None

    def _ask(self, method, target, body=None, **headers):
        try:
            return self.client.request(method, target, body=body, headers=headers)
        except UNREACHABLE:
            return None

    # ---- afterwards

    def _finish(self):
        deadline = time.monotonic() + 40
        for uid in list(self.accepted):
            while True:
                answer = self._ask("GET", "/v1/documents/%s/status?wait=5" % uid)
                if answer is not None and answer.status == 404 and uid in self.deleted:
                    del self.accepted[uid]
                    break
                if answer is not None and answer.status == 200 and answer.json()["status"] in FINAL:
                    self._check_outcome(uid, answer.json())
                    break
                if time.monotonic() > deadline:
                    self.problems.append("%s does not end: %r" % (uid, answer))
                    return
        while True:
            orphans, missing = orphan_files(self.cluster.database, self.cluster.stored_keys())
            if "s3" in self.cluster.places:
                orphans |= set(self.cluster.s3.unfinished())
            if not orphans:
                break
            if time.monotonic() > deadline:
                self.problems.append("files that belong to nobody: %s" % orphans)
                break
            time.sleep(0.05)
        if missing:
            self.problems.append("files of documents are gone: %s" % missing)

    def _check_outcome(self, uid, status):
        allowed = {"COMPLETED", "CANCELLED"} if uid in self.cancelled else {"COMPLETED"}
        if status["status"] not in allowed:
            self.problems.append("%s ended as %s" % (uid, status))
        elif status["status"] == "COMPLETED":
            result = self._ask("GET", "/v1/documents/%s/result" % uid)
            if result is None or result.status != 200 or self.accepted[uid].word not in result.text:
                self.problems.append("the result of %s is %r" % (uid, result))


def cases_of(backend, stores, points, actions=ACTIONS, counts=COUNTS):
    samples, wide = make_samples(), []
    if IN_PARTS & set(points):
        wide.append(make_wide_sample())
    with Service(MAX_FILE_SIZE_MB=100) as calm:
        learn_pages(calm, samples + wide)
        calm.stop()
    return [Case(backend, stores, point, action, count, wide if point in IN_PARTS else samples)
            for point in points for action in actions for count in (COUNTS[:1] if point in IN_PARTS else counts)]


def run_all(only="", jobs=2, report=print, backend="embedded", stores=None, points=None, **choice):
    """[Case] of those that failed, and how many ran. `points`, `actions`, `counts`: of which cases to choose; all without them."""
    servers = stores or Stores()
    try:
        for kind in BACKENDS[backend][0]:
            servers.get(kind)  # before several ask for it at once
        cases = cases_of(backend, servers, points or fault_points(backend), **choice)
        cases = [case for case in cases if re.search(only, case.name)]
        failed = []
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for case in pool.map(Case.run, cases):
                if case.problems:
                    failed.append(case)
                    report("FAIL %s: %s" % (case.name, "; ".join(case.problems[:4])))
    finally:
        if not stores:
            servers.stop()
    return failed, len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=list(BACKENDS), default="embedded")
    parser.add_argument("--only", default="", help="a regular expression over 'POINT ACTION, N documents'")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the points")
    options = parser.parse_args()
    points = fault_points(options.backend)
    if options.list:
        print("\n".join(points))
        return
    began = time.monotonic()
    failed, ran = run_all(options.only, options.jobs, backend=options.backend)
    print("%s: %d fault points, %d runs, %d failed, %.0f s" % (options.backend, len(points), ran, len(failed), time.monotonic() - began))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
