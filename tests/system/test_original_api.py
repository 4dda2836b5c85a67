"""The original service's API: success bodies byte for byte, the same codes and messages, and none of its defects.

The numbers in the names of the last tests are those of the list of defects found in the original's code, see docs/decisions.
"""
import contextlib
import datetime
import json
import os
import re
import threading
import time

import pdfs
import processes
import pytest
from openapi import is_original, service_api
from stores import open_database

API = service_api()
TIME = r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?"'


@pytest.fixture
def client(service):
    service.client.watch = API.check
    return service.client


def one_page(text="Hello original world", **metadata):
    return pdfs.pdf(text, **metadata)


def upload_one(client, content=None, name="a.pdf", target="/upload"):
    answer = client.upload([(name, one_page() if content is None else content)], target)
    assert answer.status == 202, answer
    return answer.json()["task_ids"][0]


def completed(client, content=None, name="a.pdf", target="/upload"):
    task = upload_one(client, content, name, target)
    status = client.wait_for_status(task)
    assert status["status"] == "COMPLETED", status
    return task


def assert_error(answer, status, message):
    """The superset body: FastAPI clients read `detail`, the original's read `error`."""
    assert answer.status == status, answer
    assert answer.header("content-type") == "application/json"
    quoted = json.dumps(message, ensure_ascii=False)
    pattern = r'\{"detail":%s,"error":%s,"status_code":%d,"timestamp":%s\}' % (re.escape(quoted), re.escape(quoted), status, TIME)
    assert re.fullmatch(pattern, answer.text), answer.text


def assert_invalid(answer, *issues):
    """422 in FastAPI's form; `issues` are (type, loc, msg), the input may be anything."""
    assert answer.status == 422, answer
    detail = answer.json()["detail"]
    assert [(issue["type"], issue["loc"], issue["msg"]) for issue in detail] == [tuple(issue) for issue in issues]
    for issue in detail:
        assert list(issue)[:4] == ["type", "loc", "msg", "input"]


# ---- 1: root, 2: health, 14: documentation


def test_root(client):
    answer = client.get("/")
    assert (answer.status, answer.body) == (
        200, b'{"message":"Document Processing System API","version":"1.0.0","docs":"/docs","health":"/health"}')
    assert answer.header("content-type") == "application/json"


def test_health_has_the_originals_body(client):
    answer = client.get("/health")
    assert answer.status == 200
    assert re.fullmatch(r'\{"status":"healthy","redis_connected":(true|false),"celery_workers":[1-9]\d*,"queue_depth":\d+,"timestamp":%s\}'
                        % TIME, answer.text), answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_documentation_needs_no_internet(client, path):
    answer = client.get(path)
    assert answer.status == 200 and answer.header("content-type").startswith("text/html")
    outside = [url for url in re.findall(r'(?:src|href)="([^"]+)"', answer.text) if re.match(r"(https?:)?//", url)]
    assert outside == []
    for url in re.findall(r'(?:src|href)="(/[^"#]+)"', answer.text):
        assert client.get(url).status == 200, url


def test_openapi_json_describes_both_faces(client):
    spec = client.get("/openapi.json").json()
    assert spec["info"]["title"]
    for path in ("/upload", "/status/{task_id}", "/result/{task_id}", "/results/stream/{task_id}", "/tasks", "/task/{task_id}", "/users",
                 "/users/{user_id}", "/documents", "/documents/{document_id}", "/health", "/"):
        assert path in spec["paths"], path
    assert any(path.startswith("/v1/") for path in spec["paths"])


# ---- 3: upload


def test_upload_answers_as_the_original(make_service):
    client = make_service().client
    answer = client.upload([("a.pdf", one_page())])
    assert (answer.status, answer.body) == (
        202, b'{"task_ids":["1"],"total_files":1,"message":"Successfully queued 1 file(s) for processing"}')
    answer = client.upload([("b.pdf", one_page()), ("c.PDF", one_page())])
    assert (answer.status, answer.body) == (
        202, b'{"task_ids":["2","3"],"total_files":2,"message":"Successfully queued 2 file(s) for processing"}')


def test_upload_takes_user_and_prompt_from_the_query(client):
    task = completed(client, target="/upload?user_id=7&prompt=Short+please")
    row = client.get("/documents/" + task).json()
    assert row["user_id"] == 7 and row["prompt"] == "Short please"


