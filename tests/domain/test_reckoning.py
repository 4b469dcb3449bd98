"""What the log says of refusals and deletions adds up, whatever people did in whatever order."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.log import Entry, chained
from campaigner.domain.reckoning import SIZE, reckon
from campaigner.domain.subject import mark_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SALT = bytes(range(32))
PHONES = st.sets(st.integers(13800000000, 13800000020), min_size=1, max_size=5)
STEPS = st.lists(st.tuples(st.sampled_from(["refuse", "lift", "erase"]), PHONES), max_size=25)


def log_of(*told: tuple[str, str, dict[str, Any]]) -> list[Entry]:
    found: list[Entry] = []
    for kind, run, data in told:
        found.append(chained(found[-1] if found else None, NOW, kind, run, "王经办", data))
    return found


@given(steps=STEPS)
def test_what_is_left_of_each_entry_is_what_nobody_took_out(steps: list[tuple[str, set[int]]]) -> None:
    told: list[tuple[str, str, dict[str, Any]]] = []
    kept: dict[int, int] = {}
    for what, phones in steps:
        if what == "refuse":
            fresh = sorted(phones - kept.keys())
            kept |= dict.fromkeys(fresh, len(told) + 1)
            mark = f"{mark_of(SALT, fresh):032x}"
            told.append(("refused", "", {"phones": len(fresh), "source": "hand", "mark": mark}))
            continue
        for phone in sorted(phones):
            entered = kept.pop(phone, None)
            took: dict[str, Any] = {"refusals": 0}
            if entered is not None:
                took = {"refusals": 1, "entered": entered, "mark": f"{mark_of(SALT, [phone]):032x}"}
            told.append(("accepts" if what == "lift" else "erased", "", {"subject": str(phone), **took}))
    found = reckon(log_of(*told))
    assert (found.older, found.unsaid, found.forgiven) == (0, [], 0)
    for seq, group in found.entered.items():
        mine = [phone for phone, entered in kept.items() if entered == seq]
        assert (group.phones, group.mark) == (len(mine), mark_of(SALT, mine))


def test_entries_of_earlier_versions_are_counted() -> None:
    found = reckon(
        log_of(
            ("refused", "", {"phones": 3, "source": "hand"}),
            ("recovered", "", {"refusals": 2}),
            ("accepts", "", {"reason": "x"}),
            ("erased", "", {"subject": "a"}),
            ("accepts", "", {"reason": "x", "refusals": 1, "entered": 0, "mark": "1"}),
        )
    )
    assert (found.older, found.unsaid, found.forgiven, found.restored) == (4, [3, 4], 1, 2)
    assert found.erased == {"a": 4}
    assert found.entered == {}


def test_a_run_that_is_written_again_has_what_was_purged() -> None:
    purged = ("purged", "r", {"deleted": {"texts": [1, "2026-12-01T00:00:00+08:00"]}})
    more = ("purged", "r", {"deleted": {"recipients": [1, "2026-12-01T00:00:00+08:00"]}})
    older, files = (
        ("purged", "s", {}),
        ("purged", "", {"deleted": {"exports": [1, "2026-12-01T00:00:00+08:00"]}}),
    )
    assert reckon(log_of(purged, more, older, files)).purged == {
        "r": (2, frozenset({"texts", "recipients"})),
        "s": (3, frozenset({"recipients"})),
    }
    assert reckon(log_of(purged, ("generated", "r", {}))).purged == {}


@given(phones=PHONES, other=st.integers(13900000000, 13900000020))
def test_marks_add_up_and_other_phones_have_others(phones: set[int], other: int) -> None:
    whole = mark_of(SALT, sorted(phones))
    assert (
        whole == mark_of(SALT, sorted(phones, reverse=True)) == sum(mark_of(SALT, [p]) for p in phones) % SIZE
    )
    assert mark_of(SALT, [*phones, other]) != whole
    assert mark_of(bytes(32), phones) != whole
