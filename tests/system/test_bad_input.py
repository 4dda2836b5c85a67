"""Bad input gets a specific error, nothing of it is stored, and the next request is answered as if nothing had happened."""
import json
import os
import socket
import subprocess
import time

import pdfs
import pytest
from client import multipart
from service import binary, environment
from stores import open_database


@pytest.fixture(autouse=True)
def nothing_is_stored(service):
    before = service.stored_files()
    documents = service.client.get("/tasks").json()["total"]
    yield
    deadline = time.monotonic() + 10
    while service.stored_files() != before and time.monotonic() < deadline:  # a cut connection is noticed by the next read
        time.sleep(0.01)
    assert service.stored_files() == before
    assert service.client.get("/tasks").json()["total"] == documents
    assert service.client.get("/health").status == 200


GOOD = pdfs.pdf("good")


def said(answer, status, *words):
    assert answer.status == status, answer
    message = json.dumps(answer.json(), ensure_ascii=False)
    for word in words:
        assert word in message, (word, message)


# ---- files

NOT_PDFS = {
    "text": b"hello world\n" * 10,
    "html": b"<html><body>%PDF</body></html>",
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "header_too_late": b" " * 1024 + b"%PDF-1.7\n",
}


@pytest.mark.parametrize("name", sorted(NOT_PDFS))
def test_a_file_that_is_no_pdf(client, name):
    said(client.upload([("a.pdf", NOT_PDFS[name])]), 400, "PDF")
    said(client.post("/v1/documents", NOT_PDFS[name], content_type="application/pdf"), 415, "not_a_pdf")


def test_an_empty_file(client):
    said(client.upload([("a.pdf", b"")]), 400, "empty")
    said(client.post("/v1/documents", b"", content_type="application/pdf"), 400, "empty_file")


@pytest.mark.parametrize("name", ["", ".", "..", "a\x01.pdf", "a" * 252 + ".pdf"])
def test_a_bad_file_name(client, name):
    assert client.upload([(name, GOOD)]).status in (400, 422)


def test_a_file_name_is_never_a_path(client, service):
    answer = client.upload([("../../../../tmp/docquarry-owned.pdf", GOOD)])
    assert answer.status == 202
    task = answer.json()["task_ids"][0]
    assert client.get("/status/" + task).json()["filename"] == "docquarry-owned.pdf"
    assert not os.path.exists("/tmp/docquarry-owned.pdf")
    assert client.get("/documents/" + task).json()["s3_key"].startswith("uploads/")
    client.wait_for_status(task)
    assert client.delete("/task/" + task).status == 200


def test_a_file_that_is_too_large(client):
    big = b"%PDF-1.7\n" + b"x" * (51 << 20)
    said(client.upload([("big.pdf", big)]), 400, "File too large: big.pdf. Maximum size is 50MB.")
    said(client.post("/v1/documents", big, content_type="application/pdf"), 413, "file_too_large")


