"""The commands of operators over PostgreSQL, S3, Redis and SQS."""
import json
import subprocess

import pdfs
import pytest
from service import Service, binary, environment, finish


class Operators:
    """A service that runs only when asked, on fresh places of the stores, and commands with its settings."""

    def __init__(self, stores, kinds):
        self.places = {kind: stores.get(kind).new_place() for kind in kinds}
        settings = {}
        for place in self.places.values():
            settings.update(place.settings)
        self.service = Service(**settings)
        self.service.expected_errors = set()

    def run(self, *arguments, stdin=""):
        return subprocess.run([binary(), *map(str, arguments)], cwd=self.service.directory, env=environment(self.service.settings),
                              input=stdin, capture_output=True, text=True, timeout=120)

    def succeed(self, *arguments, **more):
        ended = self.run(*arguments, **more)
        assert ended.returncode == 0, ended
        return ended.stdout


@pytest.fixture
def operators(stores):
    made = []

    def make(*kinds):
        made.append(Operators(stores, kinds))
        return made[-1]

    try:
        yield make
        for one in made:
            finish(one.service)
    finally:
        for one in made:
            one.service.close()


def upload(client, *names):
    return [int(task) for task in client.upload([(name, pdfs.numbered(2, name)) for name in names]).json()["task_ids"]]


def test_one_machine_moves_to_postgres_and_s3_while_it_is_read(operators):
    old, new = operators(), operators("postgres", "s3")
    client = old.service.start().client
    documents = upload(client, *("%d.pdf" % i for i in range(8)))
    for document in documents:
        client.wait_for_status(document)
    data = old.service.data

    said = new.succeed("migrate-store", "--from-database", "sqlite:%s/docquarry.db" % data, "--from-files", "file:%s/files" % data)

    assert "Compared: 1 user, 8 documents, 16 pages" in said
    assert len(new.places["s3"].keys()) == 8
    again = new.succeed("migrate-store", "--from-database", "sqlite:%s/docquarry.db" % data, "--from-files", "file:%s/files" % data)
    assert "Copied while the old service works: 0 documents and 0 files" in again
    moved = new.service.start().client
    uids = [document["id"] for document in client.get("/v1/documents").json()["documents"]]
    routes = [route % document for document in documents for route in ("/status/%d", "/result/%d", "/documents/%d")]
    routes += [route % uid for uid in uids for route in ("/v1/documents/%s", "/v1/documents/%s/result", "/v1/documents/%s/source")]
    for route in routes:
        before, after = client.get(route), moved.get(route)
        assert before.status == 200 and after.body == before.body, route
    assert upload(moved, "next.pdf") == [documents[-1] + 1]
    moved.wait_for_status(documents[-1] + 1)


def test_queue_commands_reach_every_process(operators):
    cluster = operators("postgres", "sqs")
    client = cluster.service.start().client
    assert "created the queue" in cluster.succeed("queue", "setup", "--repair").lower()
    cluster.succeed("queue", "pause")
    document, = upload(client, "a.pdf")
    assert client.get("/status/%d" % document).json()["status"] == "PENDING"
    listed = cluster.succeed("queue", "list")
    assert "SQS queue" in listed and "Claims are paused" in listed
    cluster.succeed("queue", "resume")
    client.wait_for_status(document)
    assert "Drained" in cluster.succeed("queue", "drain")
    cluster.succeed("queue", "resume")


def test_what_stands_only_in_redis_is_imported_once(operators):
    cluster = operators("postgres", "redis")
    redis = cluster.places["redis"]
    result = {"task_id": "7", "filename": "old.pdf", "page_count": 2, "text": "# Old\n\ntext", "metadata": {"author": "A"},
              "extraction_time_seconds": 1.5, "summary": None}
    redis.command("HSET", "task:7", "task_id", "7", "status", "COMPLETED", "progress", "100", "filename", "old.pdf", "s3_key",
                  "uploads/0f8fad5b-d9cb-469f-a165-708677289501.pdf", "created_at", "2026-02-16T10:00:00.5", "started_at",
                  "2026-02-16T10:00:01", "completed_at", "2026-02-16T10:00:03", "error", "", "prompt", "")
    redis.command("RPUSH", "all_tasks", "7")
    redis.command("SETEX", "result:7", "3600", json.dumps(result))

    assert "1 would be imported" in cluster.succeed("import-redis", "--dry-run")
    assert "1 imported" in cluster.succeed("import-redis")
    assert "0 imported, 1 in the database already" in cluster.succeed("import-redis")

    client = cluster.service.start().client
    shown = client.get("/result/1").json()
    assert shown["text"] == "# Old\n\ntext" and shown["page_count"] == 2 and shown["metadata"]["author"] == "A"


def test_reset_leaves_what_is_not_ours(operators):
    cluster = operators("postgres", "s3", "redis")
    client = cluster.service.start().client
    document, = upload(client, "a.pdf")
    client.wait_for_status(document)
    cluster.service.stop()
    s3, redis = cluster.places["s3"], cluster.places["redis"]
    s3.client.put_object(Bucket=s3.bucket, Key="somebody/else.pdf", Body=b"x")
    s3.client.put_object(Bucket=s3.bucket, Key=s3.prefix + "uploads/notes.txt", Body=b"x")
    redis.command("SET", "somebody:else", "x")

    cluster.succeed("reset", stdin="yes\nDELETE ALL DATA\nno\n")

    assert s3.keys() == {"somebody/else.pdf", "uploads/notes.txt"}
    assert s3.client.get_object(Bucket=s3.bucket, Key="somebody/else.pdf")["Body"].read() == b"x"
    assert redis.command("KEYS", "*") == ["somebody:else"]
    assert cluster.places["postgres"].psql("SELECT count(*) FROM documents") == "0"
    assert cluster.places["postgres"].psql("SELECT count(*) FROM users") == "1"
