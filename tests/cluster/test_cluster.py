"""The same job on two API and two worker processes over PostgreSQL, Redis, S3 and SQS: what one API began, the other goes on with, every
answer is the embedded service's, and the original's tools find in the stores what they know."""
import hashlib
import json
import re
import threading
import time

import pdfs
import pytest
from client import query
from jobs import ended, running, submit, until, watched
from samples import make_real_samples

@pytest.fixture(scope="module")
def samples():
    """Some real documents: single pages of all manuals, and a whole one."""
    found = make_real_samples()
    whole = min((sample for sample in found if sample.name in ("R-FAQ.pdf", "R-data.pdf")), key=lambda sample: len(sample.content))
    return found[:200:8] + [whole]


@pytest.fixture
def first(cluster):
    return cluster.apis[0].client


@pytest.fixture
def second(cluster):
    return cluster.apis[1].client


def number_of(cluster, uid):
    return cluster.postgres.rows("SELECT id FROM documents WHERE uid = ?", uid)[0][0]


# ---- one job, several processes


def test_what_one_api_accepts_the_other_shows(first, second):
    uid = submit(first, pdfs.numbered(3, "across"))
    ended(second, uid)
    assert "across page 3 line 1" in second.get("/v1/documents/%s/result" % uid).text
    for path in ("/v1/documents/" + uid, "/v1/documents/%s/result" % uid, "/v1/documents/%s/pages" % uid):
        assert first.get(path).body == second.get(path).body
    assert second.get("/v1/documents/%s/source" % uid).body == pdfs.numbered(3, "across")
    part = first.get("/v1/documents/%s/source" % uid, range="bytes=10-19")
    assert (part.status, part.body) == (206, pdfs.numbered(3, "across")[10:20])


def test_both_workers_work(cluster, first):
    uids = [submit(first, pdfs.heavy(10, "share%d" % number)) for number in range(12)]
    for uid in uids:
        ended(first, uid)
    finished = [re.findall(r'^docquarry_tasks_finished_total\{.*\} (\d+)', service.client.get("/metrics").text, re.M)
                for service in cluster.workers]
    assert all(any(int(number) for number in numbers) for numbers in finished), finished


def test_events_reach_a_watcher_at_the_other_api(first, second):
    uid = submit(first, pdfs.heavy(150, "watched"))
    seen = watched(second, uid)
    assert seen[-1]["status"] == "COMPLETED"
    assert len({event["pct"] for event in seen if "pct" in event}) >= 3, "nothing was told while it ran: %s" % seen


def test_a_watcher_goes_on_at_the_other_api(first, second):
    uid = submit(first, pdfs.heavy(200, "moving"))
    with first.events("/v1/documents/%s/events" % uid) as stream:
        event = next(iter(stream))
    assert watched(second, uid, last_event_id=event.number or "0")[-1]["status"] == "COMPLETED"


def test_delete_at_one_api_ends_the_work_and_the_watching(cluster, first, second):
    uid = submit(first, pdfs.heavy(400, "deleted"))
    number = number_of(cluster, uid)
    running(second, uid)
    with first.events("/v1/documents/%s/events" % uid) as stream:
        assert second.delete("/v1/documents/" + uid).status == 204
        list(stream)  # ends
    for client in (first, second):
        assert client.get("/v1/documents/%s/status" % uid).status == 404
        assert client.get("/status/%d" % number).status == 404
    # The worker that had it must leave no trace of it.
    until(lambda: any('"work dropped' in service.log() for service in cluster.workers), "no worker gave it up")
    assert cluster.postgres.rows("SELECT count(*) FROM documents WHERE id = ?", number)[0][0] == 0
    assert cluster.redis.command("EXISTS", "task:%d" % number, "result:%d" % number) == 0
    assert str(number) not in cluster.redis.command("LRANGE", "all_tasks", 0, -1)
    assert all(row[0] in cluster.s3.keys() for row in cluster.postgres.rows("SELECT s3_key FROM documents"))


def test_cancel_at_one_api_what_the_other_accepted(first, second):
    uid = submit(first, pdfs.heavy(400, "cancelled"))
    running(second, uid)
    assert second.post("/v1/documents/%s/cancel" % uid).status in (200, 202)
    ended(first, uid, "CANCELLED")
    again = first.post("/v1/documents/%s/retry" % uid)
    assert again.status == 202, again
    ended(second, uid)


@pytest.mark.parametrize("route", ["/upload", "/v1/documents"])
def test_a_failed_document_is_the_same_at_both(first, second, route):
    answer = first.upload([("broken.pdf", b"%PDF-1.7\nno more than a header\n")], route)
    body = answer.json()
    if route == "/upload":
        target = "/status/" + body["task_ids"][0]
    else:
        target = "/v1/documents/" + body.get("documents", [body])[0]["id"]
    until(lambda: second.get(target).json()["status"] == "FAILED", "it does not fail")
    assert first.get(target).body == second.get(target).body


