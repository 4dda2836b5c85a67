"""The /v1 API and the operations routes. Every answer is checked against openapi.yaml, and the last test fails if an operation
was never exercised."""
import datetime
import hashlib
import http.client
import json
import re
import threading
import time

import pdfs
import processes
import pytest
from client import Client
from openapi import is_original, service_api

API = service_api()
UNKNOWN = "0" * 32


@pytest.fixture
def client(service):
    service.client.watch = API.check
    return service.client


def watched(running):
    running.client.watch = API.check
    return running.client


def post_raw(client, content=None, target="/v1/documents", **headers):
    return client.post(target, content if content is not None else pdfs.numbered(1), **{"content_type": "application/pdf", **headers})


def create(client, content=None, target="/v1/documents", **headers):
    answer = post_raw(client, content, target, **headers)
    assert answer.status in (200, 202), answer
    return answer.json()["id"]


def completed(client, content=None, query="", **headers):
    answer = post_raw(client, content, "/v1/documents" + query, prefer="wait=30", **headers)
    assert answer.status == 200 and answer.json()["status"] == "COMPLETED", answer
    return answer.json()["id"]


def ended(client, uid, waits=6):
    """The final state; a slow machine may take several of the longest waits."""
    for _ in range(waits):
        status = client.get("/v1/documents/%s/status?wait=30" % uid).json()["status"]
        if status in ("COMPLETED", "FAILED", "CANCELLED"):
            break
    return status


def refused(answer, status, code):
    assert answer.status == status, answer
    body = answer.json()
    assert list(body) == ["detail", "code", "request_id"], answer
    assert body["code"] == code and body["detail"] and body["request_id"] == answer.header("x-request-id")
    return body["detail"]


# ---- create


def test_create_from_a_raw_body(client):
    content = pdfs.numbered(2, "raw")
    answer = post_raw(client, content, "/v1/documents?filename=caf%C3%A9.pdf&user_id=3&prompt=p")
    assert answer.status == 202
    document = answer.json()
    assert re.fullmatch("[0-9a-f]{32}", document["id"])
    assert answer.header("location") == "/v1/documents/" + document["id"]
    assert document["filename"] == "caf\u00e9.pdf" and document["user_id"] == 3 and document["prompt"] == "p"
    assert document["bytes"] == len(content) and document["sha256"] == hashlib.sha256(content).hexdigest()
    assert document["created_at"].endswith("Z")


def test_create_from_a_form_with_one_outcome_per_file(client):
    answer = client.upload([("a.pdf", pdfs.numbered(1, "a")), ("b.pdf", b"no pdf"), ("c.pdf", b""), ("d.pdf", pdfs.numbered(1, "d"))],
                           "/v1/documents", fields=[("pages", "1")])
    assert answer.status == 202, answer
    outcomes = answer.json()["documents"]
    assert [outcome["filename"] for outcome in outcomes] == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]
    assert [(outcome["error"] or {}).get("code") for outcome in outcomes] == [None, "not_a_pdf", "empty_file", None]
    assert outcomes[0]["pages"] == "1"


def test_create_with_only_bad_files_is_refused(client):
    refused(client.upload([("b.pdf", b"no pdf")], "/v1/documents"), 415, "not_a_pdf")
    refused(client.upload([("c.pdf", b"")], "/v1/documents"), 400, "empty_file")


def test_create_waits_when_asked(client):
    answer = post_raw(client, prefer="wait=30")
    assert answer.status == 200 and answer.json()["status"] == "COMPLETED" and answer.json()["progress"] == 100
    assert answer.header("preference-applied") == "wait=30"
    answer = post_raw(client, target="/v1/documents?wait=30")
    assert answer.status == 200 and answer.json()["status"] == "COMPLETED"


def test_create_with_options(client):
    uid = completed(client, pdfs.numbered(9, "opt"), "?pages=2-3,8")
    document = client.get("/v1/documents/" + uid).json()
    assert document["pages"] == "2-3,8" and document["page_count"] == 9 and document["pages_done"] == 3
    numbers = [page["number"] for page in client.get("/v1/documents/%s/result" % uid).json()["pages"]]
    assert numbers == [2, 3, 8]


