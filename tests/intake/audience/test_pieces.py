"""Pieces of a file: how many lines they have and whether each is a row, counted as slowly as it can be."""

import re

from hypothesis import given
from hypothesis import strategies as st

from campaigner.intake.pieces import Piece

DATA = st.lists(st.sampled_from([b"a", b"bc", b'"', b"\n", b"\r", b"\r\n"])).map(b"".join)


@given(DATA)
def test_lines_are_counted_whatever_ends_them(data: bytes) -> None:
    assert Piece(1, data).lines == len(re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", data))


@given(DATA)
def test_a_piece_is_even_if_each_line_is_a_row(data: bytes) -> None:
    assert Piece(1, data).even == (b'"' not in data and b"\r" not in data.replace(b"\r\n", b""))


@given(DATA, st.integers(1, 12))
def test_a_line_that_is_too_long_is_found(data: bytes, most: int) -> None:
    ended = [len(line) for line in data.split(b"\n")[:-1]]
    longest = max((length + 1 for length in [*ended, len(data.split(b"\n")[-1])]), default=0)
    assert Piece(1, data).is_longer(most) == (longest > most)
