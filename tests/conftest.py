"""Fixtures of all black-box suites: the real program, started and stopped for real."""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("harness", "fixtures", "hostile"):
    sys.path.insert(0, os.path.join(HERE, folder))

from service import Service, finish  # noqa: E402  (needs the path above)
from stores import Stores  # noqa: E402

# DOCQUARRY_TEST_STORES: on which stores the black-box suites run; those that are not named are the embedded ones.
STORES = {"embedded": (), "postgres": ("postgres",), "cluster": ("postgres", "redis", "s3", "sqs")}
CHOSEN = os.environ.get("DOCQUARRY_TEST_STORES") or "embedded"


def pytest_collection_modifyitems(items):
    """@pytest.mark.embedded("why"): what can be tested on the embedded stores only."""
    for item in items:
        mark = item.get_closest_marker("embedded")
        if mark and STORES[CHOSEN]:
            item.add_marker(pytest.mark.skip(reason="on the embedded stores only: " + mark.args[0]))


@pytest.fixture(scope="session")
def new_service():
    """new_service(NAME="value", ...): a service on fresh places of the chosen stores; whoever makes it, closes it."""
    with Stores() as stores:
        yield lambda **settings: Service(places=stores.new_places(STORES[CHOSEN]), **settings)


@pytest.fixture(scope="module")
def service(new_service):
    """One run for a whole test file; its tests share the documents."""
    running = new_service()
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
def make_service(new_service):
    """make_service(NAME="value", ...): a run of its own, with its own data and settings."""
    made = []

    def make(start=True, **settings):
        running = new_service(**settings)
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
