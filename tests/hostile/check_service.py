#!/usr/bin/env python3
"""All hostile files through the running service: each must end as its case permits, and nothing else may notice.

    check_service.py [--only REGEX] [--jobs N]

Writes the files with hostile_pdfs.py (kept in build/hostile-pdfs), uploads them through /v1, a good control document before every fifth,
and checks: permitted outcomes, required text, markers that may never show up, controls identical, every case terminal within 60 s, the
service the same process from beginning to end, its memory, nothing left behind.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import pdfs  # noqa: E402
import processes  # noqa: E402
from service import ROOT, Service  # noqa: E402

OUTCOMES = {"invalid_document": "invalid", "password_required": "password", "wrong_password": "password", "unsupported_encryption": "crypt",
            "memory_limit": "limit", "time_limit": "limit", "output_limit": "limit", "extractor_crashed": "crash",
            "extractor_misbehaved": "crash"}
CONTROL = pdfs.numbered(2, "control")


def is_sanitized(pid):
    """Built with AddressSanitizer, which keeps what was freed: its size says nothing then. Measure memory with a release build."""
    with open("/proc/%d/maps" % pid) as maps:
        return any("libclang_rt.asan" in line for line in maps) or b"__asan_init" in open("/proc/%d/exe" % pid, "rb").read()


def hostile_files():
    """The directory with all cases; written anew when their generator changed."""
    digest = hashlib.sha256()
    for name in ("hostile_pdfs.py", "pdfkit.py"):
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    folder = os.path.join(ROOT, "build", "hostile-pdfs", digest.hexdigest()[:16])
    if not os.path.exists(os.path.join(folder, "filenames.json")):
        subprocess.run([sys.executable, os.path.join(HERE, "hostile_pdfs.py"), folder], check=True, stderr=subprocess.DEVNULL)
    return folder


class Checked:
    def __init__(self, case):
        self.case = case
        self.outcome = None
        self.seconds = 0
        self.problems = []


class Checker:
    def __init__(self, service, folder):
        self.service, self.folder = service, folder
        self.control_text = None

    def result_of(self, uid):
        return self.service.client.get("/v1/documents/%s/result?format=ndjson&include=lines" % uid)

    def control(self):
        """A good document beside the bad ones; its text must be what it was alone."""
        answer = self.service.client.post("/v1/documents?wait=60", CONTROL, content_type="application/pdf")
        if answer.status != 200 or answer.json()["status"] != "COMPLETED":
            return ["the control was answered %r" % answer]
        text = self.service.client.get("/v1/documents/%s/result?format=text" % answer.json()["id"]).body
        if self.control_text is None:
            self.control_text = text
        return [] if text == self.control_text else ["the control's text differs: %r" % text]

    def check(self, case):
        checked = Checked(case)
        with open(os.path.join(self.folder, case["file"]), "rb") as file:
            content = file.read()
        began = time.monotonic()
        target = "/v1/documents?filename=" + urllib.parse.quote(case["file"])
        answer = self.service.client.post(target, content, content_type="application/pdf")
        if answer.status in (400, 413, 415, 422):
            checked.outcome = "reject"
        elif answer.status != 202:
            checked.problems.append("answered %r" % answer)
        else:
            self._follow(checked, answer.json()["id"], began)
        checked.seconds = time.monotonic() - began
        if checked.outcome not in case["allow"]:
            checked.problems.append("ended as %s, permitted: %s" % (checked.outcome, ", ".join(case["allow"])))
        return checked

    def _follow(self, checked, uid, began):
        case = checked.case
        while True:
            document = self.service.client.get("/v1/documents/%s?wait=20" % uid).json()
            if document["status"] in ("COMPLETED", "FAILED"):
                break
            if time.monotonic() - began > 90:
                checked.problems.append("still %s" % document)
                return
        if time.monotonic() - began > 60:
            checked.problems.append("took %.0f s" % (time.monotonic() - began))
        shown = json.dumps(document, ensure_ascii=False)
        if document["status"] == "FAILED":
            checked.outcome = OUTCOMES.get(document["error"]["code"], document["error"]["code"])
        else:
            checked.outcome = "partial" if document["partial"] else "completed"
            result = self.result_of(uid)
            shown += result.body.decode("utf-8")  # must be valid UTF-8
            for line in result.body.splitlines():
                json.loads(line)
            if "\\u0000" in shown or "\0" in shown:
                checked.problems.append("a NUL in the result")
            if checked.outcome == "completed" and case["text"] and case["text"] not in re.sub(r"\\n", " ", shown):
                checked.problems.append("%r is not in the result" % case["text"])
        if case["never"] and case["never"] in shown:
            checked.problems.append("%r shows up" % case["never"])


def check_all(only="", jobs=3, report=print):
    """(problems, figures)"""
    folder = hostile_files()
    with open(os.path.join(folder, "manifest.json")) as file:
        cases = [case for case in json.load(file) if re.search(only, case["id"])]
    problems, outcomes, slowest = [], {}, []
    service = Service(MAX_FILE_SIZE_MB="100", DOCQUARRY_QUEUE_LIMIT="100000")
    with service:
        service.client.timeout = 120
        checker = Checker(service, folder)
        problems += checker.control()
        pid = service.pid
        began = time.monotonic()

        def run(numbered):
            number, case = numbered
            trouble = checker.control() if number % 5 == 0 else []
            return checker.check(case), trouble

        # Twice: the first time fills caches and heaps, as any load does; what the second adds would never end.
        for repeated in (False, True):
            memory_before = processes.memory_bytes(service.pid)
            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                for checked, trouble in pool.map(run, enumerate(cases)):
                    if not repeated:
                        outcomes[checked.outcome] = outcomes.get(checked.outcome, 0) + 1
                    slowest.append((checked.seconds, checked.case["id"]))
                    for problem in checked.problems + trouble:
                        problems.append("%s: %s" % (checked.case["id"], problem))
                        report("FAIL " + problems[-1])
        memory_after = processes.memory_bytes(service.pid)
        most = 1 << 20 if len(cases) < 100 else (len(cases) << 20) // 100
        if service.pid != pid or service.process.poll() is not None:
            problems.append("the service did not survive")
        if memory_after - memory_before > most and not is_sanitized(service.pid):
            problems.append("the service grew by %.1f MB" % ((memory_after - memory_before) / 2**20))
        log = service.log()
        for case in cases:
            if case["never"] and case["never"] in log:
                problems.append("%s: %r is in the log" % (case["id"], case["never"]))
        if service.stop() != 0 or service.left_over:
            problems.append("the service did not stop cleanly: %s" % service.left_over)
    slowest.sort(reverse=True)
    figures = {"cases": len(cases), "seconds": round(time.monotonic() - began), "growth_mb": round((memory_after - memory_before) / 2**20, 1),
               **outcomes, "slowest": ["%s %.1f s" % (name, seconds) for seconds, name in slowest[:5]]}
    return problems, figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a regular expression over the ids of the cases")
    parser.add_argument("--jobs", type=int, default=3)
    options = parser.parse_args()
    problems, figures = check_all(options.only, options.jobs)
    print(json.dumps(figures))
    print("%d problems" % len(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
