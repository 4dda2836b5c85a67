"""What the tests of the cluster do again and again: hand in a document, wait for its end."""
import json
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


def watched(client, uid, **headers):
    """All events of a document up to its end, as values; what is told of its progress never falls."""
    with client.events("/v1/documents/%s/events" % uid, **headers) as stream:
        return checked(list(stream))


def checked(events):
    seen = [json.loads(event.data) for event in events]
    progress = [event["pct"] for event in seen if "pct" in event]
    assert progress == sorted(progress), events
    numbers = [int(event.number) for event in events if event.number]
    assert numbers == sorted(numbers), events
    assert seen and seen[-1].get("status") in FINAL, events
    return seen


def until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
