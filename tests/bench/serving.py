"""What the service costs: end to end, latency, throughput, memory, long queues, start."""
import concurrent.futures
import http.client
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import threading
import time

import pdfs
import processes
from service import Service, binary, environment

MB = 2**20
OPEN = {"DOCQUARRY_QUEUE_LIMIT": "1000000000", "DOCQUARRY_CONNECTIONS": "10000"}


def post(connection, content, target="/v1/documents"):
    connection.request("POST", target, body=content, headers={"Content-Type": "application/pdf"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 202):
        raise RuntimeError("an upload was answered %d: %r" % (answer.status, body[:300]))
    return body


def upload_all(port, contents, clients=8):
    """Each client keeps its connection, as a program would."""
    queue = list(contents)
    lock = threading.Lock()

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                if not queue:
                    break
                content = queue.pop()
            post(connection, content)
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(client) for _ in range(clients)]:
            done.result()


def database_of(service):
    database = sqlite3.connect("file:%s/docquarry.db?mode=ro" % service.data, uri=True, timeout=20)
    return database


def wait_until_finished(service, count, seconds=1200):
    deadline = time.monotonic() + seconds
    database = database_of(service)
    while True:
        states = dict(database.execute("SELECT status, count(*) FROM documents GROUP BY status").fetchall())
        if states.get("COMPLETED", 0) + states.get("FAILED", 0) >= count:
            database.close()
            if states.get("FAILED"):
                raise RuntimeError("documents failed: %s" % states)
            return
        if time.monotonic() > deadline:
            raise RuntimeError("not finished: %s" % states)
        time.sleep(0.02)


class EndToEnd:
    pass


def end_to_end(contents, **settings):
    """HTTP upload of everything until all of it is COMPLETED; all CPU of the server, its launcher and their children."""
    with Service(**OPEN, **settings) as service:
        warm(service)
        found = EndToEnd()
        server_before = processes.stat(service.pid).cpu_seconds
        before, began = processes.tree_cpu_seconds(service.pid), time.monotonic()
        upload_all(service.port, contents)
        wait_until_finished(service, len(contents) + 1)
        found.wall = time.monotonic() - began
        found.cpu = processes.tree_cpu_seconds(service.pid) - before
        found.server_cpu = processes.stat(service.pid).cpu_seconds - server_before
        found.metrics = service.client.get("/metrics").text
        service.stop()
    return found


def queue(service, order):
    """`docquarry queue pause`: nothing more is claimed; `resume`."""
    subprocess.run([binary(), "queue", order], env=environment(service.settings), cwd=service.directory, check=True, stdout=subprocess.DEVNULL)


def warm(service):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    post(connection, pdfs.pdf("warm"), "/v1/documents?wait=30")
    connection.close()


def fsync_seconds(folder, rounds=50):
    """What one 4 kB append with fsync costs where the data lies."""
    path = os.path.join(folder, "fsync-probe")
    taken = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(rounds):
            began = time.monotonic()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            taken.append(time.monotonic() - began)
    os.remove(path)
    return statistics.median(taken)


