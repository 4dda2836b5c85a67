#!/usr/bin/env python3
"""Measures the product against its targets (P1 to P15), in one run, on this machine.

    ./dev bench [--quick] [--json] [--rounds N] [--only REGEX] [--build]

CPU ratios come from interleaved rounds on the same files; medians are shown. Not a test: it never fails. --quick takes about two minutes
(fewer files, fewer rounds), --json prints the same as lines of JSON, --build also measures P15 (a build from nothing: minutes).
Corpora: 500 generated one-page documents (tiny); the manuals of Debian's r-doc-pdf cut into single pages with qpdf (small) and whole
(medium, large).
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import clustered  # noqa: E402
import corpora  # noqa: E402
import engine  # noqa: E402
import pdfs  # noqa: E402
import serving  # noqa: E402
from service import ROOT, binary, environment  # noqa: E402


class Report:
    def __init__(self, as_json):
        self.as_json = as_json

    def heading(self, text):
        if not self.as_json:
            print("\n" + text, flush=True)

    def figure(self, name, value, unit):
        if self.as_json:
            print(json.dumps({"figure": name, "value": value, "unit": unit}), flush=True)
        else:
            print("    %-62s %12s %s" % (name, "%.4g" % value if isinstance(value, float) else value, unit), flush=True)

    def target(self, which, what, value, limit, unit="", at_least=False):
        met = value >= limit if at_least else value <= limit
        if self.as_json:
            print(json.dumps({"target": which, "what": what, "measured": value, "limit": limit, "at_least": at_least, "unit": unit,
                              "met": met}), flush=True)
        else:
            print("%-4s%-62s %12.4g %-4s (%s %g) %s" % (which, what, value, unit, ">=" if at_least else "<=", limit, "met" if met else "MISSED"),
                  flush=True)


class Bench:
    def __init__(self, options):
        self.options = options
        self.report = Report(options.json)
        self.rounds = options.rounds or (1 if options.quick else 3)
        self.corpora = corpora.all_corpora()
        if options.quick:
            self.corpora.pop("large", None)
            for corpus in self.corpora.values():
                corpus.files = corpus.files[::6] if corpus.name != "medium" else corpus.files[:2]
        for corpus in self.corpora.values():
            corpus.contents = [open(path, "rb").read() for path in corpus.files]

    # ---- P1, P3, other tools

    def extraction(self):
        self.report.heading("Extraction without a service (CPU of all cores, median of %d rounds)" % self.rounds)
        targets = {"small": (1.15, 1.8), "medium": (1.15, 1.6), "large": (1.15, 1.6)}
        for name, corpus in self.corpora.items():
            files = corpus.files
            repeat = 10 if name == "tiny" else 3 if name == "small" else 1
            costs = engine.interleaved(self.rounds, {
                "bare": lambda: engine.engine("bare", files, repeat), "text": lambda: engine.engine("text", files, repeat),
                "engine": lambda: engine.engine("engine", files, repeat), "extract": lambda: engine.extract(files),
                "pdftotext": lambda: engine.pdftotext(files), "mutool": lambda: engine.mutool(files)})
            bare = engine.median(costs["bare"])
            pages = costs["bare"][0].pages
            self.report.figure("%s: documents" % name, len(files), "")
            self.report.figure("%s: pages" % name, int(pages), "")
            self.report.figure("%s: bare PDFium" % name, bare / len(files) * 1000, "ms CPU/document")
            wall = engine.median(costs["extract"], "wall")
            self.report.figure("%s: docquarry extract, 2 jobs" % name, len(files) / wall, "documents/s")
            self.report.figure("%s: docquarry extract, 2 jobs" % name, pages / wall, "pages/s")
            for tool in ("engine", "extract", "pdftotext", "mutool"):
                self.report.figure("%s: %s CPU / bare" % (name, tool), engine.median_ratio(costs, tool, "bare"), "")
            self._memory(name, max(files, key=os.path.getsize), costs)
            if name in targets:
                self.report.target("P1", "%s: words with boxes, CPU / bare" % name, engine.median_ratio(costs, "text", "bare"), targets[name][0])
                self.report.target("P3", "%s: extract --format markdown, CPU / bare" % name, engine.median_ratio(costs, "extract", "bare"),
                                   targets[name][1])
            corpus.engine_cpu = engine.median(costs["engine"])

    def _memory(self, name, largest, costs):
        """Of the largest process, while it reads the largest file of the corpus."""
        self.report.figure("%s: engine, memory for all files" % name, engine.median(costs["engine"], "memory") / serving.MB, "MB")
        for tool, command in (("pdftotext", engine.pdftotext_command(largest)), ("mutool", engine.mutool_command(largest))):
            self.report.figure("%s: %s, memory for the largest file" % (name, tool), engine.memory_of(command) / serving.MB, "MB")
        self.report.figure("%s: extractor child, memory for the largest file" % name,
                           serving.child_memory([open(largest, "rb").read()]), "MB")

    def two_jobs(self):
        self.report.heading("Two jobs instead of one")
        files = self.corpora.get("medium", self.corpora["tiny"]).files
        costs = engine.interleaved(self.rounds, {"one": lambda: engine.extract(files, 1), "two": lambda: engine.extract(files, 2)})
        self.report.target("P4", "wall time with 2 jobs / 1 job", engine.median_ratio(costs, "two", "one", "wall"), 0.55)

    def one_file(self):
        self.report.heading("One file on the command line, wall time beside pdftotext")
        tests = [("tiny", 1.5)] + [("medium", 1.0)] * ("medium" in self.corpora)
        for name, limit in tests:
            one = [self.corpora[name].files[0]]
            costs = engine.interleaved(7 if self.options.quick else 21, {
                "ours": lambda: engine.run([binary(), "extract", "--quiet", one[0]], env=environment({})), "pdftotext": lambda: engine.pdftotext(one)})
            self.report.figure("%s: docquarry extract" % name, engine.median(costs["ours"], "wall") * 1000, "ms")
            self.report.target("P5", "%s: wall / pdftotext" % name, engine.median(costs["ours"], "wall") / engine.median(costs["pdftotext"], "wall"),
                               limit)

    # ---- the service

    def end_to_end(self):
        self.report.heading("The service end to end: HTTP upload to COMPLETED, embedded stores, 2 cores shared by all")
        targets = {"small": {"document": 0.45, "owner": 0.75}, "medium": {"document": 0.85}, "large": {"document": 0.93}}
        for name, corpus in self.corpora.items():
            repeat = 2 if name == "small" and not self.options.quick else 1
            contents = corpus.contents * repeat
            for isolation in ("document", "owner") if name in ("tiny", "small") else ("document",):
                shares, walls, server = [], [], []
                for _ in range(self.rounds):
                    bare_engine = engine.engine("engine", corpus.files, 3 if name in ("tiny", "small") else 1).cpu * repeat
                    found = serving.end_to_end(contents, DOCQUARRY_ISOLATION=isolation)
                    shares.append(bare_engine / found.cpu)
                    walls.append(found.wall)
                    server.append(found.server_cpu / len(contents) * 1000)
                wall = statistics.median(walls)
                self.report.figure("%s, isolation %s" % (name, isolation), len(contents) / wall, "documents/s")
                self.report.figure("%s, isolation %s: server process" % (name, isolation), statistics.median(server), "ms CPU/document")
                limit = targets.get(name, {}).get(isolation)
                what = "%s, isolation %s: engine CPU / all CPU" % (name, isolation)
                if limit:
                    self.report.target("P6", what, statistics.median(shares), limit, at_least=True)
                else:
                    self.report.figure(what, statistics.median(shares), "")
                self._commits(name, isolation, found, len(contents))

    def _commits(self, name, isolation, found, documents):
        """P8, when the service counts its commits."""
        values = dict(re.findall(r"^(docquarry_sql_\w+_total)(?:\{[^}]*\})? ([\d.e+]+)$", found.metrics, re.M))
        for metric, value in values.items():
            self.report.figure("%s, isolation %s: %s" % (name, isolation, metric), float(value) / documents, "per document")
        commits = values.get("docquarry_sql_commits_total")
        if commits and name == "tiny" and isolation == "document":
            self.report.target("P8", "commits per small document under load", float(commits) / documents, 1.0)

    def latency(self):
        self.report.heading("Idle service, one-page PDF: upload to COMPLETED")
        found = serving.latency(50 if self.options.quick else 300)
        self.report.figure("fsync of the same run", found["fsync"], "ms")
        self.report.target("P9", "p50", found["p50"], 4 * found["fsync"] + 10, "ms")
        self.report.target("P9", "p99 / p50", found["p99"] / found["p50"], 5)

    def clustered(self):
        self.report.heading("On PostgreSQL, Redis, S3 and SQS, all of them on the same two cores")
        limits = {"small": 0.35, "medium": 0.75}
        with clustered.stores() as shared:
            for name, corpus in self.corpora.items():
                if name == "large":
                    continue
                shares, walls = [], []
                for _ in range(self.rounds):
                    bare_engine = engine.engine("engine", corpus.files, 3 if name in ("tiny", "small") else 1).cpu
                    found = clustered.end_to_end(shared, corpus.contents)
                    shares.append(bare_engine / found.cpu)
                    walls.append(found.wall)
                documents = len(corpus.contents)
                self.report.figure("%s: cluster" % name, documents / statistics.median(walls), "documents/s")
                for what, number in sorted(found.sql.items()):
                    self.report.figure("%s: SQL %s" % (name, what.replace("_", " ")), number / documents, "per document")
                self.report.figure("%s: commands to Redis" % name, found.redis / documents, "per document")
                self.report.figure("%s: largest memory of a process" % name, found.memory / serving.MB, "MB")
                if name in limits:
                    self.report.target("P7", "%s: engine CPU / CPU of docquarry's processes" % name, statistics.median(shares), limits[name],
                                       at_least=True)
            found = clustered.latency(shared, 30 if self.options.quick else 200)
            self.report.figure("one page, upload to COMPLETED, p50", found["p50"], "ms")
            self.report.figure("one page, upload to COMPLETED, p99", found["p99"], "ms")
            for workers in (4, 16) if self.options.quick else (4, 64):
                found = clustered.contention(shared, 300 if self.options.quick else 1500, workers)
                self.report.figure("%d worker processes, one page each" % workers, found["per_second"], "documents/s")
                self.report.figure("%d worker processes: commits" % workers, found["commits"], "per document")

    def requests(self):
        self.report.heading("Status requests at 64 connections while both workers are busy (wrk)")
        for name, found in serving.status_requests(3 if self.options.quick else 10).items():
            self.report.figure(name, found["per_second"], "requests/s beside wrk and two extractions on two cores")
            self.report.target("P10", name + ": requests/s on one core", found["per_core_second"], 8000, "/s", at_least=True)
            self.report.target("P10", name + ": p99", found["p99_ms"], 20, "ms")
            if found["errors"]:
                self.report.figure(name + ": answers that were no 200", found["errors"], "")

    def long_result(self):
        self.report.heading("A result of 1,000 pages with lines and boxes")
        found = serving.long_result()
        self.report.figure("its size", found["result_mb"], "MB")
        self.report.target("P11", "first byte", found["first_byte_ms"], 20, "ms")
        self.report.target("P11", "memory of the server, growth", found["growth_mb"], 2, "MB")

    def memory(self):
        self.report.heading("Memory (resident)")
        streams = 200 if self.options.quick else 2000
        found = serving.memory_while_serving(streams)
        self.report.target("P12", "server, idle", found["idle"], 32, "MB")
        self.report.target("P12", "server, 50 MB upload: growth", found["upload_50mb"], 4, "MB")
        self.report.target("P12", "server, %d event streams: growth" % streams, found["streams"], 40 * streams / 2000, "MB")
        self.report.target("P12", "extractor launcher", found["launcher"], 20, "MB")
        medium = self.corpora.get("medium")
        self.report.target("P12", "extractor child, medium document", serving.child_memory(medium.contents[:3] if medium else [pdfs.heavy(100)]),
                           64, "MB")
        if not self.options.quick:
            self.report.target("P12", "extractor child, 5,000 pages", serving.child_memory([pdfs.heavy(5000, "five", lines=30)]), 256, "MB")

    def many_documents(self):
        self.report.heading("Start, and many stored documents")
        many = 10_000 if self.options.quick else 100_000
        empty, full = serving.start_seconds(0), serving.start_seconds(many)
        self.report.target("P14", "start to ready, empty", empty["seconds"] * 1000, 100, "ms")
        self.report.target("P14", "start to ready, %d documents" % many, full["seconds"] * 1000, 200, "ms")
        self.report.target("P12", "server with %d documents: growth" % many, full["memory_mb"] - empty["memory_mb"], 1, "MB")
        short, long = serving.with_queue(1000, 8), serving.with_queue(many, 8)
        for what, unit in (("list_ms", "ms"), ("server_cpu_ms_per_document", "ms")):
            self.report.figure("%s with 1,000 waiting" % what, short[what], unit)
            self.report.figure("%s with %d waiting" % (what, many), long[what], unit)
        self.report.target("P13", "list with %d waiting / with 1,000" % many, long["list_ms"] / short["list_ms"], 1.5)
        self.report.target("P13", "server CPU per document with %d waiting / with 1,000" % many,
                           long["server_cpu_ms_per_document"] / short["server_cpu_ms_per_document"], 1.5)

    def build(self):
        self.report.heading("Build")
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "CCACHE_DISABLE": "1"}
            began = time.monotonic()
            subprocess.run(["cmake", "--preset", "release", "-B", folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["cmake", "--build", folder, "--target", "docquarry", "docquarry-extractor"], check=True, env=environment,
                           stdout=subprocess.DEVNULL)
            self.report.target("P15", "release from nothing", (time.monotonic() - began) / 60, 6, "min")


STEPS = [("extraction", "P1 P3"), ("two_jobs", "P4"), ("one_file", "P5"), ("end_to_end", "P6 P8"), ("latency", "P9"), ("clustered", "P7"), ("requests", "P10"),
         ("long_result", "P11"), ("memory", "P12"), ("many_documents", "P12 P13 P14")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", default="", help="a regular expression over step names and targets, such as latency or P9")
    parser.add_argument("--build", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    bench.report.figure("program", os.path.relpath(binary(), ROOT), "")
    bench.report.figure("processors", os.cpu_count(), "")
    bench.report.figure("load before", os.getloadavg()[0], "")
    for name, targets in STEPS + [("build", "P15")] * options.build:
        if not re.search(options.only, name + " " + targets):
            continue
        try:
            getattr(bench, name)()
        except (RuntimeError, OSError, AssertionError) as error:
            bench.report.figure("%s could not be measured: %s" % (name, error), 0, "")


if __name__ == "__main__":
    main()
