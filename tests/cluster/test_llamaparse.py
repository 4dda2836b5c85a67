"""Documents that LlamaCloud reads, from outside: who extracts, what it costs, what happens when LlamaCloud fails. Needs no setting but
LLAMA_CLOUD_API_KEY, LLAMA_CLOUD_BASE_URL and DOCQUARRY_EXTRACTOR."""
import glob
import os
import sqlite3
import time

import pdfs
import pytest
from llamacloud import LlamaCloud, scripted

PDF = pdfs.pdf("Hello from here")


@pytest.fixture(scope="module")
def cloud():
    with LlamaCloud() as server:
        yield server


@pytest.fixture
def make(make_service, cloud):
    """make(order): a service that may use LlamaCloud, which has forgotten everything before."""
    def start(order="local", **settings):
        cloud.forget()
        return make_service(LLAMA_CLOUD_API_KEY=settings.pop("LLAMA_CLOUD_API_KEY", cloud["key"]), LLAMA_CLOUD_BASE_URL=cloud["url"],
                            DOCQUARRY_EXTRACTOR=order, **settings)
    return start


def create(service, content, target="/v1/documents?wait=30", **headers):
    joint = "&" if "?" in target else "?"
    answer = service.client.post(target + joint + "filename=a.pdf", content, content_type="application/pdf", **headers)
    assert answer.status in (200, 202), answer
    return answer.json()


def text_of(service, document):
    return service.client.get("/v1/documents/%s/result" % document["id"], accept="text/plain").text


def test_nothing_is_sent_unless_somebody_asks_for_it(make, cloud):
    service = make()
    document = create(service, scripted(PDF, pages=["from the cloud"]))
    assert document["status"] == "COMPLETED" and document["extractor"].startswith("pdfium")
    assert document["extractor_job"] is None and document["credits"] is None
    assert cloud.seen()["requests"] == []


def test_a_request_chooses_and_is_told_who_did_it_and_for_how_much(make, cloud):
    service = make()
    document = create(service, scripted(PDF, pages=["from the cloud", "page two"], polls=1), "/v1/documents?wait=30&extractor=llamaparse")
    seen = cloud.seen()
    assert document["status"] == "COMPLETED" and document["extractor"] == "llamaparse-cost_effective"
    assert document["extractor_job"] == seen["jobs"][0]["id"] and document["credits"] == 6
    assert document["page_count"] == 2 and document["pages_done"] == 2
    assert "from the cloud" in text_of(service, document) and "page two" in text_of(service, document)
    markdown = service.client.get("/v1/documents/%s/result" % document["id"], accept="text/markdown").text
    assert "# Page 1" in markdown
    assert cloud["key"] not in service.log()


def test_the_operator_chooses_for_all_and_the_original_routes_follow(make, cloud):
    service = make("llamaparse")
    task = service.client.upload([("a.pdf", scripted(PDF, pages=["from the cloud"]))]).json()["task_ids"][0]
    assert service.client.wait_for_status(task)["status"] == "COMPLETED"
    assert "from the cloud" in service.client.get("/result/" + task).text
    assert len(cloud.seen()["jobs"]) == 1


def test_a_user_has_an_extractor_of_his_own_and_a_request_goes_before_it(make, cloud):
    service = make()
    create(service, PDF)
    service.stop()
    (path,) = glob.glob(os.path.join(service.data, "docquarry.db"))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE users SET extractor = 'llamaparse' WHERE id = 1")
    database.close()
    service.start()
    assert create(service, scripted(PDF, pages=["x"]))["extractor"].startswith("llamaparse")
    assert create(service, PDF, "/v1/documents?wait=30&extractor=local")["extractor"].startswith("pdfium")
    assert create(service, PDF, "/v1/documents?wait=30&user_id=2")["extractor"].startswith("pdfium")


