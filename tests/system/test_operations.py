"""The commands of operators: docquarry queue, reset, migrate-store, against real stores and beside a running service."""
import json
import os
import subprocess
import time

import pdfs
import pytest
from service import binary, environment
from stores import open_database


def run(service, *arguments, stdin="", **settings):
    """A command with the settings of a service, in its directory."""
    return subprocess.run([binary(), *map(str, arguments)], cwd=service.directory, env=environment({**service.settings, **settings}),
                          input=stdin, capture_output=True, text=True, timeout=120)


def succeed(service, *arguments, **more):
    ended = run(service, *arguments, **more)
    assert ended.returncode == 0, ended
    return ended.stdout


def listing(service):
    return json.loads(succeed(service, "queue", "list", "--json"))


def upload(client, *names):
    return [int(task) for task in client.upload([(name, pdfs.numbered(2, name)) for name in names]).json()["task_ids"]]


# ---- queue


def test_pause_lets_tasks_wait_and_resume_lets_them_go_on(make_service):
    service = make_service()
    client = service.client
    assert "0 tasks still running" in succeed(service, "queue", "pause")
    document, = upload(client, "a.pdf")
    assert client.get("/status/%d" % document).json()["status"] == "PENDING"
    seen = listing(service)
    assert seen["waiting"] == 1 and seen["running"] == 0 and seen["paused_since"] and not seen["read_only_since"]
    text = succeed(service, "queue", "list")
    assert "waiting         1  the oldest for" in text and "Claims are paused since 20" in text
    assert "1 task waiting" in succeed(service, "queue", "resume")
    client.wait_for_status(document)
    assert not listing(service)["paused_since"]


def test_a_pause_outlives_the_service(make_service):
    service = make_service()
    succeed(service, "queue", "pause")
    service.stop()
    service.start()
    document, = upload(service.client, "a.pdf")
    assert listing(service)["waiting"] == 1
    succeed(service, "queue", "resume")
    service.client.wait_for_status(document)


def test_read_only_refuses_changes_and_answers_questions(make_service):
    service = make_service()
    client = service.client
    document, = upload(client, "a.pdf")
    client.wait_for_status(document)
    succeed(service, "queue", "pause", "--read-only")
    refused = client.upload([("b.pdf", pdfs.pdf("b"))])
    assert refused.status == 503 and refused.header("Retry-After")
    assert client.delete("/task/%d" % document).status == 503
    assert client.get("/result/%d" % document).status == 200
    assert len(service.stored_files()) == 1, "a refused upload leaves nothing behind"
    succeed(service, "queue", "resume")
    assert client.upload([("b.pdf", pdfs.pdf("b"))]).status == 202


def test_drain_waits_for_what_runs(make_held_service):
    service = make_held_service()
    timed_out = run(service, "queue", "drain", "--timeout", "100ms")
    assert timed_out.returncode == 1 and "still running. Claims stay paused" in timed_out.stderr
    service.release()
    assert "Drained: nothing runs" in succeed(service, "queue", "drain")
    assert listing(service)["running"] == 0
    succeed(service, "queue", "resume")


def test_redrive_starts_again_what_may_succeed(make_service):
    service = make_service()
    client = service.client
    documents = upload(client, "a.pdf", "b.pdf")
    for document in documents:
        client.wait_for_status(document)
    service.stop()
    for document, retryable in zip(documents, (1, 0)):
        with open_database(service.database, "rw") as database:
            database.execute("DELETE FROM pages WHERE task_id IN (SELECT id FROM tasks WHERE document_id = ?)", (document,))
            database.execute("UPDATE tasks SET state = 'FAILED', error_code = 'storage_unavailable', error_message = 'no answer', "
                             "error_retryable = ?, facts = NULL WHERE document_id = ?", (retryable, document))
        database.close()
    client = service.start().client
    assert client.get("/status/%d" % documents[0]).json()["status"] == "FAILED"
    assert "1 may succeed when tried again" in succeed(service, "queue", "list")
    said = succeed(service, "queue", "redrive")
    assert "1 document started again. 1 document failed for reasons" in said
    client.wait_for_status(documents[0])
    assert "a.pdf page 1" in client.get("/result/%d" % documents[0]).json()["text"]
    assert client.get("/status/%d" % documents[1]).json()["status"] == "FAILED"


def test_wrong_usage_ends_with_two(make_service):
    service = make_service(start=False)
    for arguments in (["queue"], ["queue", "stop"], ["queue", "drain", "--timeout", "soon"], ["migrate-store"],
                      ["migrate-store", "--from-database", "sqlite:missing.db"]):
        ended = run(service, *arguments)
        assert ended.returncode == 2 and ended.stderr.startswith("docquarry: "), ended


