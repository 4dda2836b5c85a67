#!/usr/bin/env python3
"""How long until work goes on, measured: after a process or a store was killed, and after a store was away for long.

    recovery.py [--runs 3] [--lease 30s] [--only REGEX]      kills and restarts, one after the other
    recovery.py --outage 60 [--how silent] [--only REGEX]    each store away for so many seconds, under load

Everything but the lease has its default. Times are in seconds from the kill (or from the end of the outage): until the next document that
is handed in is accepted, until it is completed, and until the task that was interrupted is taken up again. Prints Markdown tables; tests
compare none of these figures with anything, because they depend on the machine. Exit status 1: a document was lost or failed.
"""
import argparse
import concurrent.futures
import http.client
import os
import re
import statistics
import sys
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "harness")]

import pdfs  # noqa: E402
from cluster import KINDS, Cluster  # noqa: E402
from fault_proxy import Faults  # noqa: E402
from stores import Stores, open_database  # noqa: E402

UNREACHABLE = (OSError, http.client.HTTPException)
FINAL = ("COMPLETED", "FAILED", "CANCELLED")
LONG = pdfs.heavy(1500, "long")  # runs for as long as it takes to be interrupted
FOREVER = 300


# ---- pieces


def ask(client, method, target, body=None, **headers):
    """None when nobody answers."""
    try:
        return client.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
    except UNREACHABLE:
        return None


def until(condition, what):
    deadline = time.monotonic() + FOREVER
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("in vain for %d s: %s" % (FOREVER, what))
        time.sleep(0.005)


def handed_in(client, content):
    """The id, once it is accepted."""
    answers, key = [None], uuid.uuid4().hex

    def accepted():
        answers[0] = ask(client, "POST", "/v1/documents", content, content_type="application/pdf", idempotency_key=key)
        return answers[0] is not None and answers[0].status == 202

    until(accepted, "an upload is not accepted")
    return answers[0].json()["id"]


def status_of(client, uid):
    answer = ask(client, "GET", "/v1/documents/%s/status" % uid)
    return answer.json()["status"] if answer is not None and answer.status == 200 else None


def end_of(client, uid):
    """How it ended, as the first API process says that knows of it."""
    states = [None]

    def ended():
        states[0] = status_of(client, uid)
        return states[0] in FINAL

    until(ended, "a document does not end")
    return states[0]


def running_document(cluster, client):
    """One that is in a worker's hands, with saved pages."""
    uid = handed_in(client, LONG)
    until(lambda: pages_saved(cluster, uid) > 0, "it saves no page")
    return uid


def task_of(cluster, uid, column):
    statement = "SELECT t.%s FROM tasks t JOIN documents d ON d.id = t.document_id WHERE d.uid = ?" % column
    with open_database(cluster.database) as database:
        return database.execute(statement, [uid]).fetchone()[0]


def pages_saved(cluster, uid):
    return task_of(cluster, uid, "pages_saved")


def next_document(client, began):
    """Seconds since `began` until a document that is handed in now is accepted, and until it is completed."""
    uid = handed_in(client, pdfs.pdf("next " + uuid.uuid4().hex))
    accepted = time.monotonic() - began
    state = end_of(client, uid)
    completed = time.monotonic() - began
    if state != "COMPLETED":
        raise RuntimeError("the next document ended as " + state)
    return {"accepted": accepted, "completed": completed}


def taken_up(cluster, uid, began):
    until(lambda: task_of(cluster, uid, "attempt") > 1, "the interrupted task is not taken up")
    return {"taken up": time.monotonic() - began}


# ---- what is killed


def kill_api(cluster):
    """kill -9 of an API process; started again at once"""
    api = cluster.apis[0]
    began = time.monotonic()
    api.kill()
    api.start()
    return next_document(cluster.each_client(10)[0], began)


def kill_worker(cluster):
    """kill -9 of the worker that has the task; another one goes on when the lease has run out"""
    client = cluster.client()
    first, second = cluster.workers
    second.stop()
    uid = running_document(cluster, client)
    second.start()
    began = time.monotonic()
    first.kill()
    return {**next_document(client, began), **taken_up(cluster, uid, began)}


def kill_everything(cluster):
    """kill -9 of every process of the service; all started again at once"""
    client = cluster.client()
    uid = running_document(cluster, client)
    began = time.monotonic()
    cluster.kill()
    cluster.start()
    return {**next_document(client, began), **taken_up(cluster, uid, began)}


def restarted(kind):
    def restart(cluster):
        began = time.monotonic()
        cluster.places[kind].store.restart()
        away = time.monotonic() - began
        return {"away": away, **next_document(cluster.client(timeout=10), began)}
    restart.__doc__ = "the server of %s killed and started again" % NAMES[kind]
    return restart


def kill_embedded(cluster):
    """kill -9 of the embedded service; started again at once"""
    return kill_everything(cluster)


