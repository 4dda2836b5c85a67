"""What the service costs on PostgreSQL, Redis, S3 and SQS, all real and on this machine (tests/harness/stores.py, without its proxies)."""
import collections
import http.client
import re
import statistics
import subprocess
import time

import pdfs
import processes
import serving
from cluster import Cluster
from servers import Server
from stores import Postgres, Stores, connect

ALL = ("postgres", "redis", "s3", "sqs")


class DurablePostgres(Postgres):
    """Commits wait for the disk, as they must outside of tests."""

    def _start(self):
        server = Server("postgres", "--durable")
        self.port = int(server["port"])
        return server


def stores():
    found = Stores()
    found.running["postgres"] = DurablePostgres()
    return found


def past_the_proxy(place):
    proxy, real = ":%d" % place.store.proxy.port, ":%d" % place.store.port
    return {name: value.replace(proxy, real) for name, value in place.settings.items()}


class Running:
    """One process with both roles, or as many as `roles` says, on fresh places."""

    def __init__(self, shared, kinds=ALL, roles=("api,worker",), **settings):
        self.places = shared.new_places(kinds)
        direct = {name: value for place in self.places for name, value in past_the_proxy(place).items()}
        self.cluster = Cluster(self.places, roles, **{**serving.OPEN, **direct, **settings})
        self.postgres = self.places[0]

    def __enter__(self):
        self.cluster.start()
        self.ports = [service.port for service in self.cluster.apis]
        return self

    def __exit__(self, *_):
        for service in self.cluster.services:
            service.close()
        self.cluster.close()

    def cpu(self):
        return sum(processes.tree_cpu_seconds(service.pid) for service in self.cluster.services)

    def sql(self):
        """What the processes have asked of PostgreSQL so far, all together: {"statements": ..., "commits": ..., "round_trips": ...}"""
        total = collections.Counter()
        for service in self.cluster.services:
            for name, value in re.findall(r"^docquarry_sql_(\w+)_total ([\d.e+]+)$", service.client.get("/metrics").text, re.M):
                total[name] += float(value)
        return total

    def wait_until_finished(self, count, seconds=1200):
        deadline = time.monotonic() + seconds
        with connect(self.postgres.address) as database:
            while True:
                states = dict(tuple(row) for row in database.execute("SELECT status, count(*) FROM documents GROUP BY status").fetchall())
                if states.get("FAILED"):
                    raise RuntimeError("documents failed: %s" % states)
                if states.get("COMPLETED", 0) >= count:
                    return
                if time.monotonic() > deadline:
                    raise RuntimeError("not finished: %s" % states)
                time.sleep(0.05)


def end_to_end(shared, contents, **settings):
    """As serving.end_to_end(): wall seconds, CPU of docquarry's own processes; what SQL and Redis had to do; the largest memory of one."""
    with Running(shared, **settings) as running:
        serving.warm(running.cluster.apis[0])
        found = serving.EndToEnd()
        sql = running.sql()
        redis = redis_commands(running)
        before, began = running.cpu(), time.monotonic()
        serving.upload_all(running.ports[0], contents)
        running.wait_until_finished(len(contents) + 1)
        found.wall = time.monotonic() - began
        found.cpu = running.cpu() - before
        found.sql = running.sql() - sql
        found.redis = redis_commands(running) - redis
        found.memory = max(processes.memory_bytes(service.pid, "VmHWM") for service in running.cluster.services)
    return found


def redis_commands(running):
    for place in running.places:
        if place.store.kind == "redis":
            info = subprocess.run(["redis-cli", "-p", str(place.store.port), "INFO", "stats"], capture_output=True, text=True, check=True).stdout
            return int(info.split("total_commands_processed:")[1].split()[0])
    return 0


def latency(shared, samples):
    """Upload to COMPLETED of a one-page PDF while nothing else happens, in ms."""
    with Running(shared) as running:
        serving.warm(running.cluster.apis[0])
        connection = http.client.HTTPConnection("127.0.0.1", running.ports[0], timeout=60)
        taken = []
        for number in range(samples):
            began = time.monotonic()
            serving.post(connection, pdfs.pdf("Latency %d" % number), "/v1/documents?wait=30")
            taken.append((time.monotonic() - began) * 1000)
    return {"p50": statistics.median(taken), "p99": sorted(taken)[int(len(taken) * 0.99)]}


def contention(shared, documents, workers):
    """Documents/s and commits per document when so many worker processes claim, each with one place, and every extraction is short."""
    roles = ("api",) + ("worker",) * workers
    contents = [pdfs.pdf("Claimed %d" % number) for number in range(documents)]
    with Running(shared, roles=roles, DOCQUARRY_CONCURRENCY="1", DOCQUARRY_DATABASE_CONNECTIONS="1") as running:
        sql, before, began = running.sql(), running.cpu(), time.monotonic()
        serving.upload_all(running.ports[0], contents)
        running.wait_until_finished(documents)
        wall = time.monotonic() - began
        return {"per_second": documents / wall, "commits": (running.sql() - sql)["commits"] / documents,
                "cpu_ms": (running.cpu() - before) / documents * 1000}
