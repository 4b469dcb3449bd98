"""One table, key by key: what each method takes, and what it says of what it does not take."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigner.domain.problem import Level, Problem
from campaigner.toml.table import Table, read_table
from campaigner.toml.wording import Wording

Read = Callable[[Table], object]


def opened(text: str, wording: Wording | None = None) -> tuple[Table, list[Problem]]:
    table, problems = read_table(text, "x.toml", wording or Wording())
    assert table is not None
    return table, problems


def seen(problems: list[Problem]) -> list[tuple[str, int | None, object]]:
    return [(problem.code, problem.line, problem.column) for problem in problems]


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        pytest.param('a = "x"', lambda table: table.text("a"), "x", id="text"),
        pytest.param("", lambda table: table.text("a", "y"), "y", id="text-by-default"),
        pytest.param("a = true", lambda table: table.flag("a"), True, id="flag"),
        pytest.param("a = 0", lambda table: table.count("a", 5, least=0), 0, id="count"),
        pytest.param("", lambda table: table.count("a", 5), 5, id="count-by-default"),
        pytest.param("a = 1", lambda table: table.take("a", Decimal), Decimal(1), id="number"),
        pytest.param(
            "a = 0.05", lambda table: table.take("a", Decimal), Decimal("0.05"), id="number-as-written"
        ),
        pytest.param(
            "a = 2027-01-01",
            lambda table: table.take("a", datetime),
            datetime(2027, 1, 1),  # noqa: DTZ001 - the zone is added by the reader
            id="moment",
        ),
        pytest.param('a = ["x", "y"]', lambda table: table.texts("a"), ("x", "y"), id="texts"),
        pytest.param("", lambda table: table.texts("a", ("z",)), ("z",), id="texts-by-default"),
        pytest.param("a = []", lambda table: table.texts("a", ("z",), filled=True), (), id="no-texts"),
        pytest.param("a = [2027-01-01]", lambda table: table.days("a"), (date(2027, 1, 1),), id="days"),
        pytest.param("", lambda table: table.days("a"), (), id="no-days"),
        pytest.param('a = "2 weeks"', lambda table: table.duration("a", DAY), 14 * DAY, id="duration"),
        pytest.param("", lambda table: table.duration("a", DAY), DAY, id="duration-by-default"),
        pytest.param("a = 2027-01-01", lambda table: table.day("a"), date(2027, 1, 1), id="day"),
        pytest.param("", lambda table: table.day("a"), None, id="no-day"),
        pytest.param('a = "x"', lambda table: table.choice("a", ["x"], "y"), "x", id="choice"),
        pytest.param('a = ""', lambda table: table.choice("a", ["x"]), "", id="choice-left-empty"),
        pytest.param('a = ["x"]', lambda table: table.choices("a", ["x", "y"]), ("x",), id="choices"),
        pytest.param("", lambda table: table.choices("a", ["x"], ("x",)), ("x",), id="choices-by-default"),
        pytest.param("[a]\nb = 1", lambda table: table.table("a").count("b", 0), 1, id="table"),
        pytest.param(
            'a = "x"', lambda table: table.table_or_text("a", "b").text("b"), "x", id="text-for-a-table"
        ),
        pytest.param(
            "[a.x]\nb = 1\n[a.y]",
            lambda table: [(name, each.count("b", 9)) for name, each in table.tables("a")],
            [("x", 1), ("y", 9)],
            id="named-tables",
        ),
        pytest.param(
            "[[a]]\nb = 1\n[[a]]\nb = 2",
            lambda table: [each.count("b", 9) for each in table.entries("a", required=True)],
            [1, 2],
            id="list-of-tables",
        ),
        pytest.param('a = { "中" = "x" }', lambda table: table.mapping("a"), {"中": "x"}, id="mapping"),
        pytest.param(
            'a = { b = "x", c = "" }',
            lambda table: table.mapping("a", ("", "x")),
            {"b": "x", "c": ""},
            id="words",
        ),
        pytest.param("a = 1\nb = 2", lambda table: table.names, ("a", "b"), id="names"),
        pytest.param("a = 1", lambda table: (table.peek("a"), table.peek("b")), (1, None), id="peek"),
        pytest.param("a = 1", lambda table: ("a" in table, "b" in table), (True, False), id="contains"),
    ],
)
def test_what_is_right_is_taken(text: str, read: Read, value: object) -> None:
    table, problems = opened(text)
    assert read(table) == value
    assert problems == []


@pytest.mark.parametrize(
    ("text", "read", "value", "faults"),
    [
        pytest.param("a = 1", lambda table: table.text("a", "y"), "y", [("type", 1, 1)], id="no-text"),
        pytest.param(
            "", lambda table: table.text("a", required=True), "", [("missing", 1, None)], id="text-missing"
        ),
        pytest.param(
            "\n[t]", lambda table: table.table("t").text("a", required=True), "", [("missing", 2, 2)],
            id="missing-in-its-table",
        ),
        pytest.param('a = " "', lambda table: table.text("a", required=True), " ", [("empty", 1, 1)], id="blank"),
        pytest.param("a = true", lambda table: table.count("a", 5), 5, [("type", 1, 1)], id="a-flag-is-no-number"),
        pytest.param("a = 0", lambda table: table.count("a", 5), 5, [("range", 1, 1)], id="too-small"),
        pytest.param('a = "1"', lambda table: table.take("a", Decimal), None, [("type", 1, 1)], id="no-number"),
        pytest.param('a = "x"', lambda table: table.texts("a", ("z",)), ("z",), [("type", 1, 1)], id="no-list"),
        pytest.param(
            'a = [\n"x",\n 1,\n {},\n]', lambda table: table.texts("a", ("z",)), ("z",),
            [("type", 3, 2), ("type", 4, 2)], id="entries-that-are-no-texts",
        ),
        pytest.param(
            'a = [\n"",\n 1,\n]', lambda table: table.texts("a", filled=True), (),
            [("type", 3, 2), ("empty", 2, 1)], id="empty-beside-wrong",
        ),
        pytest.param("a = []", lambda table: table.texts("a", least=1), (), [("empty", 1, 1)], id="none-of-some"),
        pytest.param(
            "a = [2027-01-01,\n2027-01-02T00:00:00]", lambda table: table.days("a"), (), [("type", 2, 1)],
            id="a-moment-is-no-day-of-a-list",
        ),
        pytest.param(
            "a = 2027-01-01T09:00:00", lambda table: table.day("a"), None, [("type", 1, 1)], id="a-moment-is-no-day"
        ),
        pytest.param(
            "", lambda table: table.day("a", required=True), None, [("missing", 1, None)], id="day-missing"
        ),
        pytest.param('a = "soon"', lambda table: table.duration("a", DAY), DAY, [("duration", 1, 1)], id="no-length"),
        pytest.param(
            'a = "99999999999 weeks"', lambda table: table.duration("a", DAY), DAY, [("duration", 1, 1)],
            id="no-end",
        ),
        pytest.param(
            'a = "0 days"', lambda table: table.duration("a", DAY, least=DAY), DAY, [("duration", 1, 1)],
            id="too-short",
        ),
        pytest.param(
            'a = "z"', lambda table: table.choice("a", ["x"], "x"), "x", [("unknown-value", 1, 1)], id="no-choice"
        ),
        pytest.param(
            'a = ""', lambda table: table.choice("a", ["x"], "x"), "x", [("unknown-value", 1, 1)],
            id="an-empty-text-is-not-the-default",
        ),
        pytest.param(
            'a = ""', lambda table: table.choice("a", ["x"], "x", required=True), "", [("empty", 1, 1)],
            id="a-choice-that-must-be-made",
        ),
        pytest.param(
            'a = ["x",\n"z"]', lambda table: table.choices("a", ["x"], what="size"), ("x",),
            [("unknown-size", 2, 1)], id="one-of-them-unknown",
        ),
        pytest.param("a = 1", lambda table: list(table.table("a").names), [], [("type", 1, 1)], id="no-table"),
        pytest.param("a = {}", lambda table: table.entries("a"), (), [("type", 1, 1)], id="no-list-of-tables"),
        pytest.param(
            "", lambda table: table.entries("a", required=True), (), [("missing", 1, None)], id="tables-missing"
        ),
        pytest.param(
            "a = []", lambda table: table.entries("a", required=True), (), [("empty", 1, 1)], id="tables-none"
        ),
        pytest.param(
            "a = [{ b = 1 },\n2, { b = 3 }]",
            lambda table: [each.count("b", 0) for each in table.entries("a")],
            [1, 3],
            [("type", 2, 1)],
            id="no-table-among-tables",
        ),
        pytest.param(
            'a = { b = "y",\tc = "" }', lambda table: table.mapping("a", ("x",)), {"b": "", "c": ""},
            [("unknown-value", 1, 7), ("empty", 1, 16)], id="words-that-are-none",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(
    text: str, read: Read, value: object, faults: list[tuple[str, int, int | None]]
) -> None:
    table, problems = opened(text)
    assert read(table) == value
    assert seen(problems) == [(f"config-{kind}", line, column) for kind, line, column in faults]


def test_what_nobody_asked_for_is_told_with_the_nearest() -> None:
    table, problems = opened("copies = 1\ncopise = 2\n[size]\n")
    table.count("copies", 1)
    table.finish()
    assert seen(problems) == [("config-unknown-key", 2, 1), ("config-unknown-key", 3, 2)]
    assert "did you mean `copies`?" in problems[0].message
    assert "是不是 `copies`？" in problems[0].message_zh
    assert "known are copies" in problems[1].message


def test_a_fault_is_told_once_however_often_its_key_is_read() -> None:
    table, problems = opened("a = 1\nb = [1]")
    for _ in range(2):
        table.text("a", required=True)
        table.texts("b")
    assert len(problems) == 2


def test_a_default_in_place_of_what_was_refused_has_no_faults() -> None:
    table, problems = opened("[t]\na = 1\nb = [1, 2]")
    inner = table.table("t")
    inner.text("a")
    inner.texts("b")
    inner.fault("config-x", "is wrong", "不对", "a")
    inner.fault("config-x", "is wrong", "不对", "b", level=Level.WARN)
    assert [problem.code for problem in problems] == ["config-type"] * 3
    inner.fault("config-x", "is wrong", "不对")
    assert seen(problems)[-1] == ("config-x", 1, 2)


LOST = "[t]\na = 中文\nb.c = 中文\n"


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda table: table.text("a", required=True), id="it-is-not-missing"),
        pytest.param(lambda table: table.fault("config-x", "is wrong", "不对", "a"), id="nor-faulty"),
        pytest.param(lambda table: table.fault("config-x", "lacks something", "缺项"), id="nor-its-table"),
        pytest.param(lambda table: table.table("b").text("c", required=True), id="nor-what-is-below"),
    ],
)
def test_a_key_whose_value_cannot_be_read_is_there(read: Callable[[Table], Any]) -> None:
    table, problems = opened(LOST)
    inner = table.table("t")
    assert "a" in inner
    assert "b" in inner
    inner.text("a")
    read(inner)
    inner.finish()
    assert seen(problems) == [("toml-syntax", 2, 5), ("toml-syntax", 3, 7)]


def test_another_key_that_is_missing_is_told_beside_one_that_cannot_be_read() -> None:
    table, problems = opened(LOST)
    inner = table.table("t")
    inner.text("d", required=True)
    table.text("title", required=True)
    assert seen(problems)[2:] == [("config-missing", 1, 2), ("config-missing", 1, None)]
    table.table("u").table("v").text("w", required=True)
    assert len(problems) == 5


def test_a_table_that_is_none_lacks_nothing() -> None:
    table, problems = opened("t = 1")
    table.table("t").text("a", required=True)
    assert seen(problems) == [("config-type", 1, 1)]


def test_each_kind_of_file_has_its_own_codes_and_titles() -> None:
    wording = Wording("own", {"type": "own-type"}, {"name": "名称"})
    table, problems = opened("name = 1", wording)
    table.text("name")
    table.text("title", required=True)
    table.table("inner").text("name", required=True)
    assert [problem.code for problem in problems] == ["own-type", "own", "own"]
    assert problems[0].message_zh == "“名称”（name）：应为加引号的文字"
    assert problems[1].message_zh == "缺少 `title`，应为加引号的文字"
    assert problems[2].message_zh.endswith("缺少“名称”（name），应为加引号的文字")


def test_a_fault_may_be_in_the_midst_of_a_text_or_list() -> None:
    table, problems = opened('a = "一二三"\nb = ["x",\n"yz"]')
    table.fault("config-x", "m", "中", "a", at=2)
    table.fault("config-x", "m", "中", "b", entry=1)
    table.fault("config-x", "m", "中", "b", entry=1, at=1, value="z")
    assert [(problem.line, problem.column) for problem in problems] == [(1, 8), (3, 1), (3, 3)]
    assert problems[-1].value == "z"


def test_a_text_that_cannot_be_read_to_its_end_is_no_table() -> None:
    table, problems = read_table("a = [\n", "x.toml")
    assert table is None
    assert [problem.code for problem in problems] == ["toml-syntax"]