def test_upload_without_files_is_a_validation_error(client):
    answer = client.upload([], fields=[("other", "x")])
    assert_invalid(answer, ("missing", ["body", "files"], "Field required"))
    assert answer.json()["detail"][0]["input"] is None


def test_upload_with_a_wrong_user_id_is_a_validation_error(client):
    answer = client.upload([("a.pdf", one_page())], "/upload?user_id=x")
    assert_invalid(answer, ("int_parsing", ["query", "user_id"], "Input should be a valid integer, unable to parse string as an integer"))


def test_upload_refuses_other_file_types_by_name(client):
    assert_error(client.upload([("a.txt", one_page())]), 400, "Invalid file type: a.txt. Only PDF files are allowed.")


def test_upload_refuses_too_many_files(make_service):
    client = make_service(MAX_FILES_PER_REQUEST=3).client
    assert_error(client.upload([("a.pdf", one_page())] * 4), 400, "Too many files. Maximum 3 files per request.")
    assert client.get("/documents").json() == []


def test_upload_refuses_large_files(make_service):
    client = make_service(MAX_FILE_SIZE_MB=1).client
    fits = pdfs.padded(one_page(), 1 << 20)
    assert client.upload([("fits.pdf", fits)]).status == 202
    assert_error(client.upload([("big.pdf", pdfs.padded(one_page(), (1 << 20) + 1))]), 400,
                 "File too large: big.pdf. Maximum size is 1MB.")


def test_upload_is_limited_in_rate_with_the_originals_message(make_service):
    client = make_service(RATE_LIMIT_REQUESTS=None).client
    answers = [client.upload([("a.pdf", one_page())]) for _ in range(10)]
    assert [answer.status for answer in answers] == [202] * 10
    refused = client.upload([("a.pdf", one_page())])
    assert_error(refused, 429, "Rate limit exceeded. Max 10 requests per 60 seconds.")
    assert 1 <= int(refused.header("retry-after")) <= 60
    assert re.fullmatch(r'"upload";r=0;t=\d+', refused.header("ratelimit"))
    assert refused.header("ratelimit-policy") == '"upload";q=10;w=60'
    assert refused.header("x-ratelimit-limit") == "10" and refused.header("x-ratelimit-remaining") == "0"
    assert client.get("/health").status == 200, "only uploads are limited"


def test_rate_limit_settings_are_obeyed_and_the_window_slides(make_service):
    client = make_service(RATE_LIMIT_REQUESTS=2, RATE_LIMIT_WINDOW=2).client
    assert [client.upload([("a.pdf", one_page())]).status for _ in range(3)] == [202, 202, 429]
    deadline = time.monotonic() + 5
    while client.upload([("a.pdf", one_page())]).status == 429:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_rate_limit_is_atomic(make_service):
    client = make_service(RATE_LIMIT_REQUESTS=5).client
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(client.upload([("a.pdf", one_page())]).status)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202] * 5 + [429] * 15


# ---- 4: status


def test_status_of_a_completed_task(client):
    task = completed(client)
    answer = client.get("/status/" + task)
    assert answer.header("content-type") == "application/json"
    assert re.fullmatch(r'\{"task_id":"%s","status":"COMPLETED","progress":100\.0,"filename":"a\.pdf","created_at":%s,"started_at":%s,'
                        r'"completed_at":%s,"error":null\}' % (task, TIME, TIME, TIME), answer.text), answer.text


def test_status_of_a_failed_task(client):
    task = upload_one(client, b"%PDF-1.7\nno more than a header\n", "broken.pdf")
    client.wait_for_status(task, ["FAILED"])
    assert re.fullmatch(r'\{"task_id":"%s","status":"FAILED","progress":\d+\.\d+,"filename":"broken\.pdf","created_at":%s,"started_at":%s,'
                        r'"completed_at":%s,"error":"[^"]+"\}' % (task, TIME, TIME, TIME), client.get("/status/" + task).text)


def test_status_of_a_waiting_task(make_held_service):
    client = make_held_service().client
    task = upload_one(client)
    assert re.fullmatch(r'\{"task_id":"%s","status":"PENDING","progress":0\.0,"filename":"a\.pdf","created_at":%s,"started_at":null,'
                        r'"completed_at":null,"error":null\}' % (task, TIME), client.get("/status/" + task).text)


