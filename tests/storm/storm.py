#!/usr/bin/env python3
"""kill -9 and SIGSTOP storm against the real program.

    storm.py [--backend embedded|postgres|cluster] [--documents 1000] [--kills 100] [--seed N]
             [--without fence|expiry|answer_after_commit]

Clients upload and log every 202; pollers write down every answer; meanwhile the servers, their extractor launchers and children are
killed or held still for longer than the lease, and servers are started again. Then the faults stop, everything must finish, and the
database, the stored files and the answers are compared with the log: nothing lost, stuck, doubled, half visible, changed or left behind.

`--backend`: embedded is one process with its own stores; postgres two processes on PostgreSQL and one directory; cluster two API and two
worker processes on PostgreSQL, Redis, S3 and SQS, which are restarted and cut off, too, and whose messages are lost, doubled, late and
shuffled. The last two read real PDFs.

`--without` leaves a rule of the protocol out (needs a program with fault points): the storm must then find something. A checker that
was never seen to fail proves nothing.

Exit status: 0 all invariants held, 1 some did not.
"""
import argparse
import functools
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import processes  # noqa: E402
from chaos import Chaos  # noqa: E402
from checker import check_database, orphan_files  # noqa: E402
from cluster import KINDS, Cluster  # noqa: E402
from mischief import Mischief  # noqa: E402
from samples import learn_pages, make_real_samples, make_samples  # noqa: E402
from service import Service  # noqa: E402
from stores import Stores, open_database  # noqa: E402
from uploads import Uploads  # noqa: E402
from watchers import Watchers, status_of  # noqa: E402

LEASE = 1.0
# When the faults have stopped, how long nothing at all may happen before what is unfinished counts as stuck. What may pass between two
# signs of progress (a page saved, a document ended) is a lease that runs out (1 s), a launcher that hangs and is replaced (10 s) and a
# page that takes long (20 s, then it is given up); the rest is room for a machine that is busy with other things. How long all of it
# takes depends on the machine, so that is no bound: a document that is never served is found when the others are done.
PATIENCE = 60
# What is left out, and what else has to happen for it to matter: a lease that is not extended is lost while its work goes on, which is
# what a network partition does to a worker.
WITHOUT = {
    None: "storm.no_heartbeat:1:on",
    "fence": "storm.no_heartbeat:1:on,storm.no_fence:1:on",
    "expiry": "storm.no_expiry:1:on",
    "answer_after_commit": "storm.answer_first:1:on",
}


# The stores, and the roles of each process.
BACKENDS = {
    "embedded": ((), ("api,worker",)),
    "postgres": (("postgres",), ("api,worker", "api,worker")),
    "cluster": (KINDS, ("api", "api", "worker", "worker")),
}


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


@functools.lru_cache(None)
def learned_samples(real):
    samples = make_real_samples() if real else make_samples()
    with Service() as calm:
        learn_pages(calm, samples)
        calm.stop()
    return samples


def run_storm(documents, kills, seed, without=None, seconds=1800, partitions=False, keep=False, backend="embedded", patience=PATIENCE,
              stores=None):
    """`seconds`: against a run without an end; one of 1,000 documents takes minutes. `partitions`: leases are not extended, so attempts
    overtake each other (needs fault points). `keep`: the data stays for a look. `stores`: servers that run already."""
    began = time.monotonic()
    outcome = Outcome()
    samples = learned_samples(backend != "embedded")
    faults = WITHOUT[without] if without or partitions else None
    kinds, roles = BACKENDS[backend]
    servers = stores or Stores()
    cluster = Cluster(servers.new_places(kinds), roles, DOCQUARRY_LEASE="%dms" % (LEASE * 1000),
                      DOCQUARRY_FAULT=faults, DOCQUARRY_ATTEMPTS_INTERRUPTED=100000, DOCQUARRY_ATTEMPTS_BACKEND=1000,
                      DOCQUARRY_QUEUE_LIMIT=100000)
    try:
        _storm(cluster, outcome, samples, documents, kills, seed, seconds, patience, heals=partitions and not without)
    finally:
        cluster.kill()
        if not keep:
            cluster.close()
        if not stores:
            servers.stop()
    outcome.figures["seconds"] = round(time.monotonic() - began)
    outcome.directory = cluster.directory
    return outcome


