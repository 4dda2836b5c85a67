"""Every named fault point, struck in every way: see enumerate_faults.py, which also runs single cases."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import enumerate_faults  # noqa: E402


@pytest.mark.faults
def test_nothing_is_lost_at_any_fault_point():
    assert len(enumerate_faults.fault_points()) >= 10
    failed, ran = enumerate_faults.run_all()
    print("%d runs" % ran)
    assert failed == []