@pytest.mark.parametrize("path", ["/status/%s", "/result/%s", "/results/stream/%s"])
@pytest.mark.parametrize("task", ["999999", "abc", "1e3", "-1", "99999999999999999999", "00000000-0000-0000-0000-000000000000"])
def test_unknown_task(client, path, task):
    assert_error(client.get(path % task), 404, "Task not found: " + task)


# ---- 5: result, 6: stream


def test_result(client):
    task = completed(client, one_page("First line\nSecond line", title="The title", author="A. Author", subject="Subject", creator="Creator",
                                      producer="Producer", created="D:20200102030405Z", modified="D:20210102030405+01'00'"), "r.pdf")
    answer = client.get("/result/" + task)
    assert answer.status == 200 and answer.header("content-type") == "application/json"
    found = re.fullmatch(r'\{"task_id":"%s","filename":"r\.pdf","page_count":1,"text":"([^"]*)","metadata":(\{[^}]*\}),'
                         r'"extraction_time_seconds":\d+\.\d+,"summary":null\}' % task, answer.text)
    assert found, answer.text
    assert json.loads('"%s"' % found[1]).split() == ["First", "line", "Second", "line"]
    metadata = json.loads(found[2])
    assert list(metadata) == ["author", "creator", "producer", "subject", "title", "creation_date", "modification_date"]
    assert metadata["author"] == "A. Author" and metadata["title"] == "The title"
    assert metadata["creation_date"].startswith("2020-01-02T03:04:05")


def test_result_emits_null_for_absent_metadata(client):
    metadata = client.get("/result/" + completed(client)).json()["metadata"]
    assert metadata == dict.fromkeys(["author", "creator", "producer", "subject", "title", "creation_date", "modification_date"])


def test_result_is_utf8_unescaped(client):
    task = completed(client, one_page("caf\u00e9 \u2013 d\u00e9j\u00e0", title="T\u00eftle \u6587"), "caf\u00e9.pdf")
    answer = client.get("/result/" + task)
    assert "caf\u00e9 \u2013 d\u00e9j\u00e0" in answer.text and "T\u00eftle \u6587" in answer.text and '"filename":"caf\u00e9.pdf"' in answer.text


def test_result_before_completion(make_held_service):
    client = make_held_service().client
    task = upload_one(client)
    assert_error(client.get("/result/" + task), 400, "Task is not completed yet. Current status: PENDING")


def test_result_of_a_failed_task(client):
    task = upload_one(client, b"%PDF-1.7\nno more than a header\n")
    client.wait_for_status(task, ["FAILED"])
    assert_error(client.get("/result/" + task), 400, "Task is not completed yet. Current status: FAILED")


def test_stream_is_one_line_with_the_whole_result(client):
    task = completed(client, pdfs.numbered(3))
    answer = client.get("/results/stream/" + task)
    assert answer.status == 200 and answer.header("content-type").startswith("application/x-ndjson")
    lines = answer.body.split(b"\n")
    assert len(lines) == 2 and lines[1] == b""
    assert lines[0] == client.get("/result/" + task).body


def test_stream_before_completion(make_held_service):
    client = make_held_service().client
    task = upload_one(client)
    answer = client.get("/results/stream/" + task)
    assert (answer.status, answer.body) == (200, b'{"error":"Result not found"}\n') or \
        (answer.status, answer.body) == (200, b'{"error": "Result not found"}\n')


# ---- 7: tasks, 8: delete


def test_tasks_lists_oldest_first_with_the_true_total(make_service):
    client = make_service().client
    assert client.get("/tasks").body == b'{"tasks":[],"total":0,"page":1,"page_size":50}'
    tasks = [completed(client, name="t%d.pdf" % number) for number in range(5)]
    listed = client.get("/tasks?page=2&page_size=2")
    assert re.fullmatch(r'\{"tasks":\[.*\],"total":5,"page":2,"page_size":2\}', listed.text)
    assert [task["task_id"] for task in listed.json()["tasks"]] == tasks[2:4]
    one = client.get("/status/" + tasks[2]).text
    assert one in listed.text, "the same object as /status"
    assert client.get("/tasks?page=9").json()["tasks"] == []


