"""The fault points that only the drivers of PostgreSQL, Redis, S3 and SQS have, killed and failing, with one document each.

With all other points, actions and more documents: ./dev faults --backend cluster, ./dev faults --backend postgres.
"""
import enumerate_faults
import pytest


def struck(stores, backend, points):
    failed, ran = enumerate_faults.run_all(backend=backend, stores=stores, points=points, actions=("kill", "error"), counts=(1,))
    print("%d runs" % ran)
    assert [(case.name, case.problems) for case in failed] == []


@pytest.mark.faults
def test_nothing_is_lost_at_the_fault_points_of_the_drivers(stores):
    points = [point for point in enumerate_faults.points_only_of("cluster") if point not in enumerate_faults.IN_PARTS]
    assert len(points) >= 10
    struck(stores, "cluster", points)


@pytest.mark.faults
def test_nothing_is_lost_when_postgres_rings_the_bell(stores):
    struck(stores, "postgres", ["announce.before_send"])
