"""Columns on their way between two processes: their own values, and no byte of their neighbours'."""

import pickle

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campaigner.intake.columns import Numbers, Texts, repeated


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30), st.data())
def test_a_piece_of_a_column_arrives_as_it_was(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words)))
    count = data.draw(st.integers(0, len(words) - start))
    piece = Texts(pa.array(words, pa.string()).slice(start, count))
    arrived = pickle.loads(pickle.dumps(piece))
    assert list(arrived) == words[start : start + count]
    assert arrived.joined() == "".join(words[start : start + count])
    assert list(arrived.where([True] * count)) == words[start : start + count]


def test_only_its_own_bytes_travel() -> None:
    column = pa.array([f"居民{number}" for number in range(100_000)])
    assert len(pickle.dumps(Texts(column.slice(50_000, 10)))) < 500
    assert len(pickle.dumps(Numbers(np.arange(100_000)[50_000:50_010]))) < 500


def test_values_that_are_all_alike_travel_too() -> None:
    for value in ("柳树村", "", 7, True):
        assert list(pickle.loads(pickle.dumps(repeated(value, 3)))) == [value] * 3
