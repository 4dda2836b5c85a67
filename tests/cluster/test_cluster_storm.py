"""The storm of tests/storm on two API and two worker processes and real stores, and proof that its checkers notice there, too.

A failure is repeated with the seed that it prints: ./dev storm --backend cluster --documents 300 --kills 30 --seed N.
"""
import os
import random

import processes
import pytest
from storm import run_storm


def seed():
    return int(os.environ.get("DOCQUARRY_STORM_SEED") or random.SystemRandom().randrange(1, 1 << 31))


@pytest.fixture(autouse=True)
def orphans_are_seen():
    processes.adopt_orphans()


def run(stores, documents, kills, **how):
    outcome = run_storm(documents, kills, seed(), backend="cluster", stores=stores, **how)
    print(outcome.line())
    for problem in outcome.examples():
        print("  " + problem)
    return outcome


def test_nothing_is_lost_stuck_doubled_or_half_visible(stores):
    outcome = run(stores, 300, 30)
    assert outcome.problems == []
    assert outcome.figures["retried"] > 0, "no task was interrupted: the storm tested nothing"


@pytest.mark.faults
def test_an_attempt_that_was_overtaken_writes_nothing(stores):
    outcome = run(stores, 80, 2, partitions=True)
    assert outcome.problems == []
    assert outcome.figures["stale_refused"] > 0, "no attempt was overtaken: the storm tested nothing"


@pytest.mark.faults
@pytest.mark.parametrize("rule, documents, kills, shows", [
    ("fence", 80, 0, ("wrong_result", "duplicated", "half_written", "answers_wrong")),
    ("expiry", 80, 6, ("stuck",)),
    ("answer_after_commit", 200, 15, ("lost",)),
])
def test_the_checkers_notice_when_a_rule_is_left_out(stores, rule, documents, kills, shows):
    for _ in range(3):  # what is left out must meet a fault to do harm
        figures = run(stores, documents, kills, without=rule, patience=8).figures
        if any(figures[name] for name in shows):
            return
    pytest.fail("the storm found nothing although the rule '%s' was left out" % rule)