def test_a_file_that_is_too_large_is_refused_long_before_its_end(service):
    """The answer comes while the client still sends."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 1073741824\r\n\r\n")
        try:
            connection.sendall(b"%PDF-1.7\n")
            for _ in range(1024):
                connection.sendall(b"x" * 65536)
        except OSError:
            pass
        answer = b""
        try:
            answer = connection.recv(65536)
        except OSError:
            pass
    assert b" 413 " in answer.split(b"\r\n")[0], answer[:200]


def test_too_many_files(client):
    said(client.upload([("a.pdf", GOOD)] * 101), 400, "Too many files. Maximum 100 files per request.")
    said(client.upload([("a.pdf", GOOD)] * 101, "/v1/documents"), 413, "too_many_files")


# ---- uploads that end too early


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("target", ["/upload", "/v1/documents"])
def test_a_client_that_leaves_in_the_middle(service, target, share):
    content_type, body = multipart([("a.pdf", pdfs.padded(GOOD, 300_000))])
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                            % (target, content_type, len(body))).encode() + body[:int(len(body) * share)])


def test_a_form_that_has_no_end(client):
    content_type, body = multipart([("a.pdf", GOOD)])
    cut = body[:body.rindex(b"--")][:-40]
    assert client.post("/upload", cut, content_type=content_type).status == 400
    assert client.post("/v1/documents", cut, content_type=content_type).status == 400


def test_a_body_shorter_than_announced_is_answered_when_the_client_stops_sending(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 5000\r\n\r\n" + GOOD)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert b" 400 " in answer.split(b"\r\n")[0] and b"truncated_upload" in answer


# ---- requests


@pytest.mark.parametrize("method, target, status", [
    ("GET", "/v1/documents?limit=abc", 422), ("GET", "/v1/nothing", 404), ("PATCH", "/v1/documents", 405), ("GET", "/v1/documents/" + "g" * 32, 404),
    ("GET", "/tasks?page=99999999999999999999", 200), ("GET", "/documents/99999999999999999999", 404), ("GET", "/users/0", 404),
    ("GET", "/status/%00", 400), ("GET", "/status/%zz", 400), ("GET", "/status/%ff", 400), ("GET", "/status/a%2Fb", 404), ("POST", "/status/1", 405),
    ("DELETE", "/upload", 405),
])
def test_odd_requests(client, method, target, status):
    assert client.request(method, target).status == status


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"x"', b"{", b'{"email":1,"api_key":2}', b"\xff\xfe", b'{"email":"a@b.c"', b"[" * 100_000])
def test_wrong_json(client, body):
    answer = client.post("/users", body, content_type="application/json")
    assert answer.status in (400, 422), answer
    assert answer.json()["detail"]


def test_nothing_internal_leaks(client, service):
    for answer in (client.get("/status/x"), client.get("/v1/documents/x"), client.get("/nowhere"), client.upload([("a.pdf", b"x")]),
                   client.post("/users", b"{", content_type="application/json"), client.get("/v1/documents?cursor=x")):
        for secret in (service.directory, "sqlite", ".cc:", "boost", "std::", "SELECT"):
            assert secret not in answer.text, answer


# ---- settings


@pytest.mark.parametrize("name, value, words", [
    ("DOCQUARRY_LISTENN", "127.0.0.1:1", ["DOCQUARRY_LISTENN", "DOCQUARRY_LISTEN"]),
    ("DOCQUARRY_LISTEN", "nonsense", ["DOCQUARRY_LISTEN", "nonsense"]),
    ("DOCQUARRY_LEASE", "soon", ["DOCQUARRY_LEASE", "soon"]),
    ("DOCQUARRY_LEASE", "1ms", ["DOCQUARRY_LEASE"]),
    ("MAX_FILE_SIZE_MB", "0", ["MAX_FILE_SIZE_MB"]),
    ("MAX_FILE_SIZE_MB", "many", ["MAX_FILE_SIZE_MB", "many"]),
    ("DOCQUARRY_ISOLATION", "none", ["DOCQUARRY_ISOLATION", "document", "owner"]),
    ("DOCQUARRY_DATABASE", "mysql://x", ["DOCQUARRY_DATABASE", "sqlite"]),
])
def test_a_bad_setting_stops_the_start_with_a_sentence(tmp_path, name, value, words):
    settings = {"DOCQUARRY_LISTEN": "127.0.0.1:0", "DOCQUARRY_DATA": str(tmp_path / "data"), name: value}
    ended = subprocess.run([binary(), "serve"], cwd=tmp_path, env=environment(settings), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 2, ended
    for word in words:
        assert word in ended.stderr, ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_taken_stops_the_start_with_a_sentence(service, tmp_path):
    settings = {"DOCQUARRY_LISTEN": "127.0.0.1:%d" % service.port, "DOCQUARRY_DATA": str(tmp_path / "data")}
    ended = subprocess.run([binary(), "serve"], cwd=tmp_path, env=environment(settings), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1 and str(service.port) in ended.stderr, ended


@pytest.mark.embedded("elsewhere nothing in the data directory belongs to one process")
def test_a_data_directory_that_is_in_use_stops_the_start_with_a_sentence(service, tmp_path):
    settings = {"DOCQUARRY_LISTEN": "127.0.0.1:0", "DOCQUARRY_DATA": service.data}
    ended = subprocess.run([binary(), "serve"], cwd=tmp_path, env=environment(settings), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1 and "another process" in ended.stderr, ended
    assert service.client.get("/readyz").status == 200, "the first one goes on"


def test_a_data_directory_that_cannot_be_made_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = {"DOCQUARRY_LISTEN": "127.0.0.1:0", "DOCQUARRY_DATA": str(tmp_path / "file" / "data")}
    ended = subprocess.run([binary(), "serve"], cwd=tmp_path, env=environment(settings), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1 and "file/data" in ended.stderr, ended


# ---- encryption and damage, all the way through


def encrypted(password):
    from pdfkit import Crypt, Pdf, doc
    writer = Pdf()
    Crypt(writer, 6, user=password)
    return doc(b"BT /F1 12 Tf 72 700 Td (Secret page) Tj ET", p=writer).build()


def test_an_encrypted_document_needs_its_password(make_service):
    with make_service() as running:
        client = running.client
        content = encrypted(b"sesame")
        for query, status, code in (("", "FAILED", "password_required"), ("&password=wrong", "FAILED", "wrong_password"),
                                    ("&password=sesame", "COMPLETED", None)):
            document = client.post("/v1/documents?wait=30" + query, content, content_type="application/pdf").json()
            assert document["status"] == status and (document["error"] or {}).get("code") == code, document
        retried = client.post("/v1/documents?wait=30", content, content_type="application/pdf").json()["id"]
        assert client.post_json("/v1/documents/%s/retry" % retried, {"password": "sesame"}).status == 202
        assert client.get("/v1/documents/%s/status?wait=30" % retried).json()["status"] == "COMPLETED"
        with open_database(running.database) as database:
            assert database.execute("SELECT count(*) FROM tasks WHERE password IS NOT NULL").fetchone()[0] == 0
        running.stop()
        for folder, _, names in os.walk(running.directory):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    assert b"sesame" not in file.read(), "the password stayed in %s" % name
