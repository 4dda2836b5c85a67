"""The examples of the README are run: every block of shell that talks to the service, in order, against a fresh one."""
import os
import re
import subprocess

import pdfs
import pytest
from service import ROOT, binary, environment

README = os.path.join(ROOT, "README.md")


def shell_blocks():
    if not os.path.exists(README):
        return []
    with open(README) as file:
        blocks = re.findall(r"^```(?:sh|bash|console|shell)\n(.*?)^```", file.read(), re.M | re.S)
    return [block for block in blocks if "curl" in block or re.search(r"^\s*docquarry (extract|upload|status|list)", block, re.M)]


def test_the_readme_has_examples():
    assert any("/upload" in block for block in shell_blocks()) and any("/v1/documents" in block for block in shell_blocks())


def test_the_readmes_examples_work(make_service, tmp_path):
    running = make_service()
    (tmp_path / "bin").mkdir()
    os.symlink(binary(), tmp_path / "bin" / "docquarry")
    for block in shell_blocks():
        for name in set(re.findall(r"[\w./-]+\.pdf", block)):
            path = tmp_path / name
            if not path.exists() and not path.is_absolute() or str(path).startswith(str(tmp_path)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(pdfs.numbered(3, "readme"))
        for name in set(re.findall(r"(?:upload|extract) ([\w-]+)/", block)):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "one.pdf").write_bytes(pdfs.numbered(1, "readme"))
        script = re.sub(r"(?:127\.0\.0\.1|localhost):8000", "127.0.0.1:%d" % running.port, block)
        script = re.sub(r"\bcurl ", "curl --fail-with-body -sS ", script)
        if re.search(r"make (run|test)|git clone|apt", script):
            continue
        settings = {"PATH": "%s:%s" % (tmp_path / "bin", os.environ["PATH"]), "DOCQUARRY_SERVER": "http://127.0.0.1:%d" % running.port}
        ended = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env={**environment({}), **settings}, capture_output=True,
                               text=True, timeout=60)
        assert ended.returncode == 0, "%s\n%s\n%s" % (script, ended.stdout, ended.stderr)
        for task in re.findall(r'"task_ids":\["(\d+)"', ended.stdout):
            running.client.wait_for_status(task)


@pytest.mark.parametrize("page", ["configuration.md", "errors.md"])
def test_generated_documents_are_there(page):
    assert os.path.exists(os.path.join(ROOT, "docs", page))
