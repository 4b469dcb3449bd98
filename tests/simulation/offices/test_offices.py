"""Fifty random offices, each with a history of its own; thousands of them: `make offices`."""

import pytest

from tests.simulation.offices.run import office

GROUPS, IN_GROUP = 10, 5


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_goes_out_that_must_not_and_every_run_ends_once(group: int) -> None:
    sent = 0
    for seed in range(1 + group * IN_GROUP, 1 + (group + 1) * IN_GROUP):
        lived = office(seed)
        assert not lived.faults, lived.report()
        sent += lived.sent
    assert sent > 0
