#!/usr/bin/env python3
"""kill -9 and SIGSTOP storm against the real program.

    storm.py [--documents 1000] [--kills 100] [--seed N] [--without fence|expiry|answer_after_commit]

Clients upload and log every 202; pollers write down every answer; meanwhile the server, its extractor launcher and their children are
killed or held still for longer than the lease, and the server is started again. Then the faults stop, everything must finish, and the
database, the disk and the answers are compared with the log: nothing lost, stuck, doubled, half visible, changed or left behind.

`--without` leaves a rule of the protocol out (needs a program with fault points): the storm must then find something. A checker that
was never seen to fail proves nothing.

Exit status: 0 all invariants held, 1 some did not.
"""
import argparse
import os
import random
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import processes  # noqa: E402
from chaos import Chaos  # noqa: E402
from checker import check_database, orphan_files  # noqa: E402
from client import Client  # noqa: E402
from samples import learn_fingerprints, make_samples  # noqa: E402
from service import Service  # noqa: E402
from uploads import Uploads  # noqa: E402
from watchers import Watchers  # noqa: E402

LEASE = 1.0
# What is left out, and what else has to happen for it to matter: a lease that is not extended is lost while its work goes on, which is
# what a network partition does to a worker.
WITHOUT = {
    None: "storm.no_heartbeat:1:on",
    "fence": "storm.no_heartbeat:1:on,storm.no_fence:1:on",
    "expiry": "storm.no_expiry:1:on",
    "answer_after_commit": "storm.answer_first:1:on",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Outcome:
    def __init__(self):
        self.problems = []
        self.figures = {}

    def examples(self):
        """At most five problems of each kind, cut to a readable length."""
        kinds = {}
        for problem in self.problems:
            kinds.setdefault(problem[:24], []).append(problem[:1500])
        return [problem for alike in kinds.values() for problem in alike[:5]]

    def line(self):
        return " ".join("%s=%s" % pair for pair in self.figures.items())


def run_storm(documents, kills, seed, without=None, seconds=600, partitions=False, keep=False):
    """`partitions`: leases are not extended, so attempts overtake each other (needs fault points). `keep`: the data stays for a look."""
    began = time.monotonic()
    outcome = Outcome()
    samples = make_samples()
    with Service() as calm:
        learn_fingerprints(calm, samples)
        calm.stop()

    faults = WITHOUT[without] if without or partitions else None
    service = Service(DOCQUARRY_LISTEN="127.0.0.1:%d" % free_port(), DOCQUARRY_LEASE="%dms" % (LEASE * 1000), DOCQUARRY_FAULT=faults,
                      DOCQUARRY_ATTEMPTS_INTERRUPTED=100000, DOCQUARRY_ATTEMPTS_BACKEND=1000, DOCQUARRY_QUEUE_LIMIT=100000)
    try:
        _storm(service, outcome, samples, documents, kills, seed, seconds)
    finally:
        service.kill()
        if not keep:
            service.close()
    outcome.figures["seconds"] = round(time.monotonic() - began)
    outcome.directory = service.directory
    return outcome


def _storm(service, outcome, samples, documents, kills, seed, seconds):
    service.start()
    client = Client(service.port, timeout=10)
    uploads = Uploads(client, samples, documents, seed, os.path.join(service.directory, "client.log"))
    watchers = Watchers(client, uploads, seed)
    chaos = Chaos(service, seed, LEASE)
    deadline = time.monotonic() + seconds
    uploads.start()
    watchers.start()

    # Safety: faults strike, and nothing wrong may be seen.
    while (uploads.running() or chaos.total_kills() < kills) and time.monotonic() < deadline:
        chaos.pause(0.1, 1.0)
        chaos.check_alive()
        if chaos.total_kills() < kills:
            chaos.strike()

    # Liveness: the faults have stopped, so everything must finish.
    uploads.join()
    settled = wait_until_settled(client, deadline=time.monotonic() + 20 + 2 * LEASE + 0.02 * documents)
    watchers.end()

    verdict = check_database(service.data, dict(uploads.accepted), allowed_failures=chaos.kills["child"] // 2 + chaos.kills["launcher"] // 2)
    with open(service.log_path, "rb") as log:
        stale = log.read().count(b'"work dropped: the lease was lost"')
    finish_and_sweep(service, outcome)

    outcome.problems += uploads.problems + watchers.problems + chaos.problems + verdict.examples
    if not settled:
        outcome.problems.append("not everything was finished in time")
    if chaos.left_over:
        outcome.problems.append("processes outlived a killed server: %s" % [(p.pid, p.name) for p in chaos.left_over])
    outcome.figures.update({
        "seed": seed, "accepted": len(uploads.accepted), "repeated": uploads.repeated, "documents": verdict.documents,
        "killed_server": chaos.kills["server"], "killed_child": chaos.kills["child"], "killed_launcher": chaos.kills["launcher"],
        "stops": chaos.stops, "retried": verdict.retried, "stale_refused": stale, "hurt_by_kills": len(verdict.hurt),
        "answers_compared": watchers.answers, "slowest_start_ms": round(chaos.slowest_start * 1000),
        **verdict.counts, "answers_wrong": len(watchers.problems), "orphan_files": len(outcome.orphans)})


def wait_until_settled(client, deadline):
    while time.monotonic() < deadline:
        try:
            health = client.get("/health").json()
            states = [client.get("/tasks?page=%d&page_size=100" % page).json() for page in (1,)]
            pages = (states[0]["total"] + 99) // 100
            tasks = [task for page in range(1, pages + 1) for task in client.get("/tasks?page=%d&page_size=100" % page).json()["tasks"]]
            if health["queue_depth"] == 0 and all(task["status"] in ("COMPLETED", "FAILED") for task in tasks):
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def finish_and_sweep(service, outcome):
    """Stops cleanly, then lets the sweeper run: what belongs to no document must go, what belongs to one must be there."""
    code = service.stop()
    if code != 0:
        outcome.problems.append("the server ended with status %s on SIGTERM" % code)
    if service.left_over:
        outcome.problems.append("processes outlived the server: %s" % [(p.pid, p.name) for p in service.left_over])
    service.start(DOCQUARRY_SWEEP_EVERY="1s", DOCQUARRY_UPLOAD_GRACE="1s", DOCQUARRY_FAULT=None)
    deadline = time.monotonic() + 15
    while True:
        outcome.orphans, missing = orphan_files(service.data)
        if not outcome.orphans or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    service.stop()
    if outcome.orphans:
        outcome.problems.append("files that belong to nobody were not swept: %s" % sorted(outcome.orphans)[:5])
    if missing:
        outcome.problems.append("files of documents are gone: %s" % sorted(missing)[:5])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1 << 31))
    parser.add_argument("--partitions", action="store_true", help="leases are not extended, so attempts overtake each other")
    parser.add_argument("--keep", action="store_true", help="leave the data directory for a look")
    parser.add_argument("--without", choices=[name for name in WITHOUT if name])
    options = parser.parse_args()
    processes.adopt_orphans()
    print("seed", options.seed, flush=True)
    outcome = run_storm(options.documents, options.kills, options.seed, options.without, partitions=options.partitions, keep=options.keep)
    print(outcome.line())
    if options.keep:
        print("data in", outcome.directory)
    for problem in outcome.examples():
        print("  " + problem)
    sys.exit(1 if outcome.problems else 0)


if __name__ == "__main__":
    main()
