"""Messages are known again as they were; whatever differs in one of them, or was never there, is named."""

from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.campaign import Channel
from campaigner.domain.fingerprint import Columns, Fingerprints

Row = tuple[int, int, int, str]


def columns(rows: list[Row]) -> Columns:
    return Columns(*zip(*rows, strict=True))


def kept(blocks: list[list[Row]]) -> Fingerprints:
    found = Fingerprints("key")
    for block in blocks:
        found.add(Channel.SMS, columns(block))
    return found


@st.composite
def stored(draw: st.DrawFn) -> list[list[Row]]:
    """Blocks in rising order of number, with gaps here and there."""
    gaps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 9]), min_size=1, max_size=40))
    rows, number = [], draw(st.integers(0, 5))
    for gap in gaps:
        number += gap
        text = st.text("甲乙丙1", max_size=3)
        rows.append((number, draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(text)))
    size = draw(st.integers(1, 9))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@given(stored(), st.data())
def test_what_is_as_it_was_is_known_in_any_order(blocks: list[list[Row]], data: st.DataObject) -> None:
    rows = [row for block in blocks for row in block]
    asked = data.draw(st.permutations(rows))[: data.draw(st.integers(1, len(rows)))]
    assert kept(blocks).differing(Channel.SMS, columns(asked)) is None
    assert kept(blocks).differing(Channel.SMS, columns(rows)) is None


@given(stored(), st.data())
def test_one_that_differs_in_anything_is_named(blocks: list[list[Row]], data: st.DataObject) -> None:
    rows = [row for block in blocks for row in block]
    place = data.draw(st.integers(0, len(rows) - 1))
    number, recipient, copies, body = rows[place]
    other = data.draw(st.sampled_from([
        (number, recipient + 1, copies, body), (number, recipient, copies + 1, body),
        (number, recipient, copies, body + "。"),
    ]))  # fmt: skip
    changed = [*rows[:place], other, *rows[place + 1 :]]
    assert kept(blocks).differing(Channel.SMS, columns(changed)) == number


@given(stored(), st.integers(0, 400))
def test_one_that_was_not_there_is_named(blocks: list[list[Row]], number: int) -> None:
    there = {row[0] for block in blocks for row in block}
    unknown = number if number not in there else max(there) + 1
    found = kept(blocks)
    assert found.differing(Channel.SMS, columns([(unknown, 1, 1, "甲")])) == unknown
    first = blocks[0][0]
    assert found.differing(Channel("letter"), columns([first])) == first[0]


def test_nothing_differs_of_nothing() -> None:
    found = Fingerprints("key")
    found.add(Channel.SMS, Columns([], [], [], []))
    assert found.differing(Channel.SMS, Columns([], [], [], [])) is None


def test_another_key_makes_other_fingerprints() -> None:
    """Who knows one cannot tell the other: texts of the same fingerprint cannot be looked for beforehand."""
    rows = [(number, number, 1, "甲") for number in range(1, 9)]
    one, other = Fingerprints("one"), Fingerprints("other")
    one.add(Channel.SMS, columns(rows))
    other.add(Channel.SMS, columns(rows))
    assert one._kept[Channel.SMS]._marks != other._kept[Channel.SMS]._marks
