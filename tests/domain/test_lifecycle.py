import re
from itertools import product

import pytest

from campaigner.domain import lifecycle
from campaigner.domain.lifecycle import ENDED, OPEN, RunState, advance, sources_of
from campaigner.errors import StateError

ALLOWED = {
    ("planned", "generating"), ("planned", "withdrawn"), ("planned", "missed"), ("generating", "withdrawn"),
    ("generated", "withdrawn"), ("generated", "missed"), ("returned", "withdrawn"), ("returned", "missed"),
    ("approved", "withdrawn"), ("partly", "withdrawn"), ("partly", "held"), ("releasing", "held"),
    ("held", "partly"), ("held", "releasing"), ("held", "expired"), ("held", "cancelled"),
    ("generating", "generated"), ("generating", "generating"),
    ("generating", "planned"), ("generated", "approved"), ("generated", "returned"), ("generated", "planned"),
    ("returned", "generating"), ("returned", "planned"), ("approved", "releasing"), ("approved", "planned"),
    ("approved", "returned"), ("approved", "generated"), ("approved", "missed"),
    ("releasing", "released"), ("releasing", "releasing"), ("releasing", "approved"), ("releasing", "partly"),
    ("partly", "releasing"), ("partly", "released"), ("withdrawn", "planned"), ("expired", "planned"),
    ("missed", "planned"),
    ("planned", "expired"), ("generating", "expired"), ("generated", "expired"), ("returned", "expired"),
    ("approved", "expired"), ("partly", "expired"),
    ("planned", "cancelled"), ("generating", "cancelled"), ("generated", "cancelled"), ("returned", "cancelled"),
    ("approved", "cancelled"), ("partly", "cancelled"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), list(product(RunState, RunState)))
def test_only_the_drawn_steps(old: RunState, new: RunState) -> None:
    if (old.value, new.value) in ALLOWED:
        assert advance(old, new) is new
        assert old in sources_of(new)
    else:
        assert old not in sources_of(new)
        with pytest.raises(StateError, match=f"a run that is {old} cannot become {new}"):
            advance(old, new)


def test_the_drawing_has_every_step_and_no_other() -> None:
    drawn = {
        (old, new)
        for olds, news in re.findall(
            r"^ {4}([a-z, ]+) -> ([a-z, ]+?)(?: {2}|$)", lifecycle.__doc__ or "", re.MULTILINE
        )
        for old, new in product(olds.split(", "), news.split(", "))
    }
    assert drawn == ALLOWED


@pytest.mark.parametrize("end", [RunState.RELEASED, RunState.CANCELLED])
def test_what_is_out_or_called_off_stays_so(end: RunState) -> None:
    assert all(end not in sources_of(state) for state in RunState)


def test_a_run_is_open_until_it_has_ended() -> None:
    assert not OPEN & ENDED
    assert set(RunState) - {RunState.RELEASING, RunState.WITHDRAWN} == OPEN | ENDED


def test_nothing_goes_out_of_a_held_run_until_a_person_decides() -> None:
    assert sources_of(RunState.HELD) == {RunState.PARTLY, RunState.RELEASING}
    assert RunState.HELD not in sources_of(RunState.RELEASED)