def test_create_refuses_what_it_does_not_know(client):
    answer = post_raw(client, target="/v1/documents?page=1")
    assert answer.status == 422 and answer.json()["detail"][0]["type"] == "extra_forbidden"
    assert answer.json()["detail"][0]["loc"] == ["query", "page"]
    answer = client.upload([("a.pdf", pdfs.numbered(1))], "/v1/documents", fields=[("ocrr", "1")])
    assert answer.status == 422 and answer.json()["detail"][0]["loc"] == ["body", "ocrr"]
    answer = post_raw(client, target="/v1/documents?pages=5-2")
    assert answer.status == 422 and answer.json()["detail"][0]["loc"] == ["query", "pages"]
    refused(client.post("/v1/documents", b"{}", content_type="application/json"), 415, "unsupported_media")
    answer = client.upload([], "/v1/documents")
    assert answer.status == 422 and answer.json()["detail"][0]["type"] == "missing"


# ---- idempotency


def test_the_same_key_and_body_give_the_same_document(client):
    content = pdfs.numbered(1, "idem")
    first = post_raw(client, content, idempotency_key="key-1")
    second = post_raw(client, content, idempotency_key="key-1")
    assert first.json()["id"] == second.json()["id"]
    assert first.header("idempotency-replayed") is None and second.header("idempotency-replayed") == "true"


def test_the_same_key_with_another_body_is_refused(client):
    post_raw(client, pdfs.numbered(1, "one"), idempotency_key="key-2")
    refused(post_raw(client, pdfs.numbered(1, "two"), idempotency_key="key-2"), 422, "key_reused")
    refused(post_raw(client, pdfs.numbered(1, "one"), "/v1/documents?pages=1", idempotency_key="key-2"), 422, "key_reused")


def test_a_key_belongs_to_its_user(client):
    content = pdfs.numbered(1, "idem")
    one = create(client, content, "/v1/documents?user_id=11", idempotency_key="key-3")
    two = create(client, content, "/v1/documents?user_id=12", idempotency_key="key-3")
    assert one != two


def test_a_key_survives_a_restart(make_service):
    running = make_service()
    content = pdfs.numbered(1, "idem")
    first = create(watched(running), content, idempotency_key="key-4")
    running.kill()
    running.start()
    assert create(watched(running), content, idempotency_key="key-4") == first