def test_without_a_key_the_wish_is_refused_before_anything_is_stored(make_service):
    service = make_service()
    answer = service.client.post("/v1/documents?extractor=llamaparse", PDF, content_type="application/pdf")
    assert answer.status == 422 and "LLAMA_CLOUD_API_KEY" in answer.text
    assert service.client.upload([("a.pdf", PDF)], "/v1/documents", fields=[("extractor", "llamaparse")]).status == 422
    assert service.stored_files() == [] and service.client.get("/v1/documents").json()["documents"] == []


def test_an_order_that_cannot_be_followed_stops_the_start(make_service):
    service = make_service(start=False, DOCQUARRY_EXTRACTOR="llamaparse,local")
    with pytest.raises(RuntimeError, match="LLAMA_CLOUD_API_KEY must be set"):
        service.start()


@pytest.mark.parametrize("script", [{"fail": "It cannot be read"}, {"pages": 3, "empty": True}], ids=["failed", "empty"])
def test_our_own_extractor_takes_over(make, script):
    service = make("llamaparse,local")
    document = create(service, scripted(PDF, **script))
    assert document["status"] == "COMPLETED" and document["extractor"].startswith("pdfium")
    assert "Hello from here" in text_of(service, document)


def test_a_wrong_key_is_not_tried_again_and_says_what_to_set(make, cloud):
    service = make("llamaparse", LLAMA_CLOUD_API_KEY="llx-wrong")
    document = create(service, PDF)
    assert document["status"] == "FAILED" and document["error"]["code"] == "extractor_refused"
    assert "LLAMA_CLOUD_API_KEY" in document["error"]["message"]
    assert len(cloud.seen()["requests"]) == 1
    assert "llx-wrong" not in service.log()


def test_an_encrypted_document_is_told_to_be_one(make):
    document = create(make("llamaparse"), scripted(PDF, fail="PDF_IS_PROTECTED"))
    assert document["status"] == "FAILED" and document["error"]["code"] == "password_required"


def test_faults_on_the_way_cost_neither_the_document_nor_a_second_job(make, cloud):
    service = make("llamaparse")
    cloud.break_with({"match": "POST /api/v1/beta/files", "status": 503}, {"match": "POST /api/v2/parse", "cut": "after"},
                     {"match": "GET /api/v2/parse/", "status": 429}, {"match": "GET /api/v2/parse/", "cut": "middle"})
    assert create(service, scripted(PDF, pages=4))["status"] == "COMPLETED"
    assert len(cloud.seen()["jobs"]) == 1


def test_a_cancelled_document_is_cancelled_there_as_well(make, cloud):
    service = make("llamaparse")
    document = create(service, scripted(PDF, polls=-1), "/v1/documents")
    wait_until(lambda: cloud.seen()["jobs"])
    service.client.post("/v1/documents/%s/cancel" % document["id"])
    wait_until(lambda: cloud.seen()["jobs"][0]["status"] == "CANCELLED")
    assert service.client.get("/v1/documents/%s/status?wait=10" % document["id"]).json()["status"] == "CANCELLED"


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "stopped"])
def test_an_interrupted_service_goes_on_with_the_job_and_uploads_nothing_again(make, cloud, kill):
    service = make("llamaparse")
    document = create(service, scripted(PDF, pages=["x"], polls=6), "/v1/documents")
    wait_until(lambda: cloud.count("GET", "/api/v2/parse/") > 1)
    if kill:
        service.kill()
    else:
        assert service.stop() == 0
    service.start()
    status = service.client.get("/v1/documents/%s/status?wait=30" % document["id"]).json()
    assert status["status"] == "COMPLETED"
    seen = cloud.seen()
    assert len(seen["jobs"]) == 1 and len(seen["files"]) == 1


def test_our_own_work_goes_on_while_documents_wait_there(make):
    service = make(DOCQUARRY_CONCURRENCY=1)
    waiting = [create(service, scripted(PDF, polls=-1), "/v1/documents?extractor=llamaparse") for _ in range(6)]
    assert create(service, PDF)["status"] == "COMPLETED"
    for document in waiting:
        service.client.post("/v1/documents/%s/cancel" % document["id"])


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within %g s" % seconds
        time.sleep(0.02)
