"""Real servers, once per run; fresh places on them and processes of the service, per test or per file."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "storm"))

from cluster import KINDS, Cluster  # noqa: E402
from service import finish  # noqa: E402
from stores import Stores  # noqa: E402


@pytest.fixture(scope="session")
def stores():
    with Stores() as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults_left(stores):
    yield
    stores.heal()


def make(stores, kinds, roles, settings):
    return Cluster([stores.get(kind).new_place() for kind in kinds], roles, **settings)


def finish_all(cluster):
    """A clean end of every process that runs, as finish() checks it."""
    for service in cluster.services:
        finish(service)


@pytest.fixture(scope="module")
def cluster(stores):
    """Two API and two worker processes on all stores, for a whole file."""
    running = make(stores, KINDS, ("api", "api", "worker", "worker"), {})
    try:
        yield running.start()
        stores.heal()
        finish_all(running)
    finally:
        running.close()


@pytest.fixture
def make_cluster(stores):
    """make_cluster(kinds, roles, NAME="value", ...): processes of their own on places of their own."""
    made = []

    def start(kinds=KINDS, roles=("api", "api", "worker", "worker"), start=True, **settings):
        running = make(stores, kinds, roles, settings)
        made.append(running)
        return running.start() if start else running

    try:
        yield start
        stores.heal()
        for running in made:
            finish_all(running)
    finally:
        for running in made:
            running.close()
