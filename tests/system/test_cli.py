"""The command line: extraction without a service, settings, and the client commands against a running one."""
import json
import os
import pty
import re
import select
import shutil
import subprocess

import pdfs
import pytest
from service import ROOT, binary, environment


@pytest.fixture
def run(tmp_path):
    """run(ARGUMENT, ..., input=..., NAME="setting") in an empty directory."""
    def call(*arguments, stdin=None, **settings):
        return subprocess.run([binary(), *map(str, arguments)], cwd=tmp_path, env=environment(settings), input=stdin, capture_output=True,
                              timeout=120)
    return call


@pytest.fixture
def folder(tmp_path):
    """a.pdf, b.PDF, sub/c.pdf, sub/broken.pdf, and a file that is none of our business."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (root / "a.pdf").write_bytes(pdfs.numbered(2, "alpha"))
    (root / "b.PDF").write_bytes(pdfs.numbered(1, "beta"))
    (root / "sub" / "c.pdf").write_bytes(pdfs.numbered(3, "gamma"))
    (root / "notes.txt").write_text("no pdf")
    return root


# ---- extract


def test_extract_one_file_as_text(run, folder):
    ended = run("extract", folder / "a.pdf")
    assert ended.returncode == 0 and ended.stderr == b""
    pages = ended.stdout.decode().split("\f")
    assert len(pages) == 2 and "alpha page 1 line 1" in pages[0] and "alpha page 2 line 3" in pages[1]


def test_extract_in_every_format(run, folder):
    assert b"alpha page 1 line 1" in run("extract", "--format", "markdown", folder / "a.pdf").stdout
    body = json.loads(run("extract", "--format", "json", folder / "a.pdf").stdout)
    assert body["page_count"] == 2 and [page["number"] for page in body["pages"]] == [1, 2] and body["pages"][0]["lines"]
    lines = [json.loads(line) for line in run("extract", "-f", "ndjson", folder / "a.pdf").stdout.splitlines()]
    assert [line["type"] for line in lines] == ["document", "page", "page", "end"]


def test_extract_a_directory_in_order(run, folder):
    ended = run("extract", folder)
    assert ended.returncode == 0 and ended.stderr == b""
    text = ended.stdout.decode()
    assert text.index("alpha") < text.index("beta") < text.index("gamma")


def test_extract_into_a_directory(run, folder, tmp_path):
    ended = run("extract", folder, "--format", "markdown", "-o", tmp_path / "out")
    assert ended.returncode == 0 and ended.stdout == b""
    found = sorted(os.path.relpath(os.path.join(at, name), tmp_path / "out") for at, _, names in os.walk(tmp_path / "out") for name in names)
    assert found == ["a.md", "b.md", "sub/c.md"]
    assert "gamma page 3" in (tmp_path / "out" / "sub" / "c.md").read_text()


def test_extract_into_a_file(run, folder, tmp_path):
    assert run("extract", folder / "a.pdf", "-o", "a.txt").returncode == 0
    assert "alpha page 1" in (tmp_path / "a.txt").read_text()


def test_extract_from_standard_input(run):
    ended = run("extract", "-", stdin=pdfs.pdf("from a pipe"))
    assert ended.returncode == 0 and b"from a pipe" in ended.stdout
    ended = run("extract", "-", stdin=b"")
    assert ended.returncode == 1 and b"empty" in ended.stderr


def test_extract_some_pages(run, folder):
    pages = [json.loads(line) for line in run("extract", "-f", "ndjson", "--pages", "2-", folder / "sub" / "c.pdf").stdout.splitlines()]
    assert [page["number"] for page in pages if page["type"] == "page"] == [2, 3]


def test_a_file_that_fails_costs_one_line_and_status_1(run, folder):
    (folder / "sub" / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    ended = run("extract", folder)
    assert ended.returncode == 1
    lines = ended.stderr.decode().splitlines()
    assert len(lines) == 1 and "broken.pdf" in lines[0]
    assert b"alpha" in ended.stdout and b"gamma" in ended.stdout
    ended = run("extract", folder / "a.pdf", folder / "missing.pdf")
    assert ended.returncode == 1 and b"missing.pdf" in ended.stderr and b"alpha" in ended.stdout


@pytest.mark.parametrize("arguments", [["extract"], ["extract", "--format", "pdf", "x.pdf"], ["extract", "--nonsense", "x.pdf"], ["nonsense"], [],
                                       ["extract", "--pages", "5-2", "x.pdf"], ["extract", "--jobs", "0", "x.pdf"], ["status"], ["list", "-n", "x"],
                                       ["result", "a", "b"], ["serve", "--listen", "nonsense"], ["extract", "--password-file", "missing", "x.pdf"]])
def test_wrong_usage_is_status_2_with_a_sentence(run, arguments):
    ended = run(*arguments)
    assert ended.returncode == 2 and ended.stdout == b"" and ended.stderr.startswith(b"docquarry: "), ended


def test_extract_an_encrypted_file(run, tmp_path):
    from test_bad_input import encrypted
    (tmp_path / "locked.pdf").write_bytes(encrypted(b"sesame"))
    ended = run("extract", "locked.pdf")
    assert ended.returncode == 1 and b"password" in ended.stderr
    (tmp_path / "right").write_text("sesame\n")
    (tmp_path / "wrong").write_text("abracadabra\n")
    ended = run("extract", "--password-file", "right", "locked.pdf")
    assert ended.returncode == 0 and b"Secret page" in ended.stdout
    ended = run("extract", "--password-file", "wrong", "locked.pdf")
    assert ended.returncode == 1 and b"password" in ended.stderr and b"abracadabra" not in ended.stderr


def test_thousands_of_files_in_one_call(run, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(2000):
        (many / ("d%04d.pdf" % number)).write_bytes(pdfs.pdf("document number %d" % number))
    ended = run("extract", many, "--jobs", "4")
    assert ended.returncode == 0, ended.stderr[-500:]
    assert [int(number) for number in re.findall(rb"document number (\d+)", ended.stdout)] == list(range(2000))


def test_jobs_give_the_same_output(run, folder):
    assert run("extract", "-f", "markdown", "--jobs", "1", folder).stdout == run("extract", "-f", "markdown", "--jobs", "4", folder).stdout


def test_extract_works_read_only_and_leaves_nothing_behind(run, folder, tmp_path):
    before = sorted(os.listdir(tmp_path))
    run("extract", folder)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_reader_that_goes_away_ends_extract(tmp_path):
    path = tmp_path / "big.pdf"
    path.write_bytes(pdfs.heavy(500))
    process = subprocess.Popen([binary(), "extract", str(path), str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment({}))
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(30) == 1
    process.stderr.close()


def test_a_progress_bar_is_shown_on_a_terminal_only(folder):
    def said(*options):
        main, terminal = pty.openpty()
        process = subprocess.Popen([binary(), "extract", *options, str(folder), "-o", str(folder) + "-out/"], stdout=terminal, stderr=terminal,
                                   env=environment({"TERM": "xterm"}))
        os.close(terminal)
        text = b""
        while True:
            try:
                select.select([main], [], [], 10)
                piece = os.read(main, 4096)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(main)
        assert process.wait(30) == 0
        return text

    assert b"of 3 documents" in said()
    assert said("--quiet") == b""


# ---- settings, help


def test_config_shows_values_and_where_they_come_from(run, tmp_path):
    (tmp_path / ".env").write_text("MAX_FILES_PER_REQUEST=7\nDOCQUARRY_LEASE=5s\n")
    ended = run("config", "--set", "RATE_LIMIT_REQUESTS=3", DOCQUARRY_LEASE="9s")
    assert ended.returncode == 0
    rows = {line.split()[0]: line.split(None, 2)[1:] for line in ended.stdout.decode().splitlines()}
    assert rows["MAX_FILES_PER_REQUEST"][0] == "7" and ".env" in rows["MAX_FILES_PER_REQUEST"][1]
    assert rows["DOCQUARRY_LEASE"][0] == "9s" and "environment" in rows["DOCQUARRY_LEASE"][1]
    assert rows["RATE_LIMIT_REQUESTS"][0] == "3" and "--set" in rows["RATE_LIMIT_REQUESTS"][1]
    assert rows["DOCQUARRY_LISTEN"][0] == "127.0.0.1:8000" and "default" in rows["DOCQUARRY_LISTEN"][1]


def test_config_refuses_what_serve_would_refuse(run):
    ended = run("config", DOCQUARRY_LESE="9s")
    assert ended.returncode == 2 and b"DOCQUARRY_LESE" in ended.stderr and b"DOCQUARRY_LEASE" in ended.stderr


def test_migrate_makes_the_database(run, tmp_path):
    assert run("migrate").returncode == 0
    assert (tmp_path / "data" / "docquarry.db").exists()
    assert run("migrate").returncode == 0, "twice is fine"


def test_help_names_every_command(run):
    text = run("--help").stdout.decode()
    for command in ("serve", "extract", "upload", "status", "result", "list", "cancel", "retry", "delete", "config", "migrate", "completion"):
        assert command in text
        described = run(command, "--help")
        assert described.returncode == 0 and command in described.stdout.decode()
    assert re.fullmatch(rb"docquarry \d+\.\d+\.\d+\n", run("--version").stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(run, shell):
    ended = run("completion", shell)
    assert ended.returncode == 0 and b"extract" in ended.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ended.stdout, check=True)


def test_bash_completes_commands_and_options(run):
    script = run("completion", "bash").stdout.decode()

    def completed(*words):
        line = script + "\nCOMP_WORDS=(%s); COMP_CWORD=%d; _docquarry docquarry '%s' '%s'; printf '%%s\\n' \"${COMPREPLY[@]}\"" % (
            " ".join("'%s'" % word for word in words), len(words) - 1, words[-1], words[-2])
        return subprocess.run(["bash", "-c", line], capture_output=True, text=True).stdout.split()

    assert "extract" in completed("docquarry", "ex")
    assert "--format" in completed("docquarry", "extract", "--f")


def test_the_man_page_is_there():
    path = os.path.join(ROOT, "docs", "docquarry.1")
    with open(path) as file:
        text = file.read()
    assert ".TH" in text and "extract" in text
    if shutil.which("man"):
        subprocess.run(["man", "--warnings", "-l", path], stdout=subprocess.DEVNULL, check=True)


# ---- client commands


@pytest.fixture
def on(run, service):
    """on(ARGUMENT, ...): a client command against the running service."""
    def call(*arguments):
        return run(*arguments, DOCQUARRY_SERVER="http://127.0.0.1:%d" % service.port)
    return call


def test_upload_waits_and_prints_one_line_per_document(on, folder):
    ended = on("upload", folder)
    assert ended.returncode == 0, ended
    lines = ended.stdout.decode().splitlines()
    assert len(lines) == 3 and all("COMPLETED" in line for line in lines)
    assert [name in line for name, line in zip(("a.pdf", "b.PDF", "c.pdf"), lines)] == [True] * 3


def test_upload_of_a_bad_file_is_status_1_and_the_others_go_on(on, folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "fake.pdf").write_bytes(b"hello")
    ended = on("upload", folder)
    assert ended.returncode == 1
    assert ended.stdout.decode().count("COMPLETED") == 3
    assert b"broken.pdf" in ended.stdout + ended.stderr and b"fake.pdf" in ended.stderr


def test_status_result_list_delete(on, folder):
    uid = json.loads(on("upload", "--json", folder / "a.pdf").stdout.splitlines()[0])["id"]
    ended = on("status", uid)
    assert ended.returncode == 0 and uid in ended.stdout.decode() and "COMPLETED" in ended.stdout.decode()
    assert on("result", uid).stdout == on("extract", folder / "a.pdf").stdout, "the same text as without a service"
    assert b"alpha" in on("result", "--format", "markdown", uid).stdout
    assert json.loads(on("result", "--format", "json", uid).stdout)["id"] == uid
    assert on("result", uid, "-o", folder / "r.txt").returncode == 0 and "alpha" in (folder / "r.txt").read_text()
    assert uid in on("list", "-n", "200").stdout.decode() and uid in on("list", "--name", "A.PDF", "--status", "COMPLETED").stdout.decode()
    assert json.loads(on("list", "--json", "-n", "1").stdout)["id"] == uid
    assert on("retry", uid).returncode == 0
    assert b"COMPLETED" in on("status", "--wait", uid).stdout
    assert on("delete", uid).returncode == 0
    assert uid not in on("list").stdout.decode()
    ended = on("delete", uid)
    assert ended.returncode == 1 and uid.encode() in ended.stderr


def test_client_commands_say_when_nobody_answers(run):
    ended = run("list", DOCQUARRY_SERVER="http://127.0.0.1:1")
    assert ended.returncode == 1 and b"127.0.0.1:1" in ended.stderr, ended


def test_cancel(make_held_service, run):
    waiting = make_held_service()
    address = "http://127.0.0.1:%d" % waiting.port
    uid = waiting.client.post("/v1/documents", pdfs.pdf("x"), content_type="application/pdf").json()["id"]
    assert run("cancel", uid, DOCQUARRY_SERVER=address).returncode == 0
    assert b"CANCELLED" in run("status", uid, DOCQUARRY_SERVER=address).stdout