def test_requests_with_one_key_at_the_same_time_make_one_document(make_service):
    running = make_service()
    client = watched(running)
    content = pdfs.heavy(50, "same time")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(post_raw(client, content, idempotency_key="key-5"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = {answer.json()["id"] for answer in answers if answer.status == 202}
    assert len(accepted) == 1
    assert {answer.status for answer in answers} <= {202, 409}
    for answer in answers:
        if answer.status == 409:
            refused(answer, 409, "request_in_flight")
    assert len(client.get("/v1/documents").json()["documents"]) == 1
    assert len(running.stored_files()) == 1


# ---- one document


def test_get_and_status(client):
    uid = completed(client, pdfs.numbered(3, "get"))
    document = client.get("/v1/documents/" + uid).json()
    assert document["status"] == "COMPLETED" and document["page_count"] == 3 and document["partial"] is False and document["error"] is None
    assert document["extractor"].startswith("pdfium")
    status = client.get("/v1/documents/%s/status" % uid).json()
    for name in status:
        assert status[name] == document[name], name


def test_status_waits_until_the_end(make_service):
    running = make_service()
    client = watched(running)
    uid = create(client, pdfs.heavy(300, "wait"))
    answer = client.get("/v1/documents/%s/status" % uid, prefer="wait=30")
    assert answer.json()["status"] == "COMPLETED"


def test_waiting_ends_after_the_wished_time(make_held_service):
    client = watched(make_held_service())
    began = time.monotonic()
    answer = post_raw(client, target="/v1/documents?wait=1")
    assert answer.status == 202 and answer.json()["status"] == "PENDING"
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("path", ["", "/status", "/events", "/result", "/pages", "/pages/1", "/source"])
@pytest.mark.parametrize("uid", [UNKNOWN, "1", "ABC", "%2e%2e"])
def test_unknown_documents(client, path, uid):
    assert client.get("/v1/documents/%s%s" % (uid, path)).status == 404


def test_unknown_documents_cannot_be_changed(client):
    refused(client.delete("/v1/documents/" + UNKNOWN), 404, "document_not_found")
    refused(client.post("/v1/documents/%s/cancel" % UNKNOWN), 404, "document_not_found")
    refused(client.post("/v1/documents/%s/retry" % UNKNOWN), 404, "document_not_found")


def test_delete(make_service):
    running = make_service()
    client = watched(running)
    uid = completed(client)
    answer = client.delete("/v1/documents/" + uid)
    assert answer.status == 204
    refused(client.get("/v1/documents/" + uid), 404, "document_not_found")
    assert running.stored_files() == []
    assert client.get("/v1/documents").json()["documents"] == []


def test_delete_while_it_runs(make_service):
    running = make_service()
    client = watched(running)
    completed(client)
    with processes.stopped([p.pid for p in processes.descendants(running.pid)]):
        uid = create(client, pdfs.heavy(100, "gone"))
        assert client.delete("/v1/documents/" + uid).status == 204
    completed(client)
    refused(client.get("/v1/documents/" + uid), 404, "document_not_found")


# ---- list


def test_list_newest_first_with_filters(make_service):
    client = watched(make_service())
    old = [completed(client, None, "?filename=Report%%20%d.pdf" % number) for number in range(3)]
    middle = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    new = completed(client, None, "?filename=letter.pdf&user_id=2")
    failed = post_raw(client, b"%PDF-1.7 nothing", prefer="wait=30").json()["id"]

    def ids(query=""):
        return [document["id"] for document in client.get("/v1/documents" + query).json()["documents"]]

    assert ids() == [failed, new] + old[::-1]
    assert ids("?sort=created_at") == old + [new, failed]
    assert ids("?status=FAILED") == [failed] and ids("?status=COMPLETED") == [new] + old[::-1]
    assert ids("?filename=REPORT") == old[::-1] and ids("?filename=100%25") == []
    assert ids("?user_id=2") == [new]
    assert ids("?created_before=" + middle) == old[::-1] and ids("?created_after=" + middle) == [failed, new]


def test_list_pages_stay_stable(make_service):
    client = watched(make_service())
    created = [create(client) for _ in range(7)]
    seen, target = [], "/v1/documents?limit=3"
    while target:
        answer = client.get(target)
        seen += [document["id"] for document in answer.json()["documents"]]
        create(client)  # what comes later does not shift the pages
        cursor = answer.json()["next_cursor"]
        link = answer.header("link")
        assert (cursor is None) == (link is None)
        target = re.fullmatch(r'<([^>]+)>; rel="next"', link)[1] if link else None
    assert seen == created[::-1]


def test_list_checks_its_parameters(client):
    for query, kind in (("limit=0", "greater_than_equal"), ("limit=201", "less_than_equal"), ("status=DONE", "literal_error"),
                        ("created_after=yesterday", "datetime_from_date_parsing"), ("colour=red", "extra_forbidden"), ("sort=name", "literal_error")):
        answer = client.get("/v1/documents?" + query)
        assert answer.status == 422 and answer.json()["detail"][0]["type"] == kind, (query, answer)
    assert client.get("/v1/documents?cursor=made-up").status == 422


# ---- result


def test_result_in_every_format(client):
    uid = completed(client, pdfs.numbered(2, "fmt"))
    target = "/v1/documents/%s/result" % uid
    result = client.get(target)
    assert result.header("content-type") == "application/json"
    body = result.json()
    assert body["id"] == uid and body["page_count"] == 2 and [page["number"] for page in body["pages"]] == [1, 2]
    assert "fmt page 1 line 1" in body["pages"][0]["text"] and "lines" not in body["pages"][0]
    assert set(body["metadata"]) == {"author", "creator", "producer", "subject", "title", "creation_date", "modification_date"}
    text = client.get(target, accept="text/plain")
    assert text.header("content-type").startswith("text/plain") and text.text.count("\f") == 1 and "fmt page 2 line 3" in text.text
    markdown = client.get(target, accept="text/html;q=0.1, text/markdown")
    assert markdown.header("content-type").startswith("text/markdown") and "fmt page 1 line 1" in markdown.text
    assert client.get(target + "?format=markdown", accept="application/json").body == markdown.body
    ndjson = client.get(target, accept="application/x-ndjson")
    lines = [json.loads(line) for line in ndjson.text.splitlines()]
    assert [line["type"] for line in lines] == ["document", "page", "page", "end"] and lines[-1]["state"] == "COMPLETED"
    refused(client.get(target, accept="image/png"), 406, "not_acceptable")


def test_result_of_some_pages_with_lines(client):
    uid = completed(client, pdfs.numbered(5, "part"))
    body = client.get("/v1/documents/%s/result?pages=2,4-&include=lines" % uid).json()
    assert [page["number"] for page in body["pages"]] == [2, 4, 5]
    line = body["pages"][0]["lines"]
    assert line, "lines with words and boxes"
    assert client.get("/v1/documents/%s/result?pages=x" % uid).status == 422


def test_result_is_the_same_as_the_originals(client):
    uid = completed(client, pdfs.numbered(2, "both"))
    task = client.get("/v1/documents/" + uid).json()["task_id"]
    pages = client.get("/v1/documents/%s/result" % uid).json()["pages"]
    assert client.get("/result/" + task).json()["text"] == "\n\n".join(page["text"] for page in pages)


def test_etag_and_304(client):
    uid = completed(client)
    for path in ("/result", "/result?format=text", "/pages/1", "/source"):
        target = "/v1/documents/%s%s" % (uid, path)
        first = client.get(target)
        etag = first.header("etag")
        assert re.fullmatch('"[0-9a-f]+"', etag), path
        again = client.get(target, if_none_match='"other", %s' % etag)
        assert (again.status, again.body, again.header("etag")) == (304, b"", etag), path
        assert client.get(target, if_none_match='"other"').status == 200
    tags = {client.get("/v1/documents/%s/result?format=%s" % (uid, name)).header("etag") for name in ("json", "text", "markdown", "ndjson")}
    assert len(tags) == 4


def test_result_before_the_end(make_held_service):
    client = watched(make_held_service())
    uid = create(client)
    answer = client.get("/v1/documents/%s/result" % uid)
    assert answer.status == 202 and answer.json()["status"] == "PENDING" and answer.header("retry-after")


def test_result_of_a_failed_document_says_why(client):
    uid = post_raw(client, b"%PDF-1.7 nothing", prefer="wait=30").json()["id"]
    error = client.get("/v1/documents/" + uid).json()["error"]
    assert error["code"] == "invalid_document" and error["category"] == "corrupt" and error["retryable"] is False and error["message"]
    refused(client.get("/v1/documents/%s/result" % uid), 404, "no_result")


def test_ndjson_gives_pages_while_the_task_runs(make_service):
    running = make_service()
    client = watched(running)
    completed(client)
    pages = 600
    uid = create(client, pdfs.heavy(pages, "live"))
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request("GET", "/v1/documents/%s/result" % uid, headers={"Accept": "application/x-ndjson"})
    response = connection.getresponse()
    assert response.status == 200
    seen, state_at_first_page = [], None
    for line in iter(response.readline, b""):
        part = json.loads(line)
        if part["type"] == "page":
            seen.append(part["number"])
            if state_at_first_page is None:
                state_at_first_page = client.get("/v1/documents/%s/status" % uid).json()["status"]
    connection.close()
    assert part == {"type": "end", "state": "COMPLETED"} or part["state"] == "COMPLETED"
    assert seen == list(range(1, pages + 1))
    assert state_at_first_page == "PROCESSING", "the first page was readable before the end"


# ---- pages and source


def test_pages(client):
    uid = completed(client, pdfs.numbered(5, "pg"))
    answer = client.get("/v1/documents/%s/pages?from=2&limit=2" % uid).json()
    assert [page["number"] for page in answer["pages"]] == [2, 3] and answer["next_page"] == 4 and answer["page_count"] == 5
    page = client.get("/v1/documents/%s/pages/3?include=lines" % uid).json()
    assert page["number"] == 3 and "pg page 3 line 1" in page["text"] and page["lines"]
    assert page["width"] == 612 and page["height"] == 792
    assert "pg page 3" in client.get("/v1/documents/%s/pages/3" % uid, accept="text/plain").text
    assert "pg page 3" in client.get("/v1/documents/%s/pages/3?format=markdown" % uid).text
    refused(client.get("/v1/documents/%s/pages/6" % uid), 404, "page_not_found")
    assert client.get("/v1/documents/%s/pages/0" % uid).status == 422
    assert client.get("/v1/documents/%s/pages/x" % uid).status == 422


def test_boxes_are_where_the_words_are(client):
    uid = completed(client, pdfs.pdf("Alpha beta"))
    page = client.get("/v1/documents/%s/pages/1?include=lines" % uid).json()
    text = json.dumps(page["lines"])
    assert "Alpha" in text and "beta" in text


def test_source_with_ranges(client):
    content = pdfs.numbered(4, "src")
    uid = completed(client, content, "?filename=%E6%96%87.pdf")
    target = "/v1/documents/%s/source" % uid
    whole = client.get(target)
    assert whole.body == content and whole.header("content-type") == "application/pdf"
    assert "attachment" in whole.header("content-disposition") and "filename*=UTF-8''%E6%96%87.pdf" in whole.header("content-disposition")
    part = client.get(target, range="bytes=10-19")
    assert (part.status, part.body) == (206, content[10:20])
    assert part.header("content-range") == "bytes 10-19/%d" % len(content)
    assert client.get(target, range="bytes=-5").body == content[-5:]
    beyond = client.get(target, range="bytes=%d-" % len(content))
    refused(beyond, 416, "range_not_satisfiable")
    assert beyond.header("content-range") == "bytes */%d" % len(content)


# ---- events


def test_events_end_with_the_task(client):
    uid = create(client, pdfs.heavy(300, "ev"))
    with client.events("/v1/documents/%s/events" % uid) as stream:
        assert stream.status == 200
        events = list(stream)
    assert events[0].name == "snapshot"
    assert events[-1].name == "done" and json.loads(events[-1].data)["status"] == "COMPLETED"
    assert stream.retry == 2000
    numbers = [int(event.number) for event in events if event.number]
    assert numbers == sorted(numbers)
    progress = [json.loads(event.data)["pct"] for event in events if event.name == "progress"]
    assert progress == sorted(progress)


def test_events_of_a_finished_document(client):
    uid = completed(client)
    with client.events("/v1/documents/%s/events" % uid) as stream:
        events = list(stream)
    assert events and json.loads(events[-1].data)["status"] == "COMPLETED"


def test_events_of_a_failed_document(client):
    uid = create(client, b"%PDF-1.7 nothing")
    with client.events("/v1/documents/%s/events" % uid) as stream:
        events = list(stream)
    assert events[-1].name == "failed" and json.loads(events[-1].data)["error"]["code"] == "invalid_document"


def test_events_go_on_after_the_last_seen_one(make_service):
    running = make_service()
    client = watched(running)
    completed(client)
    with processes.stopped([p.pid for p in processes.descendants(running.pid)]):
        uid = create(client, pdfs.heavy(200, "resume"))
        with client.events("/v1/documents/%s/events" % uid) as stream:
            last = next(iter(stream)).number
    with client.events("/v1/documents/%s/events" % uid, last_event_id=last or "1") as stream:
        events = list(stream)
    assert json.loads(events[-1].data)["status"] == "COMPLETED"
    assert all(int(event.number) >= int(last or 0) for event in events if event.number)
    with client.events("/v1/documents/%s/events" % uid, last_event_id=events[-1].number) as stream:
        assert json.loads(list(stream)[-1].data)["status"] == "COMPLETED"


def test_a_client_that_leaves_frees_its_stream(make_held_service):
    running = make_held_service()
    client = watched(running)
    uid = create(client)
    before = processes.open_descriptors(running.pid)
    streams = [client.events("/v1/documents/%s/events" % uid) for _ in range(50)]
    assert processes.open_descriptors(running.pid) > 50
    for stream in streams:
        stream.close()
    deadline = time.monotonic() + 10
    while processes.open_descriptors(running.pid) > before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ---- cancel and retry


def test_cancel_a_waiting_document(make_held_service):
    client = watched(make_held_service())
    uid = create(client)
    answer = client.post("/v1/documents/%s/cancel" % uid)
    assert answer.status == 200 and answer.json()["status"] == "CANCELLED"
    refused(client.post("/v1/documents/%s/cancel" % uid), 409, "already_finished")
    refused(client.get("/v1/documents/%s/result" % uid), 404, "no_result")


def test_cancel_a_running_document(make_service):
    running = make_service(DOCQUARRY_LEASE="1s")
    client = watched(running)
    completed(client)
    with processes.stopped([p.pid for p in processes.descendants(running.pid)]):
        uid = create(client, pdfs.heavy(300, "cancel"))
        while client.get("/v1/documents/%s/status" % uid).json()["status"] != "PROCESSING":
            time.sleep(0.005)
        answer = client.post("/v1/documents/%s/cancel" % uid)
        assert answer.status == 202
        assert client.get("/v1/documents/%s/status?wait=20" % uid).json()["status"] == "CANCELLED"
    assert client.get("/v1/documents/%s/status" % uid).json()["status"] == "CANCELLED"
    completed(client)


def test_retry(client):
    uid = post_raw(client, b"%PDF-1.7 nothing", prefer="wait=30").json()["id"]
    answer = client.post("/v1/documents/%s/retry" % uid)
    assert answer.status == 202 and answer.json()["generation"] == 2 and answer.json()["error"] is None
    assert client.get("/v1/documents/%s/status?wait=30" % uid).json()["status"] == "FAILED"


def test_retry_with_other_options_gives_another_result(client):
    uid = completed(client, pdfs.numbered(4, "again"))
    etag = client.get("/v1/documents/%s/result" % uid).header("etag")
    answer = client.post_json("/v1/documents/%s/retry" % uid, {"pages": "2"})
    assert answer.status == 202, answer
    assert client.get("/v1/documents/%s/status?wait=30" % uid).json()["status"] == "COMPLETED"
    result = client.get("/v1/documents/%s/result" % uid)
    assert [page["number"] for page in result.json()["pages"]] == [2] and result.header("etag") != etag
    answer = client.post_json("/v1/documents/%s/retry" % uid, {"page": "2"})
    assert answer.status == 422 and answer.json()["detail"][0]["type"] == "extra_forbidden"


def test_retry_of_a_waiting_document_is_refused(make_held_service):
    client = watched(make_held_service())
    refused(client.post("/v1/documents/%s/retry" % create(client)), 409, "not_finished")


# ---- operations


def test_livez_readyz_version(client):
    assert client.get("/livez").status == 200
    assert client.get("/readyz").status == 200
    version = client.get("/version").json()
    assert version["version"]


def test_metrics(client):
    completed(client)
    answer = client.get("/metrics")
    assert answer.status == 200 and answer.header("content-type").startswith("text/plain")
    families = set(re.findall(r"^# TYPE (\S+) ", answer.text, re.M))
    assert families and all(name.startswith("docquarry_") or name.startswith("process_") for name in families)
    routes = set(re.findall(r'route="([^"]*)"', answer.text))
    assert "/v1/documents" in routes and not any(re.search("[0-9a-f]{32}", route) for route in routes), "patterns, never paths"
    commits = re.search(r"^docquarry_sql_commits_total (\d+)$", answer.text, re.M)
    durable = re.search(r"^docquarry_sql_durable_commits_total (\d+)$", answer.text, re.M)
    assert 0 < int(durable[1]) <= int(commits[1])


def test_every_answer_carries_a_request_id(client):
    assert re.fullmatch(r"\S{8,}", client.get("/v1/documents").header("x-request-id"))
    assert client.get("/v1/documents", x_request_id="mine-123").header("x-request-id") == "mine-123"
    assert "\n" not in client.get("/v1/documents", x_request_id="a b<c>").header("x-request-id")


def test_every_answer_is_guarded_against_browsers_guessing(client):
    uid = completed(client)
    for target in ("/v1/documents", "/v1/documents/%s/result" % uid, "/v1/documents/%s/source" % uid, "/", "/nowhere"):
        assert client.get(target).header("x-content-type-options") == "nosniff", target


def test_pages_of_other_sites_are_kept_out_although_a_browser_reaches_the_loopback_address(client):
    refused(post_raw(client, origin="https://attacker.example", sec_fetch_site="cross-site"), 403, "foreign_origin")
    refused(client.get("/v1/documents", host="attacker.example"), 403, "unknown_host")
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/v1/documents", host=host).status == 200, host


def test_other_host_names_are_answered_when_they_are_allowed(make_service):
    client = watched(make_service(DOCQUARRY_ALLOWED_HOSTS="docs.example"))
    assert client.get("/v1/documents", host="docs.example").status == 200
    refused(client.get("/v1/documents", host="attacker.example"), 403, "unknown_host")


def test_head_is_answered_on_v1(service, client):
    uid = completed(client)
    unwatched = Client(service.port)
    answer = unwatched.request("HEAD", "/v1/documents/" + uid)
    assert answer.status == 200 and answer.body == b""


def test_a_stopping_service_finishes_what_was_begun_and_goes_on_after_its_restart(make_service):
    running = make_service()
    client = watched(running)
    completed(client)
    uids = [create(client, pdfs.heavy(200, "drain%d" % number)) for number in range(4)]
    assert running.stop() == 0
    assert not running.left_over
    client = watched(running.start())
    for uid in uids:
        assert ended(client, uid) == "COMPLETED"


def test_every_operation_of_openapi_was_exercised(request):
    here = [item for item in request.session.items if item.module is request.module]
    if len(here) < 40:
        pytest.skip("only some tests of this file were selected")
    assert API.never_exercised(lambda path: not is_original(path)) == set()
