"""Each thing that can happen to PostgreSQL, Redis, S3 and SQS and to the lines to them, one at a time, and what the service promises then.

Which rows of the list of faults have no test here, and why, is said in docs/reliability.md.
"""
import concurrent.futures
import hashlib
import json
import os
import signal
import threading
import time

import pdfs
import processes
import pytest
import stores as harness
from client import Client
from cluster import KINDS, Cluster
from fault_proxy import Faults
from jobs import checked, ended, running, submit, until, watched

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SLOW_DOWN = (b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: 92\r\n\r\n"
             b"<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>")
FORBIDDEN = (b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: 89\r\n\r\n"
             b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
THROTTLED = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close\r\nContent-Length: 73\r\n\r\n"
             b"{\"__type\":\"com.amazonaws.sqs#RequestThrottled\",\"message\":\"slow down now\"}")


@pytest.fixture(scope="module")
def cluster(stores):
    """Two API and two worker processes with short leases; a task may meet many faults."""
    cluster = Cluster(stores.new_places(KINDS), DOCQUARRY_LEASE="2s", DOCQUARRY_ATTEMPTS_BACKEND=100)
    for service in cluster.services:
        service.expected_errors.add("request failed")  # what was answered 503
    try:
        yield cluster.start()
        stores.heal()
        cluster.finish()
    finally:
        cluster.close()


@pytest.fixture
def client(cluster):
    return cluster.client()


def count_of(cluster, content):
    """How many documents hold this file."""
    return cluster.postgres.rows("SELECT count(*) FROM documents WHERE sha256 = ?", hashlib.sha256(content).hexdigest())[0][0]


def accepted_in_the_end(client, content, key, seconds=60):
    """An upload that is repeated, as clients are told to, until it is accepted. Returns (id, refusals)."""
    deadline, refusals = time.monotonic() + seconds, []
    while True:
        answer = client.post("/v1/documents", content, content_type="application/pdf", idempotency_key=key)
        if answer.status in (200, 202):
            return answer.json()["id"], refusals
        assert answer.status in (409, 503), answer
        if answer.status == 503:
            assert int(answer.header("retry-after")) >= 1
        refusals.append(answer)
        assert time.monotonic() < deadline, refusals[-1]
        time.sleep(0.1)


