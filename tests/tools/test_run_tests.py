"""The runner itself: a failure that it does not count would hide everything."""
import sys

import pytest


@pytest.fixture
def runner(tool, tmp_path, monkeypatch):
    module = tool("run_tests")
    monkeypatch.setattr(module, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(module, "PYTHON", sys.executable)
    return module


def program(tmp_path, text, status=0):
    path = tmp_path / "fake_test"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {status}\n")
    path.chmod(0o755)
    return path


OK = "[ RUN      ] A.one\n[       OK ] A.one (0 ms)"


@pytest.mark.parametrize("text, status, passed, failed, skipped", [
    (OK, 0, 1, 0, 0),
    (OK + "\n[ RUN      ] A.two\nexpected\n[  FAILED  ] A.two (0 ms)\n[  FAILED  ] A.two", 1, 1, 1, 0),
    (OK + "\n[ RUN      ] A.two\nAddressSanitizer: heap-use-after-free", 1, 1, 1, 0),
    (OK + "\n[ RUN      ] A.two\n[  SKIPPED ] A.two (0 ms)\n[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] A.two", 0, 1, 0, 1),
    (OK + "\nLeakSanitizer: detected memory leaks", 23, 1, 1, 0),
    ("cannot start", 127, 0, 1, 0),
])
def test_googletest_programs_are_counted(runner, tmp_path, text, status, passed, failed, skipped):
    runner.googletest("fake", program(tmp_path, text, status))
    assert (runner.TALLY.passed, runner.TALLY.failed, runner.TALLY.skipped) == (passed, failed, skipped)


def test_only_failures_are_shown(runner, tmp_path, capsys):
    runner.googletest("fake", program(tmp_path, OK + "\n[ RUN      ] A.two\nthe reason\n[  FAILED  ] A.two (0 ms)", 1))
    shown = capsys.readouterr().out
    assert "the reason" in shown and "A.one" not in shown


@pytest.mark.parametrize("text, passed, failed, skipped", [
    ("def test_a(): pass\ndef test_b(): assert False\n", 1, 1, 0),
    ("import pytest\ndef test_a(): pytest.skip('x')\ndef test_b(): pass\n", 1, 0, 1),
    ("import pytest\n@pytest.fixture\ndef x(): raise ValueError\ndef test_a(x): pass\n", 0, 1, 0),
    ("this is no python\n", 0, 1, 0),
])
def test_pytest_suites_are_counted(runner, tmp_path, text, passed, failed, skipped):
    (tmp_path / "test_inner.py").write_text(text)
    runner.pytest("inner", ["-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / "test_inner.py")])
    assert (runner.TALLY.passed, runner.TALLY.failed, runner.TALLY.skipped) == (passed, failed, skipped)


def test_what_does_not_end_is_killed_and_counted(runner):
    assert runner.one("endless", ["sleep", "60"], seconds=0.2) is False
    assert runner.TALLY.failed == 1


def test_the_closing_line_and_the_status(runner, capsys):
    runner.one("good", ["true"])
    assert runner.TALLY.finish() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"
    runner.one("bad", ["false"])
    assert runner.TALLY.finish() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"


def test_a_run_without_any_test_is_no_success(runner):
    assert runner.TALLY.finish() == 1
