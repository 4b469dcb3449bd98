"""The simulated release and plain arithmetic check each other; no limit of a carrier is broken."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.timetable import Ceilings

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MINUTE = timedelta(minutes=1)
Release = Callable[..., Any]


@pytest.fixture(scope="module")
def scale() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield import_module("scale")


@given(parts=st.integers(1, 60_000), tps=st.integers(1, 150))
@settings(max_examples=15, deadline=None)
def test_simulation_and_arithmetic_agree(scale: Any, parts: int, tps: int) -> None:
    left = scale.released(parts, tps)
    assert left.minutes.total() == parts
    assert abs(left.when(1) - scale.counted(parts, tps)) <= 2 * MINUTE
    assert left.seconds <= tps
    assert max(left.minutes.values()) <= 61 * tps


@pytest.mark.parametrize("ceilings", [Ceilings(700, 0), Ceilings(0, 2_000), Ceilings(700, 2_000)])
def test_ceilings_are_kept_and_everything_leaves_in_the_open_hours(scale: Any, ceilings: Ceilings) -> None:
    left = scale.released(5_000, 2, ceilings)
    assert left.minutes.total() == 5_000
    assert left.waited.most_common(1)[0][0] in {"ceilings", "hours"}
    for minute in left.minutes:
        assert 8 <= (8 + minute // 60) % 24 < 21
        hour = sum(left.minutes[minute + more] for more in range(60))
        assert not ceilings.hour or hour <= ceilings.hour
    days = {minute // 1440 for minute in left.minutes}
    for day in days:
        total = sum(count for minute, count in left.minutes.items() if minute // 1440 == day)
        assert not ceilings.day or total <= ceilings.day


def test_a_link_that_is_down_is_late_by_so_much(scale: Any) -> None:
    quiet, down = scale.released(60_000, 50), scale.released(60_000, 50, Ceilings(), 3600)
    assert down.seconds <= 50, "it saves up a second's worth, and gives it out within one"
    assert abs((down.done - quiet.done) - 3600) < 5
    assert down.minutes.total() == 60_000


def test_more_links_are_never_slower(scale: Any) -> None:
    times = [scale.released(-(-100_000 // links), 40).done for links in (1, 2, 5, 10)]
    assert times == sorted(times, reverse=True)