def many_at_once(client, what, count=12):
    """Uploads by several clients at once while something happens; all are accepted in the end, once each, and end well."""
    contents = [pdfs.numbered(3, "%s%d" % (what, number)) for number in range(count)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        uploads = list(pool.map(lambda pair: accepted_in_the_end(client, pair[1], "%s-%d" % (what, pair[0])), enumerate(contents)))
    return contents, [uid for uid, _ in uploads]


def assert_all_well(cluster, client, contents, uids):
    for content, uid in zip(contents, uids):
        ended(client, uid)
        assert count_of(cluster, content) == 1
        assert client.get("/v1/documents/%s/source" % uid).body == content


def during(happening, work):
    """Does `work` while `happening` goes on in another thread."""
    thread = threading.Thread(target=happening)
    thread.start()
    try:
        return work()
    finally:
        thread.join()


# ---- any of them


@pytest.mark.parametrize("kind", KINDS)
def test_connections_are_cut_again_and_again(cluster, client, kind):
    proxy = cluster.places[kind].store.proxy

    def cut():
        for _ in range(8):
            time.sleep(0.15)
            proxy.cut_all()

    contents, uids = during(cut, lambda: many_at_once(client, "cut-" + kind))
    assert proxy.cut_by_hand > 0
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_slow_and_uneven(cluster, client, kind):
    cluster.places[kind].store.proxy.faults = Faults(delay=(0.02, 0.2))
    contents, uids = many_at_once(client, "uneven-" + kind, 6)
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_gets_through_for_a_while(cluster, client, kind):
    proxy = cluster.places[kind].store.proxy

    def silence():
        proxy.faults = Faults(silent=True)
        time.sleep(5)
        proxy.heal()

    contents, uids = during(silence, lambda: many_at_once(client, "silent-" + kind, 6))
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_listens_for_a_while(cluster, client, kind):
    proxy = cluster.places[kind].store.proxy

    def refuse():
        proxy.refuse()
        proxy.cut_all()
        time.sleep(5)
        proxy.heal()

    contents, uids = during(refuse, lambda: many_at_once(client, "refused-" + kind, 6))
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_is_restarted_while_work_goes_on(cluster, client, kind):
    uid = submit(client, pdfs.heavy(150, "long-" + kind))
    running(client, uid)
    contents, uids = during(cluster.places[kind].store.restart, lambda: many_at_once(client, "restarted-" + kind))
    ended(client, uid)
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", KINDS)
def test_connections_are_dead_and_nobody_was_told(cluster, client, kind):
    proxy = cluster.places[kind].store.proxy
    proxy.faults = Faults(cut_after=0, cut="half-open", times=3)
    contents, uids = many_at_once(client, "half-open-" + kind, 6)
    assert_all_well(cluster, client, contents, uids)


@pytest.mark.parametrize("kind", ["redis", "sqs"])
def test_a_service_starts_without_it(make_cluster, kind):
    cluster = make_cluster(start=False)
    proxy = cluster.places[kind].store.proxy
    proxy.refuse()
    cluster.start()
    client = cluster.client()
    uid = submit(client)
    ended(client, uid)
    proxy.heal()
    uid = submit(client)
    ended(client, uid)


# ---- PostgreSQL


def test_the_database_is_lost_while_a_service_starts(make_cluster):
    cluster = make_cluster(("postgres",), ("api,worker",), start=False)
    proxy = cluster.postgres.store.proxy
    for passed in (5000, 0, 100, 400, 800):  # the first one in the middle of the first migration
        proxy.faults = Faults(cut_after=passed, times=1)
        struck = proxy.struck
        cluster.start()
        assert proxy.struck > struck
        ended(cluster.client(), submit(cluster.client()))
        cluster.services[0].stop()


def test_the_answer_to_a_commit_is_lost(cluster, client):
    proxy = cluster.postgres.store.proxy
    for turn in range(5):
        content = pdfs.pdf("committed, but nobody knows %d" % turn)
        proxy.faults = Faults(lose_answer=b"COMMIT\0", times=1)
        struck = proxy.struck
        uid, _ = accepted_in_the_end(client, content, "lost-commit-%d" % turn)
        until(lambda: proxy.struck > struck, "no answer was lost")
        proxy.heal()
        ended(client, uid)
        assert count_of(cluster, content) == 1


def test_the_answer_to_a_commit_is_lost_and_the_database_stays_away(cluster, client):
    """Then nobody can say what became of it, and the client hears 503; the same key finds the document, if there is one."""
    proxy = cluster.postgres.store.proxy
    content = pdfs.pdf("committed, and then away")
    proxy.faults = Faults(lose_answer=b"COMMIT\0", times=1)
    struck = proxy.struck
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        upload = pool.submit(accepted_in_the_end, client, content, "lost-and-away", 90)
        until(lambda: proxy.struck > struck, "no answer was lost")
        proxy.refuse()
        proxy.cut_all()
        time.sleep(3)
        proxy.heal()
        uid, _ = upload.result()
    ended(client, uid)
    assert count_of(cluster, content) == 1


def test_a_backend_of_the_database_is_killed(cluster, client):
    """PostgreSQL then ends all its connections and recovers."""
    backend = cluster.postgres.rows("SELECT pid FROM pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid() LIMIT 1",
                                    cluster.postgres.name)[0][0]
    contents, uids = during(lambda: os.kill(backend, signal.SIGKILL), lambda: many_at_once(client, "backend-killed"))
    assert_all_well(cluster, client, contents, uids)


def test_pages_that_were_saved_survive_the_database_server(make_cluster):
    """Who completes a task counts on the pages that it saved before; the server dies although its log was not due to be written yet."""
    cluster = make_cluster(("postgres",), ("api,worker",), DOCQUARRY_LEASE="1s")
    place = cluster.postgres
    place.psql("ALTER SYSTEM SET wal_writer_delay = '10s'")
    place.psql("SELECT pg_reload_conf()")
    try:
        client = cluster.client()
        uid = submit(client, pdfs.heavy(400, "saved"))
        until(lambda: place.rows("SELECT count(*) FROM pages")[0][0] > 0, "no page is saved while it runs")
        place.store.restart()
        ended(client, uid)
        assert place.rows("SELECT count(*) FROM pages")[0][0] == 400
    finally:
        place.psql("ALTER SYSTEM RESET wal_writer_delay")
        place.psql("SELECT pg_reload_conf()")


def at_the_server(cluster, *statements):
    """As its administrator, from outside of our database."""
    with harness.connect(cluster.postgres.store.url("postgres")) as server:
        for statement in statements:
            server.execute(statement % {"name": cluster.postgres.name})


END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%(name)s'"


def test_the_database_is_read_only_for_a_while(cluster, client):
    uid = submit(client)
    ended(client, uid)
    at_the_server(cluster, "ALTER DATABASE %(name)s SET default_transaction_read_only = on", END_SESSIONS)
    try:
        refused = client.post("/v1/documents", pdfs.pdf("too late"), content_type="application/pdf")
        assert refused.status == 503 and int(refused.header("retry-after")) >= 1, refused
        assert client.get("/v1/documents/%s/result" % uid).status == 200
    finally:
        at_the_server(cluster, "ALTER DATABASE %(name)s RESET default_transaction_read_only", END_SESSIONS)
    uid, _ = accepted_in_the_end(client, pdfs.pdf("not too late"), "read-only")
    ended(client, uid)


def test_one_connection_is_enough_for_many_clients(make_cluster):
    cluster = make_cluster(("postgres",), ("api,worker",), DOCQUARRY_DATABASE_CONNECTIONS=1)
    client = cluster.client()
    contents = [pdfs.pdf("one line for all %d" % number) for number in range(40)]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        uids = list(pool.map(lambda content: submit(client, content), contents))
    assert_all_well(cluster, client, contents, uids)


def test_the_server_has_no_connection_left(cluster, client):
    """As when others use up max_connections."""
    def refuse():
        at_the_server(cluster, "ALTER DATABASE %(name)s WITH ALLOW_CONNECTIONS false", END_SESSIONS)
        time.sleep(4)
        at_the_server(cluster, "ALTER DATABASE %(name)s WITH ALLOW_CONNECTIONS true")

    contents, uids = during(refuse, lambda: many_at_once(client, "no-connection", 6))
    assert_all_well(cluster, client, contents, uids)


# ---- Redis


def assert_answers_as_without_redis(client):
    uid = submit(client, pdfs.numbered(2, "whatever Redis does"))
    ended(client, uid)
    assert "whatever Redis does page 2" in client.get("/v1/documents/%s/result" % uid).text
    assert client.get("/tasks").status == 200
    assert client.delete("/v1/documents/" + uid).status == 204
    assert client.get("/v1/documents/%s/status" % uid).status == 404


def test_redis_stands_still(cluster, client):
    with processes.stopped([cluster.redis.store.pid()]):
        began = time.monotonic()
        for _ in range(5):
            assert_answers_as_without_redis(client)
        assert time.monotonic() - began < 30  # waiting for it each time, it would be minutes
    assert_answers_as_without_redis(client)


def test_redis_takes_five_seconds_for_everything(cluster, client):
    cluster.redis.store.proxy.faults = Faults(delay=(5, 5))
    began = time.monotonic()
    for _ in range(5):
        assert_answers_as_without_redis(client)
    assert time.monotonic() - began < 30


def test_redis_has_no_memory(cluster, client):
    cluster.redis.command("CONFIG", "SET", "maxmemory", "1")
    try:
        assert_answers_as_without_redis(client)
    finally:
        cluster.redis.command("CONFIG", "SET", "maxmemory", "0")
    assert_answers_as_without_redis(client)


def test_redis_is_flushed_all_the_time(cluster, client):
    stop = threading.Event()

    def flush():
        while not stop.wait(0.02):
            cluster.redis.command("FLUSHALL")
            cluster.redis.command("SCRIPT", "FLUSH")

    thread = threading.Thread(target=flush)
    thread.start()
    try:
        for turn in range(3):
            uid = submit(client, pdfs.heavy(60, "flushed%d" % turn))
            assert watched(cluster.apis[turn % 2].client, uid)[-1]["status"] == "COMPLETED"
    finally:
        stop.set()
        thread.join()


def test_others_have_written_nonsense_into_redis(cluster, client):
    answer = client.upload([("nonsense.pdf", pdfs.pdf("sense"))])
    task = answer.json()["task_ids"][0]
    client.wait_for_status(task)
    paths = ["/status/" + task, "/result/" + task]
    right = [client.get(path).body for path in paths]
    redis = cluster.redis
    for spoil in (("SET", "task:" + task, "no hash"), ("LPUSH", "task:" + task, "a list"), ("HSET", "task:" + task, "status", "FAILED")):
        redis.command("DEL", "task:" + task)
        redis.command(*spoil)
        assert [client.get(path).body for path in paths] == right
    redis.command("DEL", "result:" + task, "all_tasks")
    redis.command("LPUSH", "result:" + task, "a list")
    redis.command("SET", "all_tasks", "no list")
    assert [client.get(path).body for path in paths] == right
    assert_answers_as_without_redis(client)


def test_a_watcher_hears_the_end_although_redis_dies_meanwhile(cluster, client):
    uid = submit(client, pdfs.heavy(150, "Redis dies"))
    with cluster.apis[0].client.events("/v1/documents/%s/events" % uid) as stream:
        events = iter(stream)
        first = next(events)
        cluster.redis.store.restart()
        assert checked([first, *events])[-1]["status"] == "COMPLETED"


# ---- S3


@pytest.mark.parametrize("answer", [UNAVAILABLE, SLOW_DOWN], ids=["503", "slow down"])
def test_s3_refuses_twice(cluster, client, answer):
    proxy = cluster.s3.store.proxy
    proxy.cut_all()
    content = pdfs.pdf("the third time %d" % len(answer))
    proxy.faults = Faults(answer=answer, times=2)
    uid, _ = accepted_in_the_end(client, content, "refused twice %d" % len(answer))
    ended(client, uid)
    assert count_of(cluster, content) == 1


@pytest.mark.parametrize("answer", [UNAVAILABLE, FORBIDDEN], ids=["503", "403"])
def test_s3_refuses_all_the_time(cluster, client, answer):
    """Uploads are refused and leave nothing; what is waiting for its file waits on."""
    proxy = cluster.s3.store.proxy
    for service in cluster.workers:
        os.kill(service.pid, signal.SIGSTOP)
    try:
        waiting = submit(client, pdfs.numbered(2, "waiting"))
        proxy.faults = Faults(answer=answer)
        proxy.cut_all()
    finally:
        for service in cluster.workers:
            os.kill(service.pid, signal.SIGCONT)
    content = pdfs.pdf("never stored %d" % len(answer))
    refused = client.post("/v1/documents", content, content_type="application/pdf")
    assert refused.status == 503, refused
    assert count_of(cluster, content) == 0
    until(lambda: proxy.struck >= 4, "no worker has tried")
    proxy.heal()
    ended(client, waiting, seconds=90)


def test_s3_cuts_uploads_and_downloads(cluster, client):
    proxy = cluster.s3.store.proxy
    content = pdfs.padded(pdfs.numbered(5, "twelve megabytes"), 12 << 20)  # more than a part
    for faults in (Faults(cut_after=100_000, direction="up", times=1), Faults(cut_after=9 << 20, direction="up", times=1),
                   Faults(cut_after=200_000, direction="up", cut="fin", times=1)):
        proxy.cut_all()
        proxy.faults = faults
        struck = proxy.struck
        uid, _ = accepted_in_the_end(client, content, "cut upload %r" % (faults,))
        until(lambda: proxy.struck > struck, "nothing was cut")
        proxy.cut_all()
        proxy.faults = Faults(cut_after=100_000, direction="down", times=2)
        ended(client, uid)
        proxy.heal()
        assert hashlib.sha256(client.get("/v1/documents/%s/source" % uid).body).digest() == hashlib.sha256(content).digest()


def test_the_answer_to_a_put_is_lost(cluster, client):
    proxy = cluster.s3.store.proxy
    for turn in range(3):
        content = pdfs.pdf("stored, but nobody knows %d" % turn)
        proxy.cut_all()
        proxy.faults = Faults(lose_answer=b"HTTP/1.1 200", to=b"PUT /", times=1)
        uid, _ = accepted_in_the_end(client, content, "lost-put-%d" % turn)
        assert proxy.struck
        proxy.heal()
        ended(client, uid)
        assert count_of(cluster, content) == 1


def test_s3_is_narrow(cluster, client):
    cluster.s3.store.proxy.faults = Faults(bytes_per_second=200_000)
    content = pdfs.padded(pdfs.numbered(2, "narrow"), 400_000)
    uid, _ = accepted_in_the_end(client, content, "narrow")
    ended(client, uid)


def test_an_object_is_gone(cluster, client):
    """Somebody deleted the file from the bucket: the document fails with a code that says so; its neighbours do not care."""
    for service in cluster.workers:
        os.kill(service.pid, signal.SIGSTOP)
    try:
        uid = submit(client, pdfs.pdf("gone"))
        key = cluster.postgres.rows("SELECT s3_key FROM documents WHERE uid = ?", uid)[0][0]
        cluster.s3.client.delete_object(Bucket=cluster.s3.bucket, Key=cluster.s3.prefix + key)
    finally:
        for service in cluster.workers:
            os.kill(service.pid, signal.SIGCONT)
    other = submit(client)
    status = ended(client, uid, "FAILED")
    assert status["error"]["code"] == "file_not_found", status
    ended(client, other)


# ---- SQS


def test_messages_are_lost(cluster, client):
    for service in cluster.workers:
        os.kill(service.pid, signal.SIGSTOP)
    try:
        uids = [submit(client, pdfs.pdf("unheard %d" % number)) for number in range(6)]
        quiet = False  # the others went to requests of the workers that were under way
        while not quiet:
            messages = cluster.sqs.receive(wait=2)
            quiet = not messages
            for message in messages:
                cluster.sqs.delete(message)
    finally:
        for service in cluster.workers:
            os.kill(service.pid, signal.SIGCONT)
    for uid in uids:
        ended(client, uid)


def message_for(cluster, uid):
    row = cluster.postgres.rows("SELECT id, s3_key, filename FROM documents WHERE uid = ?", uid)[0]
    return json.dumps({"task_id": str(row["id"]), "s3_bucket": cluster.s3.bucket, "s3_key": row["s3_key"], "filename": row["filename"],
                       "created_at": "2020-01-01T00:00:00", "prompt": None})


def test_messages_are_doubled_late_foreign_and_broken(cluster, client):
    uids = [submit(client, pdfs.pdf("doubled %d" % number)) for number in range(4)]
    for uid in uids:
        for _ in range(5):
            cluster.sqs.send(message_for(cluster, uid))
        ended(client, uid)
    before = [client.get("/v1/documents/%s" % uid).body for uid in uids]
    attempts = cluster.postgres.rows("SELECT sum(attempt) FROM tasks")[0][0]
    for uid in uids:
        cluster.sqs.send(message_for(cluster, uid))  # for what has ended
    gone = message_for(cluster, uids[0])
    for body in (gone.replace('"task_id": "', '"task_id": "99'), "{", "[]", "nothing", json.dumps({"task_id": "x"}), json.dumps({"a": 1})):
        cluster.sqs.send(body)
    until(lambda: cluster.sqs.depth() == 0, "messages that mean nothing stay in the queue")
    assert [client.get("/v1/documents/%s" % uid).body for uid in uids] == before
    assert cluster.postgres.rows("SELECT sum(attempt) FROM tasks")[0][0] == attempts
    assert cluster.postgres.rows("SELECT count(*) FROM (SELECT document_id FROM tasks WHERE state = 'COMPLETED' GROUP BY document_id "
                                 "HAVING count(*) > 1) AS twice")[0][0] == 0


@pytest.mark.parametrize("answer", [UNAVAILABLE, THROTTLED], ids=["503", "throttled"])
def test_sqs_refuses_all_the_time(cluster, client, answer):
    """Uploads are accepted all the same: the ledger knows of them."""
    cluster.sqs.store.proxy.faults = Faults(answer=answer)
    cluster.sqs.store.proxy.cut_all()
    uids = [submit(client, pdfs.pdf("unannounced %d" % number)) for number in range(3)]
    for uid in uids:
        ended(client, uid)


def test_readiness_says_that_sqs_is_silent_and_does_not_wait_for_it(cluster):
    client = Client(cluster.each_client()[0].port, timeout=5)

    def queue():
        ready = client.get("/readyz")
        assert ready.status == 200, ready
        return ready.json()["checks"]["queue"]

    until(lambda: queue() == "ok", "SQS does not answer")
    cluster.sqs.store.proxy.faults = Faults(silent=True)
    until(lambda: queue() == "does not answer; the service goes on without it", "nobody is told")
    assert client.get("/health").json()["queue_depth"] == -1
    cluster.sqs.store.proxy.heal()
    until(lambda: queue() == "ok", "nobody is told that SQS is back")


def test_answers_of_the_queue_are_lost(cluster, client):
    """What was sent is sent twice, what was received comes again, what was deleted is there again."""
    proxy = cluster.sqs.store.proxy
    for target in (b"SendMessage", b"ReceiveMessage", b"DeleteMessage"):
        proxy.cut_all()
        proxy.faults = Faults(lose_answer=b"HTTP/1.1 200", to=b"AmazonSQS." + target, times=3)
        contents, uids = many_at_once(client, "lost-" + target.decode(), 4)
        assert_all_well(cluster, client, contents, uids)
