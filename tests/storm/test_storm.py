"""A short storm in every test run, and proof that its checkers notice: each rule of the protocol is left out once, and must be missed.

A failure is repeated with the seed that it prints: tests/storm/storm.py --documents 150 --kills 15 --seed N.
"""
import os
import random
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import processes  # noqa: E402
from storm import run_storm  # noqa: E402


def seed():
    return int(os.environ.get("DOCQUARRY_STORM_SEED") or random.SystemRandom().randrange(1, 1 << 31))


@pytest.fixture(autouse=True)
def orphans_are_seen():
    processes.adopt_orphans()


def run(documents, kills, **how):
    outcome = run_storm(documents, kills, seed(), **how)
    print(outcome.line())
    for problem in outcome.examples():
        print("  " + problem)
    return outcome


def test_nothing_is_lost_stuck_doubled_or_half_visible():
    outcome = run(150, 15)
    assert outcome.problems == []
    assert outcome.figures["retried"] > 0, "no task was interrupted: the storm tested nothing"


@pytest.mark.faults
def test_an_attempt_that_was_overtaken_writes_nothing():
    outcome = run(60, 2, partitions=True)
    assert outcome.problems == []
    assert outcome.figures["stale_refused"] > 0, "no attempt was overtaken: the storm tested nothing"


@pytest.mark.faults
@pytest.mark.parametrize("rule, documents, kills", [("fence", 60, 0), ("expiry", 40, 5), ("answer_after_commit", 150, 12)])
def test_the_checkers_notice_when_a_rule_is_left_out(rule, documents, kills):
    for _ in range(3):  # what is left out must meet a fault to do harm
        if run(documents, kills, without=rule).problems:
            return
    pytest.fail("the storm found nothing although the rule '%s' was left out" % rule)
