from itertools import product

import pytest

from campaigner.domain.lifecycle import RunState, advance, sources_of
from campaigner.errors import StateError

ALLOWED = {
    ("planned", "generating"), ("planned", "dropped"), ("generating", "generated"), ("generating", "generating"),
    ("generating", "planned"), ("generated", "approved"), ("generated", "returned"), ("generated", "planned"),
    ("returned", "generating"), ("returned", "planned"), ("approved", "exporting"), ("approved", "planned"),
    ("approved", "returned"),
    ("exporting", "exported"), ("exporting", "exporting"), ("exporting", "approved"), ("dropped", "planned"),
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


def test_what_is_exported_stays_exported() -> None:
    assert all(RunState.EXPORTED not in sources_of(state) for state in RunState)