NAMES = {"postgres": "PostgreSQL", "redis": "Redis", "s3": "S3", "sqs": "SQS"}
ONE, MANY = ((), ("api,worker",)), (KINDS, ("api", "api", "worker", "worker"))
SCENES = [(kill_embedded, ONE)] + [(what, MANY) for what in [kill_api, kill_worker, kill_everything, *map(restarted, KINDS)]]


# ---- kills and restarts


def measure(runs, lease, only):
    with Stores() as stores:
        for what, (kinds, roles) in SCENES:
            if not re.search(only, what.__doc__):
                continue
            taken = {}
            for _ in range(runs):
                with Cluster(stores.new_places(kinds), roles, DOCQUARRY_LEASE=lease) as cluster:
                    cluster.start()
                    next_document(cluster.client(), 0)  # everything is warm
                    for name, seconds in what(cluster).items():
                        taken.setdefault(name, []).append(seconds)
            yield [what.__doc__] + [spread(taken.get(name)) for name in ("away", "accepted", "completed", "taken up")]


def spread(figures):
    return "%.1f (%.1f–%.1f)" % (statistics.median(figures), min(figures), max(figures)) if figures else ""


# ---- a long time without a store


class Load:
    """Clients that hand in documents, and read the result of one that is done, all the time."""

    def __init__(self, client, finished):
        self.client, self.finished = client, finished
        self.over = threading.Event()
        self.accepted, self.refused, self.wrong = [], 0, []
        self.read, self.unread, self.slowest = 0, 0, 0.0
        self.threads = [threading.Thread(target=work, daemon=True) for work in [self._upload] * 3 + [self._read]]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _asked(self, *what, **how):
        began = time.monotonic()
        answer = ask(self.client, *what, **how)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer is None or answer.status not in (200, 202, 503) or (answer.status == 503 and not answer.header("retry-after")):
            self.wrong.append(answer)
        return answer

    def _upload(self):
        while not self.over.wait(0.5):
            answer = self._asked("POST", "/v1/documents", pdfs.numbered(3, uuid.uuid4().hex), content_type="application/pdf")
            if answer is not None and answer.status == 202:
                self.accepted.append(answer.json()["id"])
            elif answer is not None and answer.status == 503:
                self.refused += 1

    def _read(self):
        while not self.over.wait(0.5):
            answer = self._asked("GET", "/v1/documents/%s/result" % self.finished)
            self.read += answer is not None and answer.status == 200
            self.unread += answer is not None and answer.status == 503


def without(stores, kind, seconds, how):
    """One row, and how many documents did not end well."""
    with Cluster(stores.new_places(KINDS)) as cluster:
        client = cluster.start().client()
        finished = handed_in(client, pdfs.pdf("before"))
        end_of(client, finished)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            waiting = list(pool.map(lambda number: handed_in(client, pdfs.heavy(120, "waiting%d" % number)), range(16)))
        proxy = cluster.places[kind].store.proxy
        if how == "silent":
            proxy.faults = Faults(silent=True)
        else:
            proxy.refuse()
            proxy.cut_all()
        load = Load(client, finished)
        time.sleep(seconds)
        load.end()
        proxy.heal()
        began = time.monotonic()
        after = next_document(client, began)
        states = {uid: end_of(client, uid) for uid in waiting + load.accepted}
        all_ended = time.monotonic() - began
        failed = [uid for uid, state in states.items() if state != "COMPLETED"]
        for uid in failed[:3]:
            print("  failed:", ask(client, "GET", "/v1/documents/" + uid), file=sys.stderr)
        for answer in load.wrong[:3]:
            print("  wrong answer:", answer, file=sys.stderr)
        row = [NAMES[kind], len(waiting), len(load.accepted), load.refused, "%d of %d" % (load.read, load.read + load.unread),
               len(load.wrong), "%.1f" % load.slowest, "%.1f" % after["accepted"], "%.1f" % all_ended, len(failed)]
        return row, len(failed) + len(load.wrong)


def print_row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def print_head(cells):
    print_row(cells)
    print("|" + "---|" * len(cells), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lease", default="30s")
    parser.add_argument("--outage", type=float, help="seconds without each store")
    parser.add_argument("--how", choices=("refused", "silent"), default="refused", help="nobody listens, or nothing gets through")
    parser.add_argument("--only", default="", help="a regular expression over what is killed, or over the names of the stores")
    options = parser.parse_args()
    bad = 0
    if options.outage is None:
        print_head(["killed", "server away", "next document accepted", "completed", "interrupted task taken up"])
        for row in measure(options.runs, options.lease, options.only):
            print_row(row)
    else:
        print_head(["without", "waiting or running before", "uploads accepted meanwhile", "answered 503", "results read",
                    "gave up after 60 s, or wrong", "slowest answer", "first upload accepted after", "all ended after", "failed documents"])
        with Stores() as stores:
            for kind in KINDS:
                if re.search(options.only, kind):
                    row, problems = without(stores, kind, options.outage, options.how)
                    print_row(row)
                    bad += problems
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