def test_tasks_checks_its_parameters_with_the_originals_messages(client):
    assert_error(client.get("/tasks?page=0"), 400, "Page must be >= 1")
    for size in (0, 101):
        assert_error(client.get("/tasks?page_size=%d" % size), 400, "Page size must be between 1 and 100")
    assert_invalid(client.get("/tasks?page=x"),
                   ("int_parsing", ["query", "page"], "Input should be a valid integer, unable to parse string as an integer"))


def test_delete(client, service):
    before = len(service.stored_files())
    task = completed(client)
    answer = client.delete("/task/" + task)
    assert (answer.status, answer.body) == (200, b'{"message":"Task %s deleted successfully"}' % task.encode())
    assert_error(client.get("/status/" + task), 404, "Task not found: " + task)
    assert_error(client.get("/documents/" + task), 404, "Document not found")
    assert_error(client.delete("/task/" + task), 404, "Task not found: " + task)
    assert len(service.stored_files()) == before, "the original file is gone too"


# ---- 9, 10: users

KEY = "k" * 32


def test_users(client):
    answer = client.post_json("/users", {"email": "ann@example.com", "api_key": KEY + "ann"})
    assert answer.status == 201
    found = re.fullmatch(r'\{"email":"ann@example\.com","id":(\d+),"api_key":"%sann","created_at":%s\}' % (KEY, TIME), answer.text)
    assert found, answer.text
    assert client.get("/users/" + found[1]).body == answer.body
    assert_error(client.post_json("/users", {"email": "ann@example.com", "api_key": KEY + "other"}), 400, "User with this email already exists")


def test_users_validation(client):
    assert_invalid(client.post_json("/users", {"email": "ann2@example.com", "api_key": "short"}),
                   ("string_too_short", ["body", "api_key"], "String should have at least 32 characters"))
    assert client.post_json("/users", {"email": "ann2@example.com", "api_key": "short"}).json()["detail"][0]["ctx"] == {"min_length": 32}
    assert_invalid(client.post_json("/users", {}), ("missing", ["body", "email"], "Field required"), ("missing", ["body", "api_key"], "Field required"))
    bad = client.post_json("/users", {"email": "nobody", "api_key": KEY})
    assert bad.status == 422 and bad.json()["detail"][0]["loc"] == ["body", "email"]
    assert bad.json()["detail"][0]["type"] == "value_error"
    broken = client.post("/users", b'{"email":', content_type="application/json")
    assert broken.status == 422
    assert broken.json()["detail"][0]["type"] == "json_invalid" and broken.json()["detail"][0]["loc"][0] == "body"


def test_user_lookup(client):
    assert_error(client.get("/users/999999"), 404, "User not found")
    assert_invalid(client.get("/users/abc"),
                   ("int_parsing", ["path", "user_id"], "Input should be a valid integer, unable to parse string as an integer"))


# ---- 11, 12: documents

DOCUMENT_KEYS = ["filename", "s3_key", "id", "user_id", "status", "result_text", "prompt", "summary", "error_message", "page_count",
                 "extraction_time_seconds", "created_at", "started_at", "completed_at"]


def test_document(client):
    task = completed(client, pdfs.numbered(2), "d.pdf")
    answer = client.get("/documents/" + task)
    assert list(answer.json()) == DOCUMENT_KEYS
    assert re.fullmatch(r'\{"filename":"d\.pdf","s3_key":"uploads/[^"/]+\.pdf","id":%s,"user_id":1,"status":"COMPLETED","result_text":"[^"]+",'
                        r'"prompt":null,"summary":null,"error_message":null,"page_count":2,"extraction_time_seconds":\d+\.\d+,'
                        r'"created_at":%s,"started_at":%s,"completed_at":%s\}' % (task, TIME, TIME, TIME), answer.text), answer.text
    assert answer.json()["result_text"] == client.get("/result/" + task).json()["text"]


def test_document_that_is_unknown_or_no_number(client):
    assert_error(client.get("/documents/999999"), 404, "Document not found")
    assert_invalid(client.get("/documents/abc"),
                   ("int_parsing", ["path", "document_id"], "Input should be a valid integer, unable to parse string as an integer"))


