"""tools/setup with a stand-in for the package manager: what it installs, and that it changes nothing where it cannot help."""
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ("bash", "cat", "cksum", "sed", "grep", "mkdir", "dirname", "env", "id", "true")


@pytest.fixture
def machine(tmp_path):
    """machine(installed=..., available=..., after_update=...): a project and a PATH of its own; returns (setup, log)."""
    def make(installed=(), available=(), after_update=(), apt=True):
        (tmp_path / "tools").mkdir()
        shutil.copy(ROOT / "tools/setup", tmp_path / "tools/setup")
        (tmp_path / "tools/fetch_test_servers").write_text(f"#!/bin/bash\necho fetched >> {tmp_path}/log\n")
        (tmp_path / "tools/fetch_test_servers").chmod(0o755)
        bin = tmp_path / "bin"
        bin.mkdir()
        for name in NEEDED:
            os.symlink(shutil.which(name), bin / name)
        log = tmp_path / "log"
        log.write_text("")
        (tmp_path / "installed").write_text("\n".join(installed) + "\n")
        (tmp_path / "available").write_text("\n".join(available) + "\n")

        def program(name, text):
            (bin / name).write_text("#!/bin/bash\n" + text)
            (bin / name).chmod(0o755)
        if apt:
            program("dpkg-query", f'grep -qx "${{@: -1}}" {tmp_path}/installed && printf installed\n')
            program("apt-cache", f'grep -qx "$2" {tmp_path}/available && echo "  Candidate: 1" || echo "  Candidate: (none)"\nprintf "%.0sa long table of versions\\n" {{1..5000}}\n')
            program("apt-get", f'echo "$@" >> {log}\n'
                    + "".join(f'[ "$1" = update ] && echo {name} >> {tmp_path}/available\n' for name in after_update) + "true\n")
            program("sudo", f'echo sudo >> {log}; exec "$@"\n')

        def setup(which="run"):
            return subprocess.run(["bash", str(tmp_path / "tools/setup"), which], env={"PATH": str(bin)}, capture_output=True, text=True)
        return setup, log
    return make


def packages(text, which="run"):
    """The first choice of every need in one of the script's tables."""
    table = text.split(which + "_needs='\n")[1].split("'")[0]
    return [line.split()[0].split("|")[0] for line in table.splitlines() if line.strip()]


FIRST_CHOICES = packages((ROOT / "tools/setup").read_text())


def test_nothing_to_do_installs_nothing_and_is_remembered(machine):
    setup, log = machine(installed=FIRST_CHOICES)
    ended = setup()
    assert ended.returncode == 0
    assert log.read_text() == ""
    assert setup().returncode == 0


def test_only_what_is_missing_is_installed(machine):
    setup, log = machine(installed=[name for name in FIRST_CHOICES if name not in ("cmake", "ccache")], available=["cmake", "ccache"])
    assert setup().returncode == 0
    assert "install -y -qq --no-install-recommends cmake ccache" in log.read_text()
    assert "update" not in log.read_text()


def test_names_of_other_releases_are_taken(machine):
    names = [name.replace("1.81", "1.83").replace("clang-19", "clang-18") for name in FIRST_CHOICES]
    setup, log = machine(available=names)
    assert setup().returncode == 0
    assert "libboost1.83-dev" in log.read_text() and "clang-18" in log.read_text() and "1.81" not in log.read_text()


def test_the_sanitizers_fit_the_compiler(machine):
    setup, log = machine(installed=["clang-18"], available=["clang-19", "libclang-rt-19-dev", "libclang-rt-18-dev", *FIRST_CHOICES,
                                                            *packages((ROOT / "tools/setup").read_text(), "test"), "npm"])
    ended = setup("test")
    assert ended.returncode == 0, ended.stderr
    assert "libclang-rt-18-dev" in log.read_text() and "libclang-rt-19-dev" not in log.read_text() and " clang-19 " not in log.read_text()


@pytest.mark.parametrize("which", ["test", "bench"])
def test_what_debian_does_not_have_is_fetched_once_and_for_tests_only(machine, which):
    text = (ROOT / "tools/setup").read_text()
    tests = [name.replace("CLANG", "19") for name in (*packages(text, "test"), *packages(text, "bench"))]
    setup, log = machine(installed=[*FIRST_CHOICES, *tests, "npm"])
    assert setup("run").returncode == 0
    assert log.read_text() == ""
    assert setup(which).returncode == setup(which).returncode == 0
    assert log.read_text() == "fetched\n"


def test_old_package_lists_are_read_anew(machine):
    setup, log = machine(installed=FIRST_CHOICES[1:], after_update=FIRST_CHOICES[:1])
    assert setup().returncode == 0
    assert log.read_text().index("update") < log.read_text().index("install")


def test_an_unknown_system_is_told_what_it_lacks_and_nothing_is_installed(machine):
    setup, log = machine(installed=[name for name in FIRST_CHOICES if name != "libexpected-dev"])
    ended = setup()
    assert ended.returncode == 1
    assert "libexpected-dev" in ended.stderr and "nothing was installed" in ended.stderr
    assert "install" not in log.read_text()
    assert setup().returncode == 1, "not remembered"


def test_a_system_without_apt_is_told_what_it_lacks(machine):
    setup, _ = machine(apt=False)
    ended = setup()
    assert ended.returncode == 1
    assert "cmake" in ended.stderr and "ninja-build" in ended.stderr and "nothing was changed" in ended.stderr


def test_wrong_usage(machine):
    setup, _ = machine()
    assert setup("everything").returncode == 2