# ---- reset


@pytest.fixture
def filled(make_service):
    """A stopped service with two documents and a stranger's file among the objects."""
    service = make_service()
    for document in upload(service.client, "a.pdf", "b.pdf"):
        service.client.wait_for_status(document)
    service.stop()
    return service


def test_reset_asks_twice_and_deletes_nothing_without_the_words(filled):
    before = filled.files()
    for answers in ("", "no\n", "yes\n", "yes\ndelete all data\n"):
        ended = run(filled, "reset", stdin=answers)
        assert ended.returncode == 1 and "nothing was deleted" in ended.stderr
    assert "2 documents and 1 user" in succeed(filled, "reset", "--dry-run")
    assert [name for name in filled.files() if "docquarry.db-" not in name] == [name for name in before if "docquarry.db-" not in name]


def test_reset_deletes_documents_and_files_and_users_when_told(filled):
    succeed(filled, "reset", stdin="yes\nDELETE ALL DATA\nyes\n")
    assert filled.stored_files() == []
    client = filled.start().client
    assert client.get("/documents").json() == [] and client.get("/users/1").status == 404
    assert upload(client, "c.pdf") == [3], "ids are not given out again"


def test_reset_by_force_keeps_users_and_skips_what_is_named(filled):
    succeed(filled, "reset", "--force", "--skip-s3")
    assert len(filled.stored_files()) == 2
    client = filled.start().client
    assert client.get("/documents").json() == [] and client.get("/users/1").status == 200


@pytest.mark.embedded("elsewhere several processes may have the database, and nobody knows whether they serve")
def test_reset_refuses_a_running_service(make_service):
    assert "used by another process" in run(make_service(), "reset", "--force").stderr


def test_reset_refuses_production(make_service):
    service = make_service(start=False)
    refused = run(service, "reset", "--force", DOCQUARRY_DATABASE="sqlite:./production/docquarry.db")
    assert refused.returncode == 2 and "looks like production" in refused.stderr
    assert not os.path.exists(os.path.join(service.directory, "production"))


# ---- migrate-store

def bodies(client, documents):
    """Everything that clients see of documents, by route."""
    uids = [document["id"] for document in client.get("/v1/documents?limit=200").json()["documents"]]
    assert len(uids) == len(documents)
    routes = ["/documents", "/v1/documents?limit=200", "/users/1"]
    routes += [route % document for document in documents for route in ("/status/%d", "/result/%d", "/documents/%d")]
    routes += [route % uid for uid in uids for route in ("/v1/documents/%s", "/v1/documents/%s/result", "/v1/documents/%s/source")]
    answers = {route: client.get(route) for route in routes}
    assert {answer.status for answer in answers.values()} == {200}
    return {route: answer.body for route, answer in answers.items()}


def test_migrate_store_copies_a_running_service_to_new_stores(make_service, tmp_path):
    old = make_service()
    documents = upload(old.client, *("%d.pdf" % i for i in range(12)))
    for document in documents:
        old.client.wait_for_status(document)
    new = make_service(start=False)
    source = ["--from-database", old.stores[0], "--from-files", old.stores[1]]
    said = succeed(new, "migrate-store", *source)
    assert "Compared: 1 user, 12 documents, 24 pages" in said
    # The old one reads, the new one takes over; both show the same bytes.
    assert old.client.upload([("late.pdf", pdfs.pdf("late"))]).status == 503
    new.start()
    assert bodies(new.client, documents) == bodies(old.client, documents)
    assert upload(new.client, "next.pdf") == [documents[-1] + 1]
    new.client.wait_for_status(documents[-1] + 1)


def test_migrate_store_goes_on_after_it_was_killed(make_service):
    old = make_service()
    documents = upload(old.client, *("%d.pdf" % i for i in range(40)))
    for document in documents:
        old.client.wait_for_status(document)
    new = make_service(start=False)
    command = ["migrate-store", "--from-database", old.stores[0], "--from-files", old.stores[1]]
    for copied in (1, 10, 25):
        running = subprocess.Popen([binary(), *command], cwd=new.directory, env=environment(new.settings), stdout=subprocess.DEVNULL)
        while running.poll() is None and len(new.stored_files()) < copied:
            time.sleep(0.001)
        running.kill()
        running.wait()
    succeed(new, *command)
    new.start()
    assert bodies(new.client, documents) == bodies(old.client, documents)


def test_migrate_store_ends_as_wrong_usage_when_both_sides_are_the_same(make_service):
    service = make_service()
    ended = run(service, "migrate-store", "--from-files", service.stores[1])
    assert ended.returncode == 2 and "are the files of the settings" in ended.stderr
