"""What the tests of the cluster do again and again: hand in a document, wait for its end."""
import time

import pdfs

FINAL = ("COMPLETED", "FAILED", "CANCELLED")


def submit(client, content=None, **headers):
    answer = client.post("/v1/documents", content or pdfs.pdf("hello cluster"), content_type="application/pdf", **headers)
    assert answer.status == 202, answer
    return answer.json()["id"]


def ended(client, uid, wanted="COMPLETED", seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        answer = client.get("/v1/documents/%s/status?wait=20" % uid)
        if answer.status == 200 and answer.json()["status"] in FINAL:
            assert answer.json()["status"] == wanted, answer
            return answer.json()
        assert answer.status in (200, 503), answer
        assert time.monotonic() < deadline, answer
        if answer.status == 503:
            time.sleep(0.1)


def running(client, uid):
    until(lambda: client.get("/v1/documents/%s/status" % uid).json()["status"] != "PENDING", "it does not begin")


def until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
