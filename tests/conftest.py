"""Fixtures of all black-box suites: the real program, started and stopped for real."""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("harness", "fixtures", "hostile"):
    sys.path.insert(0, os.path.join(HERE, folder))

from service import Service, finish  # noqa: E402  (needs the path above)


@pytest.fixture(scope="module")
def service():
    """One run for a whole test file; its tests share the documents."""
    running = Service()
    running.expected_errors = set()
    try:
        yield running.start()
        finish(running)
    finally:
        running.close()


@pytest.fixture
def client(service):
    return service.client


@pytest.fixture
def make_service():
    """make_service(NAME="value", ...): a run of its own, with its own data and settings."""
    made = []

    def make(start=True, **settings):
        running = Service(**settings)
        running.expected_errors = set()
        made.append(running)
        return running.start() if start else running

    try:
        yield make
        for running in made:
            finish(running)
    finally:
        for running in made:
            running.close()


@pytest.fixture
def make_held_service(make_service):
    """A service on which nothing that is uploaded gets its turn; the documents of hold() come before what the test uploads."""
    def make(**settings):
        running = make_service(DOCQUARRY_CONCURRENCY=1, **settings)
        running.hold()
        return running
    return make
