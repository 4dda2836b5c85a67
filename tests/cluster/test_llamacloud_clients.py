"""The stand-in for LlamaCloud is right because LlamaIndex's own clients work with it: Python `llama-cloud`, npm `@llamaindex/llama-cloud`."""
import json
import os
import subprocess

import pytest
from llamacloud import LlamaCloud, scripted

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPTS = os.path.join(ROOT, "tests", "servers", "llamacloud_clients")
INSTALLED = os.path.join(ROOT, "build", "test-servers")  # by tools/setup test
NODE_MODULES = os.path.join(INSTALLED, "llamacloud_npm")
CLIENTS = {"python": [os.path.join(INSTALLED, "llamacloud_python", "bin", "python"), os.path.join(SCRIPTS, "run_python.py")],
           "npm": ["node", os.path.join(SCRIPTS, "run_npm.mjs")]}

DOCUMENTS = {"plain.pdf": {"pages": 3}, "three.pdf": {"pages": ["one", "two", "three"], "polls": 2}, "partly.pdf": {"pages": 2, "failed_pages": [2]},
             "failing.pdf": {"fail": "It cannot be read"}, "endless.pdf": {"polls": -1}}


@pytest.fixture(scope="module", params=sorted(CLIENTS))
def run(request, tmp_path_factory):
    """(what the client saw, what the server saw); the first upload is refused once, and one poll is cut off."""
    folder = tmp_path_factory.mktemp("documents")
    for name, script in DOCUMENTS.items():
        (folder / name).write_bytes(scripted(b"%PDF-1.7\nnothing", **script))
    with LlamaCloud() as cloud:
        cloud.break_with({"match": "POST /api/v2/parse/upload", "status": 429, "headers": {"retry-after": "1"}},
                         {"match": "GET /api/v2/parse/", "cut": "before"})
        client = subprocess.run([*CLIENTS[request.param], cloud["url"], cloud["key"], str(folder)], cwd=NODE_MODULES, capture_output=True,
                                text=True, timeout=120)
        assert client.returncode == 0, client.stderr
        yield json.loads(client.stdout.splitlines()[-1]), cloud.seen()


def test_a_client_gets_text_markdown_page_numbers_and_credits(run):
    assert run[0]["parsed"] == {"status": "COMPLETED", "texts": ["one", "two", "three"], "numbers": [1, 2, 3], "credits": 9,
                                "markdown": ["# Page 1\n\none", "# Page 2\n\ntwo", "# Page 3\n\nthree"]}


def test_a_page_that_cannot_be_read_is_no_success(run):
    assert run[0]["partly_failed"]["markdown"] == ["# Page 1\n\npage 1", "failed: The page could not be read"]


def test_a_file_is_found_by_our_name_for_it_and_a_job_by_our_mark_and_pages_count_from_one(run):
    assert run[0]["by_file"] == {"found": True, "listed": True, "status": "COMPLETED", "numbers": [2, 3]}


def test_a_job_is_cancelled(run):
    assert run[0]["cancelled"] == "CANCELLED"


def test_failures_and_refusals_are_told_as_the_clients_expect_them(run):
    seen = run[0]
    assert "FAILED" in seen["failed"] and "It cannot be read" in seen["failed"]
    assert seen["wrong_key"].startswith("AuthenticationError") and "Invalid API Key" in seen["wrong_key"]
    assert seen["unknown"].startswith("NotFoundError")
    assert seen["invalid"].startswith("UnprocessableEntityError") and "tier" in seen["invalid"]


def test_a_client_tries_again_what_was_refused_for_the_moment_or_cut_off(run):
    faults = [request for request in run[1]["requests"] if request["fault"]]
    assert len(faults) == 2
    uploads = [request["at"] for request in run[1]["requests"] if request["path"] == "/api/v2/parse/upload"]
    assert uploads[1] - uploads[0] >= 1, "Retry-After was not honoured"
