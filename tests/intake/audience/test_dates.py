"""Dates read at once are those that are read one by one, with the same faults."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.people import Kind
from campaigner.intake.cleaning import cleaners
from campaigner.intake.columns import Texts
from campaigner.intake.dates import KnownDays

TODAY = date(2026, 11, 24)
TIDY = st.builds(
    "{:04}-{:02}-{:02}".format,
    st.sampled_from([0, 1849, 1850, 1899, 1906, 1907, 1956, 2000, 2012, 2026, 2027, 2149, 2150, 9999]),
    st.integers(0, 14) | st.just(99),
    st.integers(0, 33) | st.just(99),
)
OTHER = st.sampled_from(
    ["", "1956.3.8", "1956/03/08", "1956-3-08", "19560308", "２000-01-01", "1956-03-0:", "1956年"]
)


@given(st.lists(TIDY, max_size=12), st.lists(OTHER, max_size=1), st.integers(0, 3))
def test_birth_dates_are_read_the_same(tidy: list[str], other: list[str], start: int) -> None:
    cells = [*tidy, *other]
    texts = Texts(pa.array(cells, pa.string()).slice(start))
    clean = cleaners(Kind.PEOPLE, TODAY)["birth"]
    for _again in range(2):
        whole, faults = clean(texts)
        single, expected = cleaners(Kind.PEOPLE, TODAY)["birth"](cells[start:])
        assert faults == expected
        faulty = {row for row, _code in faults}
        assert [v for row, v in enumerate(whole) if row not in faulty] == [
            v for row, v in enumerate(single) if row not in faulty
        ]


def test_a_rule_is_asked_once_for_each_day() -> None:
    asked: list[str] = []
    known = KnownDays(lambda cell: asked.append(cell) or int(cell.replace("-", "")))  # type: ignore[func-returns-value]
    for _again in range(2):
        read = known.read(Texts(pa.array(["1956-03-08", "1956-03-09", "1956-03-08"], pa.string())))
        assert read is not None
        assert (read[0].tolist(), read[1]) == ([19560308, 19560309, 19560308], [])
    assert asked == ["1956-03-08", "1956-03-09"]


@pytest.mark.parametrize("cell", ["1956/03/08", "1849-01-01", "1956-13-01", "1956-01-32", "1956-1-011"])
def test_other_cells_are_read_one_by_one(cell: str) -> None:
    known = KnownDays(int)
    assert known.read(Texts(pa.array(["1956-03-08", cell], pa.string()))) is None
