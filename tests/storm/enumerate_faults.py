#!/usr/bin/env python3
"""Every fault point of the program, with every action: whatever dies, fails or is slow on whatever line, nothing that was accepted is lost.

    enumerate_faults.py [--only REGEX] [--jobs N]

Points are found in the sources: fault_point("NAME"). Each is struck with one document and with three, by kill, by error and by delay,
while a client uploads, reads, cancels, retries and deletes. A killed program is started again without faults. Then every document that
was answered with 202 (and not deleted) must be terminal and right, nothing may be doubled, and no file may lie about.

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
from cluster import stored_on_disk  # noqa: E402
from samples import Sample, learn_fingerprints  # noqa: E402
from service import ROOT, Service  # noqa: E402

ACTIONS = ("kill", "error", "delay=300")
COUNTS = (1, 3)
UNREACHABLE = (OSError, http.client.HTTPException)
FINAL = ("COMPLETED", "FAILED", "CANCELLED")


def fault_points():
    found = set()
    for folder in ("src/**/*.cc", "src/**/*.h"):
        for path in glob.glob(os.path.join(ROOT, folder), recursive=True):
            if not re.search(r"_(test|fuzz)\.cc$", path) and not path.endswith("base/fault.h"):
                with open(path) as file:
                    found.update(re.findall(r'fault_point\("([^"]+)"\)', file.read()))
    return sorted(found)


def make_samples():
    """The last one is long, so that its pages are saved while it runs."""
    return [Sample("small.pdf", pdfs.numbered(1, "small")), Sample("medium.pdf", pdfs.numbered(5, "medium")),
            Sample("large.pdf", pdfs.heavy(80, "large", lines=30))]


class Case:
    def __init__(self, point, action, count, samples):
        self.name = "%s %s, %d document%s" % (point, action, count, "s" * (count > 1))
        self.point, self.action = point, action
        self.samples = samples if count > 1 else samples[2:]
        self.accepted = {}
        self.deleted = set()
        self.cancelled = set()
        self.problems = []

    def run(self):
        service = Service(DOCQUARRY_LEASE="1s", DOCQUARRY_SWEEP_EVERY="1s", DOCQUARRY_UPLOAD_GRACE="1s")
        self.service = service
        try:
            self._run(service)
        finally:
            service.close()
        return self

    def _run(self, service):
        plan = "%s:1:%s" % (self.point, self.action)
        try:
            service.start(DOCQUARRY_FAULT=plan)
        except RuntimeError:  # struck before it was ready
            service.start()
        self.struck = False
        self._scenario()
        self._look_for_strike()
        if service.process.poll() is not None:
            service.kill()
            service.start()
        self._finish()
        self._look_for_strike()
        if not self.struck:
            self.problems.append("the point was not reached")
        settled = service.stop()
        if settled != 0 or service.left_over:
            self.problems.append("stopped with status %s, left over %s" % (settled, service.left_over))
        allowed = len(self.samples) if self.point.startswith(("child", "launcher", "sandbox", "extract")) else 0
        verdict = check_database(service.data, self.accepted, allowed)
        self.problems += verdict.examples

    def _look_for_strike(self):
        with open(self.service.log_path, "rb") as log:
            self.struck = self.struck or ('"point":"%s"' % self.point).encode() in log.read()

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
        """Until it is accepted, once more if the first answer got lost: the key makes that safe."""
        for _ in range(4):
            answer = self._ask("POST", "/v1/documents", sample.content, **{"Content-Type": "application/pdf", "Idempotency-Key": key})
            if answer is not None and answer.status == 202:
                return answer.json()["id"]
            if answer is not None and answer.status not in (409, 500, 503):
                self.problems.append("an upload was answered %r" % answer)
                return None
            if self.service.process.poll() is not None:
                self._look_for_strike()
                self.service.kill()
                self.service.start()
            time.sleep(0.05)
        self.problems.append("an upload was never accepted")
        return None

    def _ask(self, method, target, body=None, **headers):
        try:
            return self.service.client.request(method, target, body=body, headers=headers)
        except UNREACHABLE:
            return None

    # ---- afterwards

    def _finish(self):
        deadline = time.monotonic() + 30
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
            orphans, missing = orphan_files(self.service.data, stored_on_disk(os.path.join(self.service.data, "files")))
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


def run_all(only="", jobs=2, report=print):
    """[Case] of those that failed, and how many ran."""
    samples = make_samples()
    with Service() as calm:
        learn_fingerprints(calm, samples)
        calm.stop()
    cases = [Case(point, action, count, samples) for point in fault_points() for action in ACTIONS for count in COUNTS]
    cases = [case for case in cases if re.search(only, case.name)]
    failed = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for case in pool.map(Case.run, cases):
            if case.problems:
                failed.append(case)
                report("FAIL %s: %s" % (case.name, "; ".join(case.problems[:4])))
    return failed, len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a regular expression over 'POINT ACTION, N documents'")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the points")
    options = parser.parse_args()
    if options.list:
        print("\n".join(fault_points()))
        return
    began = time.monotonic()
    failed, ran = run_all(options.only, options.jobs)
    print("%d fault points, %d runs, %d failed, %.0f s" % (len(fault_points()), ran, len(failed), time.monotonic() - began))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
