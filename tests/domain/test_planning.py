from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import (
    ADDED,
    AGE_ASIDE,
    COLUMNS,
    DOUBT,
    JOINED,
    PHONE2_ASIDE,
    PHONE_ASIDE,
    REFUSAL_ASIDE,
    REPEATED,
    ROW_KEY,
    UNSAID,
    Block,
    ControlTotals,
    Kind,
    age_on,
)
from campaigner.domain.planning import (
    RECIPIENT,
    PlannedRun,
    Reason,
    Tally,
    guardians,
    run_code,
    sift,
    sms_reason,
)
from campaigner.domain.problem import Level, Problem
from tests.conftest import NOW

DAY = 20261201


def block(kind: Kind, *rows: dict[str, Any]) -> Block:
    names = [*(column.name for column in COLUMNS[kind]), ROW_KEY]
    empties = {column.name: column.empty for column in COLUMNS[kind]} | {ROW_KEY: 0}
    return Block(
        "list.csv",
        list(range(2, 2 + len(rows))),
        {name: [row.get(name, empties[name]) for row in rows] for name in names},
    )


@pytest.mark.parametrize(
    ("birth", "stated", "expected"),
    [
        pytest.param(19661201, -1, 60, id="sixty on the birthday"),
        pytest.param(19661202, -1, 59, id="fifty-nine the day before"),
        pytest.param(0, 67, 67, id="as stated where no birth date is known"),
        pytest.param(19661201, 12, 60, id="the birth date wins"),
        pytest.param(0, -1, -1, id="unknown"),
    ],
)
def test_age(birth: int, stated: int, expected: int) -> None:
    assert age_on(DAY, birth, stated) == expected


PEOPLE = [
    pytest.param({"phone": 13800138000}, None, id="a phone is enough"),
    pytest.param({"phone": 0}, Reason.NO_PHONE, id="no phone"),
    pytest.param({"phone": 13800138000, "opted_out": True}, Reason.OPTED_OUT, id="opted out here"),
    pytest.param({"phone": 13900139000}, Reason.OPTED_OUT, id="opted out in another list"),
    pytest.param({"phone": 13800138000, "birth": 20121202}, Reason.UNDER_14, id="thirteen"),
    pytest.param({"phone": 13800138000, "birth": 20121201}, None, id="fourteen today"),
    pytest.param({"phone": 13800138000, "age": 9}, Reason.UNDER_14, id="a child by stated age"),
    pytest.param({"phone": 13800138000, "age": -1}, None, id="age unknown"),
]


@pytest.mark.parametrize(("row", "expected"), PEOPLE)
def test_who_gets_no_sms(row: dict[str, Any], expected: Reason | None) -> None:
    rows = block(Kind.PEOPLE, row)
    kept, excluded = sift(rows, Channel.SMS, Kind.PEOPLE, DAY, {13900139000})
    assert dict(excluded) == ({expected: 1} if expected else {})
    assert len(kept) == (expected is None)
    assert sms_reason(next(rows.rows()), Kind.PEOPLE, DAY, {13900139000}) == expected


def test_a_guardian_is_reached_though_the_pupil_is_a_child() -> None:
    rows = block(Kind.PUPILS, {"phone": 13800138000, "birth": 20190101, "age": 7})
    kept, excluded = sift(rows, Channel.SMS, Kind.PUPILS, DAY, frozenset())
    assert kept.columns[RECIPIENT] == [13800138000]
    assert not excluded


def test_paper_reaches_everybody_by_key() -> None:
    rows = block(Kind.PEOPLE, {ROW_KEY: 5, "opted_out": True}, {ROW_KEY: 6})
    kept, excluded = sift(rows, Channel("letter"), Kind.PEOPLE, DAY, frozenset())
    assert kept.columns[RECIPIENT] == [5, 6]
    assert not excluded


def test_two_guardians_are_two_recipients() -> None:
    rows = block(
        Kind.PUPILS,
        {"name": "甲", "guardian": "父", "phone": 13800000001, "guardian2": "母", "phone2": 13800000002},
        {"name": "乙", "guardian": "祖母", "phone": 13800000003},
    )
    both = guardians(rows, both=True)
    columns = (both.columns[name] for name in ("name", "guardian", "phone"))
    assert list(zip(*columns, both.lines, strict=True)) == [
        ("甲", "父", 13800000001, 2), ("乙", "祖母", 13800000003, 3), ("甲", "母", 13800000002, 2),
    ]  # fmt: skip
    first = guardians(rows, both=False)
    assert first.columns["phone"] == [13800000001, 13800000003]


def test_a_tally_survives_the_store() -> None:
    tally = Tally(Channel.SMS, "elderly", "sms/elderly", 10, 7, {Reason.NO_PHONE: 3}, 14, 45, 0)
    assert Tally.from_data(tally.as_data()) == tally
    assert tally.cost.yuan == "0.63"
    assert tally.as_data()["excluded"] == {"no-phone": 3}


def test_a_run_with_a_blocking_problem_is_blocked() -> None:
    def run(level: Level) -> PlannedRun:
        problem = Problem("x", "m", "中", "config.toml", level=level)
        return PlannedRun(
            "c", "c", "t", NOW, "", (), (), synthetic=False, content_hash="h", problems=(problem,)
        )

    assert run(Level.BLOCK).blocked
    assert not run(Level.WARN).blocked


def test_a_run_is_named_after_campaign_and_minute() -> None:
    assert run_code("elderly", NOW) == "elderly-20261124-1000"


