from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.log import Entry, break_in, chained

START = datetime(2026, 12, 1, 9, tzinfo=UTC)


def _chain(count: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(count):
        before = entries[-1] if entries else None
        entries.append(
            chained(
                before,
                START + timedelta(minutes=number),
                "generated",
                f"run-{number}",
                "王经办",
                {"n": number},
            )
        )
    return entries


def test_an_untouched_chain_holds() -> None:
    assert break_in(_chain(5)) is None
    assert break_in([]) is None


def test_the_zone_of_a_moment_does_not_matter() -> None:
    first = _chain(1)[0]
    assert break_in([replace(first, at=first.at.astimezone(timezone(timedelta(hours=8))))]) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", START + timedelta(seconds=1)), ("kind", "approved"), ("run", "run-9"), ("actor", "别人"),
        ("data", '{"n":8}'), ("hash", "f" * 64), ("previous", "e" * 64), ("seq", 7),
    ],
)  # fmt: skip
def test_any_changed_field_is_found(field: str, value: object) -> None:
    entries = _chain(4)
    entries[2] = replace(entries[2], **{field: value})
    found = break_in(entries)
    assert found is not None
    assert found[0] == 3


def test_a_missing_entry_is_found() -> None:
    entries = _chain(4)
    del entries[1]
    assert break_in(entries) == (2, "entry 2 is missing")


def test_an_entry_from_another_chain_is_found() -> None:
    entries = _chain(3)
    other = chained(None, START, "planned", "", "x", {})
    entries[1] = replace(chained(other, START, "planned", "", "x", {}), seq=2)
    found = break_in(entries)
    assert found is not None
    assert "does not follow" in found[1]


@given(st.integers(0, 3), st.text(max_size=20))
def test_no_text_can_stand_for_another(position: int, text: str) -> None:
    entries = _chain(4)
    changed = replace(entries[position], actor=text)
    if changed != entries[position]:
        entries[position] = changed
        assert break_in(entries) is not None