def latency(samples):
    """Upload to COMPLETED of a one-page PDF on an idle service, and the cost of an fsync in the same run. Milliseconds."""
    with Service(**OPEN) as service:
        warm(service)
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        taken, syncs = [], []
        for number in range(samples):
            content = pdfs.pdf("Latency %d" % number)
            began = time.monotonic()
            post(connection, content, "/v1/documents?wait=30")
            taken.append(time.monotonic() - began)
            if number % 10 == 0:
                syncs.append(fsync_seconds(service.directory, 5))
        service.stop()
    taken.sort()
    return {"p50": taken[len(taken) // 2] * 1000, "p99": taken[int(len(taken) * 0.99)] * 1000, "fsync": statistics.median(syncs) * 1000}


def status_requests(seconds):
    """{route: (requests per second, per second of one core, p99 in ms)} by wrk with 64 connections, while both workers are busy."""
    found = {}
    with Service(**OPEN) as service:
        warm(service)
        document = service.client.get("/v1/documents").json()["documents"][0]
        busy = pdfs.heavy(600, "busy")
        for name, path in (("GET /status/{id}", "/status/" + document["task_id"]), ("GET /v1/documents/{uid}", "/v1/documents/" + document["id"])):
            for _ in range(max(4, int(seconds * 4))):
                service.client.post("/v1/documents", busy, content_type="application/pdf")
            cpu = processes.stat(service.pid).cpu_seconds
            said = subprocess.run(["wrk", "-t1", "-c64", "-d%ds" % seconds, "--latency", "http://127.0.0.1:%d%s" % (service.port, path)],
                                  capture_output=True, text=True, check=True).stdout
            cpu = processes.stat(service.pid).cpu_seconds - cpu
            requests = int(re.search(r"(\d+) requests in", said)[1])
            number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
            errors = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
            found[name] = {"per_second": requests / seconds, "per_core_second": requests / cpu if cpu else 0.0,
                           "p99_ms": float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit], "errors": int(errors[1]) if errors else 0}
        service.kill()
    return found


def reset_peak(pid):
    """Linux: VmHWM starts again from what is resident now."""
    with open("/proc/%d/clear_refs" % pid, "w") as file:
        file.write("5")


def long_result(pages=1000):
    """First byte in ms and growth of the server in MB while a result of 1,000 pages is read."""
    with Service(**OPEN) as service:
        content = pdfs.heavy(pages, "long", lines=30)
        uid = service.client.post("/v1/documents?wait=60", content, content_type="application/pdf").json()["id"]
        target = "/v1/documents/%s/result?include=lines" % uid
        service.client.get(target)
        before = processes.memory_bytes(service.pid)
        reset_peak(service.pid)
        taken = []
        for _ in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            connection.connect()
            began = time.monotonic()
            connection.request("GET", target)
            answer = connection.getresponse()
            answer.read(1)
            taken.append(time.monotonic() - began)
            size = 1 + len(answer.read())
            connection.close()
        grown = processes.memory_bytes(service.pid, "VmHWM") - before
        service.stop()
    return {"first_byte_ms": statistics.median(taken) * 1000, "growth_mb": grown / MB, "result_mb": size / MB}


def memory_while_serving(streams):
    """MB of the server: idle, more during a 50 MB upload, more with open event streams; of the launcher."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(10000, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    found = {}
    with Service(**OPEN) as service:
        found["idle"] = processes.memory_bytes(service.pid) / MB
        warm(service)
        below = [process for process in processes.descendants(service.pid) if process.parent == service.pid]
        found["launcher"] = max(processes.memory_bytes(process.pid) for process in below) / MB
        big = pdfs.padded(pdfs.pdf("big"), 50 * MB - 1)
        before = processes.memory_bytes(service.pid)
        reset_peak(service.pid)
        service.client.post("/v1/documents?wait=60", big, content_type="application/pdf")
        found["upload_50mb"] = (processes.memory_bytes(service.pid, "VmHWM") - before) / MB
        service.stop()
    with Service(**OPEN) as service:
        queue(service, "pause")
        uid = service.client.post("/v1/documents", pdfs.pdf("x"), content_type="application/pdf").json()["id"]
        before = processes.memory_bytes(service.pid)
        connections = []
        for _ in range(streams):
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            connection.request("GET", "/v1/documents/%s/events" % uid)
            connection.getresponse().readline()
            connections.append(connection)
        found["streams"] = (processes.memory_bytes(service.pid) - before) / MB
        for connection in connections:
            connection.close()
        service.stop()
    return found


def child_memory(contents):
    """The largest memory of an extractor child in MB, as the service records it."""
    with Service(**OPEN) as service:
        for content in contents:
            service.client.timeout = 600
            service.client.post("/v1/documents?wait=60", content, content_type="application/pdf")
        wait_until_finished(service, len(contents))
        database = database_of(service)
        peak = database.execute("SELECT max(peak_memory_bytes) FROM tasks").fetchone()[0]
        database.close()
        service.stop()
    return peak / MB


def multiply(service, count, state):
    """Fills the database of a stopped service with `count` copies of its one document, completed or waiting."""
    database = sqlite3.connect(service.data + "/docquarry.db")

    def copy(table, replaced, source_condition):
        columns = [row[1] for row in database.execute("PRAGMA table_info(%s)" % table)]
        selected = ", ".join(replaced.get(column, column) for column in columns)
        database.execute("INSERT INTO %s (%s) SELECT %s FROM %s, numbers WHERE %s" % (table, ", ".join(columns), selected, table, source_condition))

    document, task = database.execute("SELECT d.id, t.id FROM documents d JOIN tasks t ON t.document_id = d.id").fetchone()
    database.execute("CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n" % count)
    waiting = state == "PENDING"
    copy("documents", {"id": "%d + i" % document, "uid": "printf('%032x', i)", "status": "'%s'" % state}, "id = %d" % document)
    copy("tasks", {"id": "%d + i" % task, "document_id": "%d + i" % document, "state": "'%s'" % state, "turn": "turn + i",
                   **({"attempt": "0", "pages_saved": "0", "facts": "NULL", "started_at": "NULL", "completed_at": "NULL"} if waiting else {})},
         "id = %d" % task)
    if not waiting:
        copy("pages", {"task_id": "%d + i" % task}, "task_id = %d" % task)
    database.commit()
    database.close()


def filled_service(count, state):
    """A stopped service with so many documents, all sharing one file."""
    service = Service(**OPEN)
    service.start()
    warm(service)
    service.stop()
    multiply(service, count, state)
    return service


def start_seconds(count):
    """From exec to the answer of /readyz; the best of five, because only the program is meant."""
    service = filled_service(count, "COMPLETED") if count else Service(**OPEN)
    taken = []
    try:
        for _ in range(6):
            began = time.monotonic()
            service.start()
            if service.client.get("/readyz").status != 200:
                raise RuntimeError("not ready")
            taken.append(time.monotonic() - began)
            service.stop()
        service.start()
        memory = processes.memory_bytes(service.pid) / MB
        service.stop()
    finally:
        service.close()
    return {"seconds": min(taken[1:]), "memory_mb": memory}


def seconds_of(service, target):
    began = time.monotonic()
    service.client.get(target)
    return time.monotonic() - began


def with_queue(count, seconds):
    """What a claim and a list cost with so many waiting documents: CPU of the server per completed document, ms per list."""
    service = filled_service(count, "PENDING")
    try:
        queue(service, "pause")
        service.start()
        targets = ("/v1/documents?limit=50", "/v1/documents?limit=50&status=PENDING", "/health")
        for target in targets:
            service.client.get(target)
        listed = statistics.median(sum(seconds_of(service, target) for target in targets) for _ in range(41)) * 1000
        service.stop()
        queue(service, "resume")
        service.start()
        database = database_of(service)

        def completed():
            return database.execute("SELECT count(*) FROM documents WHERE status = 'COMPLETED'").fetchone()[0]

        done, cpu = completed(), processes.stat(service.pid).cpu_seconds
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and completed() < done + min(900, count - 50):
            time.sleep(0.05)
        cpu = processes.stat(service.pid).cpu_seconds - cpu
        done = completed() - done
        database.close()
        service.kill()
    finally:
        service.close()
    return {"list_ms": listed, "server_cpu_ms_per_document": cpu / max(done, 1) * 1000, "completed": done}
