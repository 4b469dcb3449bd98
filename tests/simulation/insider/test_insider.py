"""Forty stories of an insider, and some that nobody has seen before; thousands of them: `make insider`."""

from collections.abc import Iterator
from random import SystemRandom

import pytest

from tests.simulation.insider.run import Place, place

GROUPS, IN_GROUP = 8, 5
FRESH = 5


@pytest.fixture(scope="module")
def where() -> Iterator[Place]:
    with place() as made:
        yield made


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_leaves_that_is_neither_approved_nor_told_of(where: Place, group: int) -> None:
    left = 0
    for seed in range(1 + group * IN_GROUP, 1 + (group + 1) * IN_GROUP):
        lived = where.insider(seed)
        assert not lived.faults, lived.report()
        left += lived.left
    assert left > 0


def test_nor_in_stories_that_nobody_has_seen_before(where: Place) -> None:
    dice = SystemRandom()
    for _fresh in range(FRESH):
        lived = where.insider(dice.randrange(10**9))
        assert not lived.faults, lived.report()
