from hypothesis import given
from hypothesis import strategies as st

from campaigner.intake.seen import Seen

KEYS = st.integers(0, 2**63 - 1) | st.integers(0, 50)


@given(st.lists(st.lists(KEYS, max_size=40), max_size=30))
def test_it_answers_as_a_set_would(calls):
    seen, known = Seen(), set()
    for keys in calls:
        expected = []
        for key in keys:
            expected.append(key not in known)
            known.add(key)
        assert seen.fresh(keys) == expected
        assert len(seen) == len(known)


def test_many_calls_stay_in_few_levels():
    seen = Seen()
    for start in range(0, 50_000, 100):
        assert all(seen.fresh(range(start, start + 100)))
    assert len(seen._levels) <= 12
    assert not any(seen.fresh(range(50_000)))


def test_a_key_takes_eight_bytes():
    seen = Seen()
    seen.fresh(range(10_000))
    assert sum(level.nbytes for level in seen._levels) == 80_000