def test_documents_filters_and_pages(make_service):
    client = make_service().client
    assert client.get("/documents").body == b"[]"
    good = [completed(client, name="g%d.pdf" % number) for number in range(3)]
    bad = upload_one(client, b"%PDF-1.7\nno more than a header\n")
    client.wait_for_status(bad, ["FAILED"])
    other = completed(client, target="/upload?user_id=2")
    everything = client.get("/documents").json()
    assert [row["id"] for row in everything] == [int(task) for task in good + [bad]], "user 1 by default, ordered"
    assert all(list(row) == DOCUMENT_KEYS for row in everything)
    finished = client.get("/documents?status_filter=COMPLETED&limit=10").json()
    assert [row["id"] for row in finished] == [int(task) for task in good]
    assert [row["id"] for row in client.get("/documents?skip=1&limit=2").json()] == [int(task) for task in good[1:3]]
    assert [row["id"] for row in client.get("/documents?user_id=2").json()] == [int(other)]
    assert len(client.get("/documents?limit=100000").json()) == 4, "the limit is clamped silently"
    one = client.get("/documents/" + good[0]).text
    assert one in client.get("/documents").text


# ---- conventions


def test_trailing_slash_is_redirected(client):
    answer = client.get("/documents/?limit=1")
    assert answer.status == 307 and re.fullmatch(r"(http://127\.0\.0\.1:\d+)?/documents\?limit=1", answer.header("location"))


def test_head_is_refused_as_by_the_original(client):
    for path in ("/", "/health", "/tasks", "/documents"):
        assert client.request("HEAD", path).status == 405, path


def test_unknown_route_and_wrong_method(client):
    assert (client.get("/nowhere").status, client.get("/nowhere").body) == (404, b'{"detail":"Not Found"}')
    answer = client.request("PUT", "/upload")
    assert (answer.status, answer.body) == (405, b'{"detail":"Method Not Allowed"}')
    assert "POST" in answer.header("allow")


