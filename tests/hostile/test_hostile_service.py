"""Hostile files and hostile HTTP against the running service."""
import json
import os
import subprocess
import sys

import check_service
import pdfs
import pytest
from service import Service

HERE = os.path.dirname(os.path.abspath(__file__))


def test_every_hostile_file_ends_as_permitted():
    problems, figures = check_service.check_all()
    print(json.dumps(figures))
    assert problems == []
    assert figures["cases"] >= 421


@pytest.mark.parametrize("upload", ["/upload", "/v1/documents"])
def test_hostile_http_is_answered_as_permitted(upload, tmp_path):
    good = tmp_path / "good.pdf"
    good.write_bytes(pdfs.pdf("good"))
    with Service() as running:
        slow = ["--slow"] if upload == "/upload" else []
        ended = subprocess.run([sys.executable, os.path.join(HERE, "hostile_http.py"), "127.0.0.1", str(running.port), "--upload", upload,
                                "--pdf", str(good)] + slow, capture_output=True, text=True, timeout=600)
        print(ended.stdout)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert running.process.poll() is None
        assert running.stop() == 0 and not running.left_over


def hostile_names():
    with open(os.path.join(check_service.hostile_files(), "filenames.json")) as file:
        return [(json.loads(row["name_json"]), row["what"]) for row in json.load(file)]


def test_hostile_file_names_are_data(make_service):
    with make_service() as running:
        client = running.client
        for name, what in hostile_names():
            raw = name.encode("utf-8", "surrogatepass")
            quoted = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            body = (b"--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + quoted + b"\"\r\n\r\n" + pdfs.pdf("x") + b"\r\n--B--\r\n")
            for target in ("/upload", "/v1/documents"):
                answer = client.post(target, body, content_type="multipart/form-data; boundary=B")
                assert answer.status in (202, 400, 413, 415, 422), (what, answer)
                assert answer.header("set-cookie") is None, what
                if answer.status != 202:
                    continue
                if target == "/upload":
                    shown = client.get("/status/" + answer.json()["task_ids"][0]).json()["filename"]
                else:
                    document = answer.json()["documents"][0]
                    shown = document["filename"]
                    source = client.get("/v1/documents/%s/source" % document["id"])
                    disposition = source.header("content-disposition")
                    assert source.header("set-cookie") is None and disposition.startswith("attachment"), what
                    assert "\r" not in disposition and "\n" not in disposition, what
                assert "/" not in shown and "\\" not in shown and shown not in ("", ".", ".."), (what, shown)
                assert not any(ord(c) < 32 or ord(c) == 127 for c in shown) and len(shown.encode()) <= 255, (what, shown)
        for line in running.log().splitlines():
            assert not any(ord(c) < 32 for c in line), "a control character in a log line"
        stored = running.stored_files()
        assert all(os.path.basename(path).replace(".pdf", "").isalnum() for path in stored), stored
        assert not os.path.exists("/tmp/owned")
