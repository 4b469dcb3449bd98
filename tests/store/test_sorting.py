"""Pairs in order, whatever blocks they come in and go out in."""

from hypothesis import given
from hypothesis import strategies as st

from campaigner.store.sorting import in_order

NUMBERS = st.integers(-(2**63), 2**63 - 1)
PAIRS = st.tuples(NUMBERS, st.just(0)) | st.tuples(NUMBERS, NUMBERS)


@given(st.lists(st.lists(PAIRS, max_size=9), max_size=9), st.integers(1, 20), st.integers(0, 5))
def test_every_pair_comes_once_in_order(blocks, size, room):
    given_out = list(in_order(blocks, sum(map(len, blocks)) + room, size))
    pairs = [pair for first, second in given_out for pair in zip(first, second, strict=True)]
    assert sorted(pairs) == sorted(pair for block in blocks for pair in block)
    assert [first for first, _second in pairs] == sorted(first for first, _second in pairs)
    assert all(len(first) == size for first, _second in given_out[:-1])
