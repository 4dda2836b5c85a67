import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

LAYERS = """
# comment
base:
domain:          base
drivers/sql:     domain base
drivers/sqlite:  drivers/sql base
app:             drivers/sqlite domain base
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/LAYERS").write_text(LAYERS)

    def add(name, *includes):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#pragma once\n" + "".join(f"#include {include}\n" for include in includes))
        return tmp_path
    return add


def test_allowed_includes_pass(project, tool):
    project("drivers/sqlite/a.cc", '"drivers/sql/b.h"', '"drivers/sqlite/a.h"', "<vector>", "<sqlite3.h>", '"embedded/sql_files.h"')
    root = project("main.cc", '"app/x.h"', '"base/y.h"')
    assert tool("check_layers").check(root) == []


@pytest.mark.parametrize("name, include, complaint", [
    ("base/a.cc", '"domain/b.h"', "src/base/a.cc:2: base must not include domain"),
    ("drivers/sql/a.cc", '"drivers/sqlite/b.h"', "drivers/sql must not include drivers/sqlite"),
    ("drivers/sqlite/a.cc", '"domain/b.h"', "drivers/sqlite must not include domain"),
    ("domain/sub/a.h", '"app/b.h"', "domain must not include app"),
    ("domain/a.cc", '"b.h"', '"b.h" is not a path from src/'),
    ("domain/a_test.cc", '"app/b.h"', "domain must not include app"),
    ("domain/a.h", "<sqlite3.h>", "sqlite3.h must not be included in a header"),
    ("domain/a.h", "<boost/beast/http.hpp>", "boost/beast/http.hpp must not be included in a header"),
    ("domain/a.h", "<libpq-fe.h>", "libpq-fe.h must not be included in a header"),
    ("elsewhere/a.cc", "<vector>", "lies in no folder of src/LAYERS"),
    ("domain/a.cc", '"tests/contracts/x.h"', "is not a path from src/"),
])
def test_a_wrong_include_is_named(project, tool, name, include, complaint):
    found = tool("check_layers").check(project(name, include))
    assert len(found) == 1 and complaint in found[0]


def test_what_only_tests_and_programs_may_do(project, tool):
    project("domain/a_test.cc", '"tests/contracts/x.h"')
    root = project("domain/tool_main.cc", '"app/x.h"')
    assert tool("check_layers").check(root) == []


def test_circles_and_unknown_folders_are_found(tmp_path, tool):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/LAYERS").write_text("a: b\nb: a c\n")
    found = tool("check_layers").check(tmp_path)
    assert "src/LAYERS: a reaches itself" in found and "src/LAYERS: c is not a folder of its own line" in found


def test_this_project_keeps_its_layers(tool):
    assert tool("check_layers").check(ROOT) == []
