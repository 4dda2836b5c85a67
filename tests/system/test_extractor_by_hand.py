"""docquarry-extractor as people run it: one document on standard input, frames as lines of JSON."""
import json
import os
import subprocess

import make_pdfs
import pytest
from service import binary

EXTRACTOR = os.path.join(os.path.dirname(binary()), "docquarry-extractor")


def run(document, *options):
    return subprocess.run([EXTRACTOR, "extract", "--best-effort", *options], input=document, capture_output=True, timeout=60)


def frames(document, *options):
    done = run(document, *options)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {frame["kind"]: frame for frame in found}, done


def text_of(document, *options):
    return frames(document, *options)[0]["page"]["text"]


def test_a_document_becomes_begin_page_facts_and_end():
    done = run(make_pdfs.make("plain"))
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert kinds == ["begin", "page", "facts", "end"] and done.returncode == 0
    found, _ = frames(make_pdfs.make("plain"))
    assert found["facts"]["metadata"]["title"] == "Plain"
    assert found["page"]["lines"][0]["words"][0]["text"] == "A"


def test_columns_are_read_one_after_the_other():
    text = text_of(make_pdfs.make("columns"))
    assert text.index("ated word") < text.index("Right column")
    assert "hyphenated" in text


def test_every_cell_of_a_table_is_there():
    text = text_of(make_pdfs.make("table"))
    for row in make_pdfs.TABLE:
        for cell in row:
            assert cell in text


def test_other_scripts_arrive_as_their_letters():
    text = text_of(make_pdfs.make("scripts"))
    for word in ("λόγος", "слово", "日本語", "😀"):
        assert word in text


def test_a_page_without_text_says_so():
    found, _ = frames(make_pdfs.make("without_text"))
    assert found["page"]["has_text_layer"] is False and found["page"]["text"] == ""


def test_a_turned_page_is_turned():
    found, _ = frames(make_pdfs.make("turned"))
    assert found["page"]["rotation"] == 90 and (found["page"]["width"], found["page"]["height"]) == (792, 612)


def test_a_damaged_document_is_rebuilt():
    assert "Found in the rubble" in text_of(make_pdfs.make("damaged"))


@pytest.mark.parametrize("kind", ["rc4", "aes128", "aes256"])
def test_a_password_opens_and_its_absence_is_told_from_a_wrong_one(kind, tmp_path):
    document = make_pdfs.make(kind)
    word = tmp_path / "password"
    word.write_bytes(make_pdfs.SECRET + b"\n")
    assert "Behind a password" in text_of(document, "--password-file", str(word))
    found, done = frames(document)
    assert found["failed"]["code"] == "password_required" and done.returncode == 1
    word.write_text("wrong")
    assert frames(document, "--password-file", str(word))[0]["failed"]["code"] == "wrong_password"


def test_an_owner_password_alone_keeps_nobody_out():
    found, _ = frames(make_pdfs.make("owner_password_only"))
    assert found["facts"]["encrypted"] is True and "Behind a password" in found["page"]["text"]


def test_what_is_no_pdf_fails_with_its_code():
    found, done = frames(b"this is no PDF")
    assert found["failed"]["code"] == "invalid_document" and done.returncode == 1


def test_every_escape_attempt_is_refused():
    done = subprocess.run([EXTRACTOR, "escape-attempts", "--best-effort"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    refused = [line for line in done.stdout.splitlines() if line.startswith("refused")]
    assert len(refused) >= 28


def test_unknown_options_are_wrong_usage():
    assert run(b"", "--nonsense").returncode == 2
    assert subprocess.run([EXTRACTOR], capture_output=True, timeout=60).returncode == 2
