import importlib.machinery
import importlib.util
import pathlib

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def tool():
    """Loads a script of tools/, which has no .py ending, as a module."""
    def load(name):
        loader = importlib.machinery.SourceFileLoader(name, str(TOOLS / name))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
        loader.exec_module(module)
        return module
    return load
