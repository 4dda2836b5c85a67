"""What comes out of each document of documents.py, compared with the golden file beside it. `./dev golden` shows the same differences,
`./dev golden --accept` makes them the new expectation."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import documents  # noqa: E402
import golden  # noqa: E402


@pytest.mark.parametrize("name", documents.MAKERS)
def test_a_document_becomes_what_its_golden_files_say(name):
    shown = golden.check([name])
    assert not shown, "\n".join(["see ./dev golden %s" % name] + shown)


def test_every_golden_file_has_its_document():
    stems = {path.name.split(".")[0] for pattern in ("*.md", "*.json") for path in golden.HERE.glob(pattern)} - {"README"}
    assert stems == set(documents.MAKERS)