def test_a_body_that_is_no_form_is_refused(client):
    answer = client.post("/upload", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
    assert answer.status == 400 and answer.json()["detail"]


def test_error_format_legacy_drops_detail(make_service):
    client = make_service(ERROR_FORMAT="legacy").client
    answer = client.get("/status/1")
    assert re.fullmatch(r'\{"error":"Task not found: 1","status_code":404,"timestamp":%s\}' % TIME, answer.text)


def test_settings_come_from_a_dotenv_file_too(make_service):
    running = make_service(start=False, RATE_LIMIT_REQUESTS=None)
    with open(os.path.join(running.directory, ".env"), "w") as file:
        file.write("# as the original reads it\nmax_files_per_request=2\nRATE_LIMIT_REQUESTS=\"1000\"\n")
    client = running.start().client
    assert_error(client.upload([("a.pdf", one_page())] * 3), 400, "Too many files. Maximum 2 files per request.")


def test_queue_depth_above_the_limit_is_refused_with_503(make_held_service):
    client = make_held_service(DOCQUARRY_QUEUE_LIMIT=3).client
    answers = [client.upload([("a.pdf", one_page())]) for _ in range(6)]
    assert answers[0].status == 202 and answers[-1].status == 503, answers
    assert_error(answers[-1], 503, "System is at capacity. Please try again in a few minutes.")
    assert int(answers[-1].header("retry-after")) > 0


# ---- defects of the original that must be gone


@pytest.mark.faults
def test_defect_1_a_crash_after_the_row_leaves_no_document_waiting_for_ever(make_service):
    running = make_service(start=False, DOCQUARRY_LEASE="1s")  # its own worker may have claimed it before the crash
    running.start(DOCQUARRY_FAULT="accept.after_record:1:kill")
    with pytest.raises(Exception):
        running.client.upload([("a.pdf", one_page())])
    running.process.wait(10)
    running.kill()
    client = running.start().client
    rows = client.get("/documents").json()
    assert len(rows) == 1, "the row was committed"
    assert client.wait_for_status(rows[0]["id"])["status"] == "COMPLETED"
    assert len(running.stored_files()) == 1


def test_defect_2_one_bad_file_refuses_the_whole_request(make_service):
    running = make_service()
    client = running.client
    for bad in (("b.txt", one_page()), ("empty.pdf", b""), ("fake.pdf", b"not a pdf at all")):
        answer = client.upload([("a.pdf", one_page()), bad, ("c.pdf", one_page())])
        assert answer.status == 400, answer
        assert client.get("/documents").json() == [], "nothing of the request was accepted"
    assert running.stored_files() == []


def test_defect_3_a_restart_forgets_nothing(make_service):
    running = make_service()
    task = completed(running.client, pdfs.numbered(2))
    paths = ["/status/" + task, "/result/" + task, "/results/stream/" + task, "/tasks", "/documents", "/documents/" + task]
    before = [running.client.get(path).body for path in paths]
    assert running.stop() == 0
    client = running.start().client
    assert [client.get(path).body for path in paths] == before


def test_defect_4_completed_is_never_said_before_the_result_is_durable(make_service):
    running = make_service()
    for _ in range(3):
        task = completed(running.client)
        running.kill()
        client = running.start().client
        assert client.get("/status/" + task).json()["status"] == "COMPLETED"
        assert "Hello original world" in client.get("/result/" + task).json()["text"]


def test_defect_4_a_nul_in_the_text_is_no_obstacle(client):
    task = completed(client, pdfs.pdf(contents=[b"BT /F1 12 Tf 72 720 Td (before) Tj 0 -16 Td (\\000) Tj 0 -16 Td (after) Tj ET"]))
    text = client.get("/result/" + task).json()["text"]
    assert "before" in text and "after" in text and "\0" not in text
    assert client.get("/documents/" + task).json()["result_text"] == text


def test_defect_5_finished_work_is_not_done_again(make_service):
    running = make_service()
    task = completed(running.client)
    before = running.client.get("/status/" + task).body
    for _ in range(2):
        running.kill()
        running.start()
    other = completed(running.client)
    assert other != task
    assert running.client.get("/status/" + task).body == before


def test_defect_6_a_document_that_takes_longer_than_the_lease_runs_once(make_service):
    running = make_service(DOCQUARRY_LEASE="1s")
    completed(running.client)
    with processes.stopped([p.pid for p in processes.descendants(running.pid)]):  # the extractor; the worker goes on keeping its lease
        task = upload_one(running.client)
        time.sleep(2.5)
    assert running.client.wait_for_status(task)["status"] == "COMPLETED"
    with open_database(running.database) as database:
        assert [row["attempt"] for row in database.execute("SELECT attempt FROM tasks WHERE document_id = ?", [int(task)])] == [1]


@pytest.mark.faults
def test_defect_7_a_failed_attempt_is_not_shown_as_failed(make_service):
    client = make_service(DOCQUARRY_FAULT="process.after_extract:1:error").client
    task = upload_one(client)
    seen = set()
    deadline = time.monotonic() + 30
    while "COMPLETED" not in seen:
        status = client.get("/status/" + task).json()
        seen.add(status["status"])
        assert time.monotonic() < deadline
    assert "FAILED" not in seen
    assert status["error"] is None
    row = client.get("/documents/" + task).json()
    assert row["error_message"] is None and row["status"] == "COMPLETED"


def test_defect_8_deleting_a_running_task_leaves_no_ghost(make_service):
    running = make_service()
    client = running.client
    task = upload_one(client, pdfs.heavy(800))
    client.wait_for_status(task, ["PROCESSING", "COMPLETED"])
    assert client.delete("/task/" + task).status == 200
    other = completed(client)  # whatever the worker still did for the deleted one is over
    assert_error(client.get("/status/" + task), 404, "Task not found: " + task)
    assert [entry["task_id"] for entry in client.get("/tasks").json()["tasks"]] == [other]
    assert len(running.stored_files()) == 1


@pytest.mark.parametrize("name, content", [
    ("broken", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
    ("header only", b"%PDF-1.7\n"),
])
def test_defect_11_an_unreadable_file_fails_with_a_reason(client, name, content):
    task = upload_one(client, content)
    status = client.wait_for_status(task)
    assert status["status"] == "FAILED" and status["error"], status


def test_defect_11_a_document_without_text_has_a_result(client):
    task = completed(client, pdfs.without_text())
    answer = client.get("/result/" + task)
    assert answer.status == 200 and answer.json()["text"].strip() == "" and answer.json()["page_count"] == 1


def test_defect_13_an_unknown_user_id_creates_that_user(make_service):
    client = make_service().client
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(client.upload([("a.pdf", one_page())], "/upload?user_id=42").status))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [202] * 8, "concurrent first uploads"
    assert client.get("/users/42").json()["id"] == 42
    assert {row["user_id"] for row in client.get("/documents?user_id=42").json()} == {42}
    made = client.post_json("/users", {"email": "later@example.com", "api_key": KEY})
    assert made.status == 201, "ids do not collide with the created one"


def test_defect_14_the_default_user_can_be_read(client):
    upload_one(client)
    answer = client.get("/users/1")
    assert answer.status == 200 and answer.json()["id"] == 1


def test_defect_15_a_duplicate_api_key_is_the_clients_fault(client):
    assert client.post_json("/users", {"email": "one@example.com", "api_key": KEY + "same"}).status == 201
    answer = client.post_json("/users", {"email": "two@example.com", "api_key": KEY + "same"})
    assert answer.status == 400, answer


def test_defect_15_a_file_name_that_is_too_long_is_refused_before_anything_is_stored(client, service):
    before = service.stored_files()
    assert client.upload([("a" * 252 + ".pdf", one_page())]).status == 400
    assert service.stored_files() == before
    assert client.upload([("a" * 251 + ".pdf", one_page())]).status == 202


def test_defect_16_documents_are_ordered_and_bad_ranges_are_refused(client):
    ids = [row["id"] for row in client.get("/documents").json()]
    assert ids == sorted(ids)
    for bad in ("skip=-1", "limit=-1"):
        answer = client.get("/documents?" + bad)
        assert answer.status == 422, answer
        assert answer.json()["detail"][0]["type"] == "greater_than_equal"


def test_defect_17_the_total_of_tasks_counts_what_exists(make_service):
    client = make_service().client
    tasks = [completed(client) for _ in range(3)]
    client.delete("/task/" + tasks[1])
    listed = client.get("/tasks").json()
    assert listed["total"] == 2 and len(listed["tasks"]) == 2


def test_defect_18_all_times_are_utc(client):
    before = datetime.datetime.utcnow()
    task = completed(client)
    after = datetime.datetime.utcnow() + datetime.timedelta(milliseconds=1)
    status, row = client.get("/status/" + task).json(), client.get("/documents/" + task).json()
    for name in ("created_at", "started_at", "completed_at"):
        assert status[name] == row[name], name
    times = [datetime.datetime.fromisoformat(status[name]) for name in ("created_at", "started_at", "completed_at")]
    assert before - datetime.timedelta(milliseconds=1) <= times[0] <= times[1] <= times[2] <= after


@contextlib.contextmanager
def files_away(running):
    """The object store cannot be used: its directory is none any more, or nobody listens at its address."""
    if "s3" in running.places:
        proxy = running.places["s3"].store.proxy
        proxy.refuse()
        proxy.cut_all()
        yield
        proxy.heal()
        return
    hidden = os.path.join(running.data, "files")
    os.rename(hidden, hidden + ".away")
    with open(hidden, "w"):
        pass
    try:
        yield
    finally:
        os.remove(hidden)
        os.rename(hidden + ".away", hidden)


def test_defect_19_health_looks_at_the_stores(make_service):
    running = make_service()
    running.expected_errors = {"request failed"}
    assert running.client.get("/readyz").status == 200
    with files_away(running):
        assert running.client.get("/health").status == 200 and running.client.get("/health").json()["status"] == "unhealthy"
        assert running.client.get("/readyz").status == 503
    assert running.client.get("/readyz").status == 200


def test_defect_20_the_stream_can_be_read_page_by_page(client):
    task = completed(client, pdfs.numbered(4))
    lines = client.get("/results/stream/%s?pages=true" % task).text.splitlines()
    assert len(lines) >= 4
    pages = [json.loads(line) for line in lines]
    texts = [page["text"] for page in pages if "text" in page]
    assert len(texts) == 4 and all("page %d line 1" % (number + 1) in text for number, text in enumerate(texts))


def test_every_operation_of_the_original_was_exercised(request):
    here = [item for item in request.session.items if item.module is request.module]
    if len(here) < 40:
        pytest.skip("only some tests of this file were selected")
    assert API.never_exercised(is_original) == set()