def test_every_state_has_a_word_of_its_own() -> None:
    assert len({state.value for state in RunState}) == len(RunState)


ROWS = st.fixed_dictionaries(
    {
        "phone": st.sampled_from([0, 13800138000, 13900139000]),
        "opted_out": st.booleans(),
        "birth": st.sampled_from([0, 19661201, 20121130, 20121201, 20121202, 20261201, 20261202, 20300101]),
        "age": st.integers(-1, 16),
    }
)


@given(st.lists(ROWS, max_size=12))
def test_a_block_is_sifted_as_each_of_its_rows_would_be(given_rows: list[dict[str, Any]]) -> None:
    rows = block(Kind.PEOPLE, *given_rows)
    reasons = [sms_reason(row, Kind.PEOPLE, DAY, {13900139000}) for row in rows.rows()]
    kept, excluded = sift(rows, Channel.SMS, Kind.PEOPLE, DAY, {13900139000})
    assert excluded == Counter(filter(None, reasons))
    assert list(kept.lines) == [line for line, why in zip(rows.lines, reasons, strict=True) if why is None]


def doubtful(kind: Kind, doubts: list[int], **cells: list[Any]) -> Block:
    """Rows with what is doubtful of each."""
    rows = [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
    plain = block(kind, *rows)
    return Block(plain.source, plain.lines, {**plain.columns, DOUBT: doubts})


@pytest.mark.parametrize(
    ("doubt", "cells", "reason"),
    [
        (0, {"phone": 13800138000}, None),
        (REFUSAL_ASIDE, {"phone": 13800138000}, Reason.REFUSAL_ASIDE),
        (AGE_ASIDE, {"phone": 13800138000}, Reason.AGE_ASIDE),
        (PHONE_ASIDE, {"phone": 0}, Reason.PHONE_ASIDE),
        (AGE_ASIDE, {"phone": 0}, Reason.NO_PHONE),
        (AGE_ASIDE, {"phone": 13800138000, "opted_out": True}, Reason.OPTED_OUT),
        (PHONE2_ASIDE, {"phone": 13800138000}, None),
        (AGE_ASIDE, {"phone": 13800138000, "birth": 20200101}, Reason.UNDER_14),
    ],
)
def test_no_sms_where_a_cell_that_decides_was_set_aside(
    doubt: int, cells: dict[str, Any], reason: Reason | None
) -> None:
    one = doubtful(Kind.PEOPLE, [doubt], **{name: [value] for name, value in cells.items()})
    kept, excluded = sift(one, Channel.SMS, Kind.PEOPLE, DAY, frozenset())
    assert (len(kept), excluded) == ((0, Counter([reason])) if reason else (1, Counter()))
    (row,) = one.rows()
    assert sms_reason(row, Kind.PEOPLE, DAY, frozenset()) is reason
    assert len(sift(one, Channel("letter"), Kind.PEOPLE, DAY, frozenset())[0]) == 1


def test_who_has_not_agreed_and_has_no_doubt_is_told_so() -> None:
    one = doubtful(Kind.PEOPLE, [0, AGE_ASIDE], phone=[13800138000, 13800138001])
    one = Block(one.source, one.lines, {**one.columns, UNSAID: [True, False]})
    _kept, excluded = sift(one, Channel.SMS, Kind.PEOPLE, DAY, frozenset())
    assert excluded == Counter([Reason.NO_CONSENT, Reason.AGE_ASIDE])


def test_a_second_guardians_faulty_number_is_the_second_guardians() -> None:
    pupils = doubtful(
        Kind.PUPILS, [PHONE2_ASIDE, PHONE_ASIDE], phone=[13800138000, 0], phone2=[0, 13800138001]
    )
    kept, excluded = sift(guardians(pupils, both=True), Channel.SMS, Kind.PUPILS, DAY, frozenset())
    assert sorted(kept.columns["phone"]) == [13800138000, 13800138001]
    assert excluded == Counter({Reason.PHONE_ASIDE: 2})


def test_a_row_that_adds_a_guardian_is_no_first_guardian() -> None:
    pupils = block(
        Kind.PUPILS,
        {"phone": 13800138000},
        {"phone2": 13800138001, "guardian2": "李母"},
        {"phone": 13800138000, "village": "东村"},
    )
    joined = Block(pupils.source, pupils.lines, {**pupils.columns, JOINED: [0, ADDED, REPEATED]})
    assert guardians(joined, both=False).columns["phone"] == [13800138000, 13800138000]
    assert guardians(joined, both=True).columns["phone"] == [13800138000, 13800138000, 13800138001]


def test_a_tally_keeps_what_became_of_its_lists_rows() -> None:
    totals = ControlTotals(rows=10, recipients=6, merged=1, refused=3, set_aside=2)
    tally = Tally(Channel.SMS, "elderly", "sms/elderly", 6, 6, rows=totals)
    assert Tally.from_data(tally.as_data()) == tally
    assert tally.as_data()["list"]["set_aside"] == 2
    assert totals.line_zh == "名单共10行：采用6行，重复合并1行，未采用3行；另有2个单元格有误，没有采用"
    assert totals.line == "10 rows in the list: 6 recipients, 1 merged, 3 refused; 2 cells set aside"
    assert "单元格" not in ControlTotals(rows=1, recipients=1).line_zh
    assert "cells" not in ControlTotals(rows=1, recipients=1).line
    assert totals + ControlTotals(set_aside=1) == ControlTotals(10, 6, 1, 3, 3)
