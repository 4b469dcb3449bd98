import mmap
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.phone import LARGEST
from campaigner.intake import packed, seen
from campaigner.intake.packed import Packed
from campaigner.intake.seen import Seen

BOUNDS = [0, 50, LARGEST, 2**36, 2**37, 2**52, 2**53, 2**63 - 1]


@pytest.fixture(params=[1, 1 << 18], ids=["soon packed", "not packed"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many keys wait before they are packed; pieces so small that there are several."""
    monkeypatch.setattr(seen, "_FEW", request.param)
    monkeypatch.setattr(packed, "_PIECE", 4)


def keys_up_to(largest: int) -> st.SearchStrategy[list[list[int]]]:
    keys = st.integers(0, largest) | st.integers(0, min(50, largest)) | st.just(largest)
    return st.lists(st.lists(keys, max_size=40), max_size=30)


@pytest.mark.usefixtures("few")
@given(st.data())
def test_it_answers_as_a_set_would(data):
    largest = data.draw(st.sampled_from(BOUNDS))
    met, known = Seen(largest), set()
    for keys in data.draw(keys_up_to(largest)):
        expected = []
        for key in keys:
            expected.append(key not in known)
            known.add(key)
        assert met.fresh(keys) == expected
        assert len(met) == len(known)


@pytest.mark.parametrize("keys", [[-1], [3, 51], [51]])
def test_keys_that_are_none_are_refused(keys):
    with pytest.raises(ValueError, match="larger than was said"):
        Seen(50).fresh(keys)


def test_many_calls_stay_in_few_levels():
    met = Seen()
    for start in range(0, 50_000, 100):
        assert all(met.fresh(range(start, start + 100)))
    assert len(met._levels) <= 12
    assert not any(met.fresh(range(50_000)))


def test_a_key_that_waits_takes_eight_bytes():
    met = Seen()
    met.fresh(range(10_000))
    assert sum(level.nbytes for level in met._levels) == 80_000


@pytest.mark.parametrize(("largest", "each"), [(LARGEST, 2), (2**50, 4), (2**63 - 1, 6)])
def test_a_key_that_is_packed_takes_less(largest, each, monkeypatch):
    monkeypatch.setattr(seen, "_FEW", 5_000)
    draw, met = random.Random(1), Seen(largest)
    for _call in range(50):
        met.fresh([draw.randrange(largest) for _key in range(1_000)])
    assert sum(words.values.nbytes for words in met._packed._words) == each * len(met._packed)
    assert len(met._packed) >= 45_000


def test_there_are_never_many_drawers():
    assert all(Packed(largest)._drawers <= 1 << 20 for largest in (*BOUNDS, 2**36 - 1, 2**52 - 1))


def test_memory_that_cannot_grow_where_it_is_is_copied(monkeypatch):
    class Stiff(mmap.mmap):
        def resize(self, size):
            raise SystemError("mmap: resizing not available--no mremap()")

    monkeypatch.setattr(packed, "_memory", lambda size: Stiff(-1, size))
    monkeypatch.setattr(packed, "_STEP", 64)
    words, expected = packed.Words("u2"), []
    for first in range(0, 400, 40):
        places = sorted(random.Random(first).choices(range(len(expected) + 1), k=40))
        words.insert(np.array(places), np.arange(first, first + 40, dtype="u2"))
        for before, place in enumerate(places):
            expected.insert(place + before, first + before)
    assert words.values.tolist() == expected


@pytest.mark.usefixtures("few")
@given(st.data())
def test_what_it_shares_with_others_is_what_sets_share(data):
    largest = data.draw(st.sampled_from(BOUNDS))
    made, sets = [], []
    for _set in range(data.draw(st.integers(1, 4))):
        one, known = Seen(largest), set()
        for keys in data.draw(keys_up_to(largest)):
            one.fresh(keys)
            known.update(keys)
        made.append(one)
        sets.append(known)
    assert made[0].shared(made[1:]) == len(sets[0] & set().union(*sets[1:]))
    assert made[0].shared(made) == len(sets[0])
    again = Seen(largest)
    for key in sorted(sets[0], reverse=True):
        again.fresh([key])
    assert again.shared([made[0]]) == len(sets[0])