def test_a_key_that_is_used_at_both_apis_at_once_makes_one_document(cluster, first, second):
    for turn in range(10):
        key, content, answers = "raced-%d" % turn, pdfs.pdf("raced %d" % turn), []

        def send(client):
            while True:
                answer = client.post("/v1/documents", content, content_type="application/pdf", idempotency_key=key)
                if answer.status != 409:
                    return answers.append(answer)
                time.sleep(0.01)

        threads = [threading.Thread(target=send, args=(client,)) for client in (first, second, first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status for answer in answers} <= {200, 202}, answers
        assert len({answer.json()["id"] for answer in answers}) == 1, answers
        digest = hashlib.sha256(content).hexdigest()
        assert cluster.postgres.rows("SELECT count(*) FROM documents WHERE sha256 = ?", digest)[0][0] == 1
    assert first.post("/v1/documents", pdfs.pdf("another"), content_type="application/pdf", idempotency_key="raced-0").status == 422


def test_the_rate_limit_is_one_for_both_apis(make_cluster):
    cluster = make_cluster(roles=("api", "api"), RATE_LIMIT_REQUESTS=5)
    statuses = []
    threads = [threading.Thread(target=lambda api: statuses.append(api.client.upload([("a.pdf", pdfs.pdf("x"))]).status), args=(api,))
               for api in cluster.apis * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202] * 5 + [429] * 11


# ---- the same answers as the embedded service


def without_ids_and_times(text):
    text = re.sub(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?', "TIME", text)
    text = re.sub(r'"extraction_time_seconds":[\d.]+', '"extraction_time_seconds":SECONDS', text)
    text = re.sub(r'"api_key":"[0-9a-f]{64}"', '"api_key":"KEY"', text)
    return re.sub(r'uploads/[0-9a-zA-Z_-]+\.pdf', "KEY", text)


def original_answers(client, tasks):
    """What the original's curl commands get, in turn."""
    for task in tasks:
        for path in ("/status/%s", "/result/%s", "/results/stream/%s", "/documents/%s"):
            yield path % task, client.get(path % task)
    for path in ("/", "/tasks", "/tasks" + query(page=2, page_size=7), "/documents", "/documents" + query(skip=2, limit=5),
                 "/documents" + query(status_filter="FAILED"), "/users/1", "/users/77", "/status/99999", "/result/99999",
                 "/documents/99999"):
        yield path, client.get(path)
    yield "wrong type", client.upload([("a.txt", b"text")])
    yield "no files", client.upload([], fields=[("other", "x")])
    yield "delete", client.delete("/task/" + tasks[0])
    yield "deleted", client.get("/status/" + tasks[0])


def upload_all(client, samples):
    broken = ("broken.pdf", b"%PDF-1.7\nno more than a header\n")
    answer = client.upload([(sample.name, sample.content) for sample in samples] + [broken], "/upload?user_id=1")
    assert answer.status == 202, answer
    tasks = answer.json()["task_ids"]
    for task in tasks:
        client.wait_for_status(task, seconds=60)
    return answer, tasks


def test_the_originals_bodies_are_those_of_the_embedded_service(make_cluster, make_service, samples):
    cluster, embedded = make_cluster(), make_service()
    accepted, tasks = upload_all(cluster.apis[0].client, samples)
    accepted_there, tasks_there = upload_all(embedded.client, samples)
    assert (accepted.body, tasks) == (accepted_there.body, tasks_there)
    expected = list(original_answers(embedded.client, tasks))
    for (path, here), (_, there) in zip(original_answers(cluster.client(), tasks), expected):
        assert (here.status, here.header("content-type")) == (there.status, there.header("content-type")), path
        assert without_ids_and_times(here.text) == without_ids_and_times(there.text), path


# ---- what the original's tools find in the stores


def test_redis_holds_what_the_original_wrote_there(cluster, first):
    content = pdfs.pdf("in Redis", title="A title")
    task = first.upload([("redis.pdf", content)]).json()["task_ids"][0]
    first.wait_for_status(task)
    result = first.get("/result/" + task)
    assert first.get("/result/" + task).body == result.body
    redis = cluster.redis
    assert redis.command("TYPE", "task:" + task) == "hash"
    found = redis.command("HGETALL", "task:" + task)
    names = ["task_id", "document_id", "status", "progress", "filename", "s3_key", "s3_bucket", "created_at", "started_at", "completed_at",
             "error", "prompt"]
    assert [name for name in names if name not in found] == []
    assert (found["task_id"], found["status"], found["filename"], found["error"]) == (task, "COMPLETED", "redis.pdf", "")
    assert float(found["progress"]) == 100
    assert found["s3_key"] in ("", cluster.postgres.rows("SELECT s3_key FROM documents WHERE id = ?", int(task))[0][0])
    assert redis.command("TYPE", "result:" + task) == "string"
    assert redis.command("GET", "result:" + task).encode() == result.body
    assert 0 < redis.command("TTL", "result:" + task) <= 3600
    assert task in redis.command("LRANGE", "all_tasks", 0, -1)
    assert redis.command("KEYS", "rate_limit:*"), "no rate count"


@pytest.mark.parametrize("pages", [("one \u00e9 \"quoted\" \\\\", "", "three"), ("page",) * 70], ids=["at hand", "saved in between"])
def test_redis_holds_what_sql_would_answer(cluster, first, pages):
    content = pdfs.pdf(*pages, title="Stra\u00dfe \"1\" \u6f22", author="a\tb", created="D:20240229123456+01'00'", modified="yesterday")
    task = first.upload([("equal.pdf", content)]).json()["task_ids"][0]
    first.wait_for_status(task)
    key = "result:" + task
    until(lambda: cluster.redis.command("EXISTS", key) == 1, "no result in Redis")
    kept = cluster.redis.command("GET", key).encode()
    assert cluster.redis.command("DEL", key) == 1
    assert first.get("/result/" + task).body == kept
    assert json.loads(kept)["metadata"]["creation_date"] == "2024-02-29T12:34:56+01:00"


ORIGINAL_STATEMENTS = {
    "counts": "SELECT status, COUNT(*) FROM documents GROUP BY status ORDER BY status;",
    "recent": "SELECT id, filename, status, created_at FROM documents ORDER BY created_at DESC LIMIT 10;",
    "previews": "SELECT id, filename, LEFT(result_text, 100) AS preview FROM documents WHERE status = 'COMPLETED' LIMIT 5;",
    "owners": "SELECT u.email, COUNT(d.id) FROM users u LEFT JOIN documents d ON u.id = d.user_id GROUP BY u.id, u.email;",
}


def test_the_originals_statements_run_in_psql(cluster, first):
    task = first.upload([("sql.pdf", pdfs.pdf("in PostgreSQL"))]).json()["task_ids"][0]
    first.wait_for_status(task)
    said = {name: cluster.postgres.psql(statement) for name, statement in ORIGINAL_STATEMENTS.items()}
    assert re.search(r"^COMPLETED\|\d+$", said["counts"], re.M), said
    assert re.match(r"%s\|sql\.pdf\|COMPLETED\|" % task, said["recent"]), said
    assert cluster.postgres.psql("SELECT result_text FROM documents WHERE id = " + task).strip() == "in PostgreSQL"
    assert "|" in said["previews"] and re.search(r"@\S+\|\d+$", said["owners"], re.M), said
    listed = cluster.postgres.psql("\\dt")
    assert "|documents|" in listed and "|users|" in listed
    described = cluster.postgres.psql("\\d documents")
    for column in ("id|integer", "user_id|integer", "filename|character varying(255)", "s3_key|character varying(512)",
                   "status|character varying(50)", "result_text|text", "error_message|text", "page_count|integer",
                   "extraction_time_seconds|double precision", "created_at|timestamp without time zone"):
        assert column in described, column
    for index in ("ix_documents_user_id", "ix_documents_status", "idx_user_status", "idx_created_at"):
        assert index in described, index


def test_s3_holds_the_files_as_the_original_stored_them(cluster, first):
    content = pdfs.numbered(2, "in the bucket")
    task = first.upload([("s3.pdf", content)]).json()["task_ids"][0]
    key = first.get("/documents/" + task).json()["s3_key"]
    assert re.fullmatch(r"uploads/[0-9a-f-]{32,36}\.pdf", key), key
    stored = cluster.s3.get(key)
    assert stored["Body"].read() == content
    assert stored["ContentType"] == "application/pdf"


def test_messages_are_the_originals(make_cluster):
    cluster = make_cluster(roles=("api", "api"))
    task = cluster.apis[0].client.upload([("caf\u00e9.pdf", pdfs.pdf("announced"))]).json()["task_ids"][0]
    messages = cluster.sqs.receive(wait=5)
    assert len(messages) == 1
    body = json.loads(messages[0]["Body"])
    assert list(body)[:6] == ["task_id", "s3_bucket", "s3_key", "filename", "created_at", "prompt"]
    row = cluster.postgres.rows("SELECT s3_key, created_at FROM documents WHERE id = ?", int(task))[0]
    assert (body["task_id"], body["filename"], body["s3_bucket"]) == (task, "caf\u00e9.pdf", cluster.s3.bucket)
    assert body["created_at"][:19] == row["created_at"].isoformat()[:19]
    # As the original's worker would fetch it: from this bucket, with this key.
    assert cluster.s3.client.get_object(Bucket=body["s3_bucket"], Key=body["s3_key"])["ContentType"] == "application/pdf"
    assert messages[0]["MessageAttributes"]["task_id"]["StringValue"] == task


# ---- Redis forgets everything


def test_answers_are_the_same_after_redis_was_flushed(make_cluster, samples):
    cluster = make_cluster()
    _, tasks = upload_all(cluster.apis[0].client, samples[:12])
    paths = ["/tasks"] + [path + task for task in tasks for path in ("/status/", "/result/", "/results/stream/")]

    def answers(api):
        """An error says when it was made."""
        return [re.sub(rb'"timestamp":"[^"]*"', b"", api.client.get(path).body) for path in paths]

    before = [answers(api) for api in cluster.apis]
    assert cluster.redis.command("DBSIZE") > 0
    cluster.redis.store.command("FLUSHALL")
    assert cluster.redis.command("DBSIZE") == 0
    after = [answers(api) for api in cluster.apis]
    assert before[0] == before[1] == after[0] == after[1]
    cluster.redis.store.command("FLUSHALL")  # and once more, now that some of it was read again
    assert answers(cluster.apis[1]) == before[0]


# ---- other mixes

MIXES = {
    "postgres alone": (("postgres",), ("api,worker", "api,worker")),
    "postgres and s3, roles apart": (("postgres", "s3"), ("api", "worker", "worker")),
    "postgres and redis": (("postgres", "redis"), ("api", "api", "worker")),
    "postgres, s3 and sqs, no redis": (("postgres", "s3", "sqs"), ("api", "api", "worker", "worker")),
    "s3 with sqlite": (("s3",), ("api,worker",)),
    "sqlite with redis and sqs": (("redis", "sqs"), ("api,worker",)),
}


@pytest.mark.parametrize("kinds, roles", MIXES.values(), ids=MIXES.keys())
def test_mix(make_cluster, samples, kinds, roles):
    cluster = make_cluster(kinds, roles, DOCQUARRY_LEASE="1s")  # a running task hears of its cancellation within a third of it
    client = cluster.client()
    for sample in samples[:6]:
        uid = submit(client, sample.content)
        ended(client, uid)
        assert client.get("/v1/documents/%s/source" % uid).body == sample.content
    uid = submit(client, pdfs.heavy(150, "mixed"))
    assert watched(cluster.apis[-1].client, uid)[-1]["status"] == "COMPLETED"
    assert "mixed" in client.get("/v1/documents/%s/result" % uid).text
    uid = submit(client, pdfs.heavy(400, "stopped"))
    running(client, uid)
    assert client.post("/v1/documents/%s/cancel" % uid).status in (200, 202)
    ended(client, uid, "CANCELLED")
    assert client.delete("/v1/documents/" + uid).status == 204
    assert len(cluster.stored_keys()) == 7


def test_files_below_a_prefix(make_cluster):
    cluster = make_cluster(("s3",), ("api,worker",), start=False)
    cluster.s3.prefix = "scans/"
    cluster.start(DOCQUARRY_FILES="s3://%s/scans" % cluster.s3.bucket)
    client = cluster.client()
    uid = submit(client, pdfs.pdf("below"))
    ended(client, uid)
    assert client.get("/v1/documents/%s/source" % uid).body == pdfs.pdf("below")
    assert len(cluster.stored_keys()) == 1
    assert client.delete("/v1/documents/" + uid).status == 204
    assert cluster.stored_keys() == set()


# ---- one process after the other is replaced


def test_a_rolling_restart_fails_no_request(make_cluster):
    cluster = make_cluster()
    client = cluster.client(elsewhere=True)
    stop, bad, counts, uids = threading.Event(), [], [], []

    def use(number):
        while not stop.is_set():
            try:
                answer = client.post("/v1/documents", pdfs.numbered(2, "rolling%d" % number), content_type="application/pdf")
                if answer.status != 202:
                    bad.append(answer)
                    continue
                uids.append(answer.json()["id"])
                for path in ("/v1/documents/%s", "/v1/documents/%s/status?wait=5", "/v1/documents/%s/result"):
                    answer = client.get(path % uids[-1])
                    if answer.status not in (200, 202, 409):
                        bad.append(answer)
                counts.append(1)
            except Exception as error:
                bad.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for service in cluster.services:
        before = len(counts)
        assert service.stop() == 0
        service.start()
        while len(counts) < before + 10 and not bad:
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert bad == []
    for uid in uids:
        ended(client, uid)


def test_every_process_can_be_asked_how_it_is(cluster):
    for api in cluster.apis:
        ready = api.client.get("/readyz")
        assert ready.status == 200, ready
        until(lambda: api.client.get("/readyz").json()["checks"]["queue"] == "ok", "SQS does not answer")
        health = api.client.get("/health").json()
        assert health["redis_connected"] is True and health["status"] == "healthy" and health["queue_depth"] >= 0, health