def _storm(cluster, outcome, samples, documents, kills, seed, seconds, patience, heals):
    cluster.start()
    client = cluster.client(timeout=10)
    uploads = Uploads(client, samples, documents, seed, os.path.join(cluster.directory, "client.log"))
    watchers = Watchers(cluster.each_client(timeout=10), uploads, seed)
    chaos = Chaos(cluster.services, seed, LEASE, [place.store for place in cluster.places.values()])
    mischief = Mischief(cluster.sqs, seed) if "sqs" in cluster.places else None
    deadline = time.monotonic() + seconds
    uploads.start()
    watchers.start()
    if mischief:
        mischief.start()

    # Safety: faults strike, and nothing wrong may be seen.
    while (uploads.running() or chaos.total_kills() < kills) and time.monotonic() < deadline:
        chaos.pause(0.1, 1.0)
        chaos.check_alive()
        if chaos.total_kills() < kills:
            chaos.strike()
    chaos.finish()
    if mischief:
        mischief.end()

    # Liveness: the faults have stopped, so everything must finish.
    if uploads.running() and time.monotonic() >= deadline:
        outcome.problems.append("not every upload was accepted in time")
        uploads.stop.set()
    uploads.join()
    if heals:
        heal(cluster, chaos, deadline)
    settled = wait_until_settled(cluster.database, deadline, patience)
    watchers.end()
    stale_answers = answers_that_lag_behind(client, cluster.database, uploads.known()) if settled else []

    verdict = check_database(cluster.database, dict(uploads.accepted), chaos.kills["child"] // 2 + chaos.kills["launcher"] // 2)
    stale = overtaken_attempts(cluster)
    finish_and_sweep(cluster, outcome)

    outcome.problems += uploads.problems + watchers.problems + chaos.problems + verdict.examples
    outcome.problems += stale_answers
    if not settled:
        outcome.problems.append("not everything was finished although the faults had stopped")
    if chaos.left_over:
        outcome.problems.append("processes outlived a killed server: %s" % [(p.pid, p.name) for p in chaos.left_over])
    outcome.figures.update({
        "seed": seed, "accepted": len(uploads.accepted), "repeated": uploads.repeated, "documents": verdict.documents,
        "killed_server": chaos.kills["server"], "killed_child": chaos.kills["child"], "killed_launcher": chaos.kills["launcher"],
        "stops": chaos.stops, **{name.replace(" ", "_"): count for name, count in sorted(chaos.store_faults.items())},
        **({"messages_" + fate: count for fate, count in mischief.done.items()} if mischief else {}),
        "retried": verdict.retried, "stale_refused": stale, "hurt_by_kills": len(verdict.hurt),
        "answers_compared": watchers.answers, "slowest_start_ms": round(chaos.slowest_start * 1000),
        **verdict.counts, "answers_wrong": len(watchers.problems), "orphan_files": len(outcome.orphans)})


def overtaken_attempts(cluster):
    return cluster.log().count('"work dropped: the lease was lost"')


def heal(cluster, chaos, deadline):
    """Ends the partition, as soon as it has done what it is there for: it is a fault, and with all leases lost every second nobody has to
    finish anything."""
    while not overtaken_attempts(cluster) and what_is_left(cluster.database)[0] and time.monotonic() < deadline:
        time.sleep(0.1)
    for service in cluster.services:
        service.settings["DOCQUARRY_FAULT"] = None
        chaos.kill_server(service)


def what_is_left(address):
    """How many tasks have not ended, how many pages are saved, and until when the last retry waits."""
    with open_database(address) as database:
        return database.execute(
            "SELECT count(*) FILTER (WHERE state IN ('PENDING', 'PROCESSING')), sum(pages_saved), max(due_at) FROM tasks").fetchone()


def wait_until_settled(address, deadline, patience):
    """Until every task has ended; False when nothing has happened for so many seconds, or at the deadline of the whole run."""
    known, since = None, time.monotonic()
    while time.monotonic() < min(deadline, since + patience):
        unfinished, pages, next_retry = what_is_left(address)
        if not unfinished:
            return True
        # What failed before waits for its time, longer after each failure: that is no standstill.
        waits = next_retry and str(next_retry).replace(" ", "T") > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        if (unfinished, pages) != known or waits:
            known, since = (unfinished, pages), time.monotonic()
        time.sleep(0.1)
    return False


def answers_that_lag_behind(client, address, accepted):
    """What the service says, from whatever it remembers, must be what the database says once everything has ended. It is told right
    after the commit, so it may be asked a little too early."""
    with open_database(address) as database:
        states = {name: row["state"] for row in database.execute(
            "SELECT d.id, d.uid, t.state FROM documents d JOIN tasks t ON t.document_id = d.id AND t.generation = d.generation")
            for name in (row["id"], row["uid"])}
    problems = []
    patient_until = time.monotonic() + 10
    for name, _ in accepted:
        answer = client.get(status_of(name))
        while answer.json().get("status") != states.get(name) and time.monotonic() < patient_until:
            answer = client.get(status_of(name))
        if answer.json().get("status") != states.get(name):
            problems.append("a task that is %s is answered %r" % (states.get(name), answer))
    return problems


def finish_and_sweep(cluster, outcome):
    """Stops cleanly, then lets the sweeper run: what belongs to no document must go, what belongs to one must be there."""
    for service in cluster.services:
        code = service.stop()
        if code != 0:
            outcome.problems.append("a server ended with status %s on SIGTERM" % code)
        if service.left_over:
            outcome.problems.append("processes outlived a server: %s" % [(p.pid, p.name) for p in service.left_over])
    cluster.start(DOCQUARRY_SWEEP_EVERY="1s", DOCQUARRY_UPLOAD_GRACE="1s", DOCQUARRY_FAULT=None)
    deadline = time.monotonic() + 15
    while True:
        outcome.orphans, missing = orphan_files(cluster.database, cluster.stored_keys())
        if not outcome.orphans or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    for service in cluster.services:
        service.stop()
    if outcome.orphans:
        outcome.problems.append("files that belong to nobody were not swept: %s" % sorted(outcome.orphans)[:5])
    if missing:
        outcome.problems.append("files of documents are gone: %s" % sorted(missing)[:5])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=list(BACKENDS), default="embedded")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1 << 31))
    parser.add_argument("--partitions", action="store_true", help="leases are not extended, so attempts overtake each other")
    parser.add_argument("--keep", action="store_true", help="leave the data directory for a look")
    parser.add_argument("--without", choices=[name for name in WITHOUT if name])
    options = parser.parse_args()
    processes.adopt_orphans()
    print("seed", options.seed, flush=True)
    outcome = run_storm(options.documents, options.kills, options.seed, options.without, partitions=options.partitions, keep=options.keep,
                        backend=options.backend)
    print(outcome.line())
    if options.keep:
        print("data in", outcome.directory)
    for problem in outcome.examples():
        print("  " + problem)
    sys.exit(1 if outcome.problems else 0)


if __name__ == "__main__":
    main()
