"""What a text has of faults of syntax is told at once, and all else in it is still read."""

import sys
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.errors import ConfigError
from campaigner.toml.reading import Document, read_toml, shipped_values
from tests.toml.documents import DOCUMENTS, written

NO_TOML, TWICE = "toml-syntax", "toml-twice"


def faults_of(document: Document) -> list[tuple[str, int | None, object]]:
    return [(fault.code, fault.line, fault.column) for fault in document.faults]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("a = 1\nb = \n", (NO_TOML, 2, 5), id="value-missing"),
        pytest.param('a = "open', (NO_TOML, 1, 10), id="end-of-file-inside-a-string"),
        pytest.param("a = [1,\n2", (NO_TOML, 2, 2), id="end-of-file-inside-a-list"),
        pytest.param("名称 = 1", (NO_TOML, 1, 1), id="bare-key-in-chinese"),
        pytest.param("a = 2026-13-01", (NO_TOML, 1, 9), id="month-thirteen"),
        pytest.param("a = 1\n[b\nc = 2", (NO_TOML, 2, 3), id="header-without-its-bracket"),
        pytest.param("a = 1\na = 2\n", (TWICE, 2, 1), id="key-twice"),
        pytest.param("\ufeffa = 1\r\na = 2\r\n", (TWICE, 2, 1), id="key-twice-as-windows-writes"),
        pytest.param("a = 1\nb.c = 1\nb . c = [\n 1,\n]", (TWICE, 3, 5), id="dotted-key-twice-over-lines"),
        pytest.param("a = { x = 1, y = 2, x = 3 }", (TWICE, 1, 21), id="key-of-an-inline-table-twice"),
        pytest.param("a = { x = 1, x = { y = 2 } }", (TWICE, 1, 14), id="an-inline-table-the-second-time"),
        pytest.param("a = { x = { y = 1, y = 2 }, z = 3 }", (TWICE, 1, 20), id="two-inline-tables-deep"),
        pytest.param("a = [\n { x = 1 },\n { x = 1, x = 2 },\n]", (TWICE, 3, 11), id="in-a-list"),
        pytest.param("a = {}\na.b = 1\n", (TWICE, 2, 3), id="more-in-a-closed-inline-table"),
        pytest.param("a = {}\n[a.b]\nc = 1\n", (TWICE, 2, 4), id="a-table-below-a-closed-one"),
        pytest.param("a = 1\n[[a]]\nb = 1\n", (TWICE, 2, 3), id="a-list-of-tables-over-a-value"),
        pytest.param("a.b = 1\na.b.c = 2", (TWICE, 2, 5), id="a-table-over-a-value"),
        pytest.param("[a]\nb = 1\n[a]\nb = 2\n[c]", (TWICE, 3, 2), id="table-twice"),
        pytest.param("[a.b]\n[a]\n[a]", (TWICE, 3, 2), id="table-twice-that-was-implied-before"),
    ],
)
def test_one_fault_is_told_where_it_stands(text: str, fault: tuple[str, int, int]) -> None:
    document = read_toml(text, "config.toml")
    assert faults_of(document) == [fault]
    assert document.faults[0].source == "config.toml"
    assert not any(letter in document.faults[0].message_zh for letter in "abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a = 1\n\na = 2", 1),
        ("[a]\n[b]\n[a]", 1),
        ("[a.b]\n\n[a]\n[a]", 3),
        ("a = {\tx = 1, x = 2}", 1),
        ("[[a]]\n[[a]]\nb = 1\nb = 2", 3),
        ("\n[t]\na = {}\n[t.a.b]", 3),
    ],
)
def test_the_first_of_what_stands_twice_is_named(text: str, first: int) -> None:
    (fault,) = read_toml(text, "x.toml").faults
    assert f"on line {first}" in fault.message
    assert f"第 {first} 行" in fault.message_zh


MANY = """\
title = 提醒您
a = 1
a = 2                       # twice
names = [
  "一",
  "二",
]
[gateways.one]
price = 0，05
price2 = { a = 1, a = 2, b = 3, b = 4 }
names = [
  1,
]
names = [
  2,
]
[gateways.two]
kind = "files"
[gateways.one]
text = '''
[gateways.three]
'''
[gateways.four]
kind = files
电话 = "110"
last = true
"""


def test_all_faults_are_told_at_once_and_the_rest_is_read() -> None:
    document = read_toml(MANY, "config.toml")
    assert faults_of(document) == [
        (NO_TOML, 1, 9), (TWICE, 3, 1), (NO_TOML, 9, 10), (TWICE, 10, 19), (TWICE, 10, 33), (TWICE, 14, 1),
        (TWICE, 19, 11), (NO_TOML, 24, 8), (NO_TOML, 25, 1),
    ]  # fmt: skip
    assert document.whole
    assert document.values == {
        "a": 1,
        "names": ["一", "二"],
        "gateways": {
            "one": {"price2": {"a": 1, "b": 3}, "names": [1]},
            "two": {"kind": "files"},
            "four": {"last": True},
        },
    }
    places = document.places
    assert places.lost == {("title",), ("gateways", "one", "price"), ("gateways", "four", "kind")}
    assert places.of("gateways", "one", "price2", "b") == (10, 26)
    assert places.of("gateways", "four", "last") == (26, 1)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param("a = [\n“x”,\n]\nb = 1", [(NO_TOML, 2, 1)], id="within-a-list"),
        pytest.param("a = [ “x”,\n  2,\n]", [(NO_TOML, 1, 7)], id="a-list-that-goes-on"),
        pytest.param('a = """\nx\nb = 1', [(NO_TOML, 3, 6)], id="a-text-that-never-ends"),
        pytest.param("a = 1\na = 2\n[b\nc = ", [(TWICE, 2, 1), (NO_TOML, 3, 3)], id="a-header"),
        pytest.param("a = x\n] b", [(NO_TOML, 1, 5)], id="no-statement-behind-it"),
        pytest.param('a = "1"\nb： "2"\nc = x', [(NO_TOML, 2, 2)], id="no-equal-sign"),
    ],
)
def test_where_nothing_is_sure_the_reading_ends(text: str, faults: list[tuple[str, int, int]]) -> None:
    document = read_toml(text, "x.toml")
    assert [(code, line) for code, line, _column in faults_of(document)] == [each[:2] for each in faults]
    assert not document.whole
    assert document.values == {}


def test_the_next_key_may_be_written_with_escapes() -> None:
    document = read_toml('a = x\n"\\\\" . "\\"" = 1\n', "x.toml")
    assert faults_of(document) == [(NO_TOML, 1, 5)]
    assert document.values == {"\\": {'"': 1}}


def test_no_more_than_fifty_are_told() -> None:
    document = read_toml("a = 1\n" * 80, "x.toml")
    assert len(document.faults) == 50
    assert not document.whole


def test_a_fault_shows_no_secret() -> None:
    document = read_toml('password = "hunter2\npassword2 = hunter3\na = 1\na = "hunter4"', "config.toml")
    assert len(document.faults) == 3
    assert "hunter" not in "".join(f"{fault}{fault.message_zh}{fault.value}" for fault in document.faults)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("a = " + "[" * 100_000 + "]" * 100_000, 1, "too deeply", id="lists-too-deep"),
        pytest.param(
            "b = 1\n\na = " + "9" * (sys.int_info.default_max_str_digits + 1),
            3,
            "too long",
            id="number-too-long",
        ),
    ],
)
def test_what_the_library_cannot_take_is_a_fault_too(text: str, line: int, said: str) -> None:
    (fault,) = read_toml(text, "config.toml").faults
    assert (fault.code, fault.line, said in fault.message) == (NO_TOML, line, True)


@given(DOCUMENTS, st.data())
def test_a_fault_anywhere_takes_nothing_else_with_it(document: dict[str, Any], data: st.DataObject) -> None:
    """A line that cannot be read, or stands twice, behind any pair of any document."""
    lines = written(document).split("\n")
    ends = [number for number, line in enumerate(lines) if line.startswith("  ") and number + 1 < len(lines)]
    ends = [number for number in ends if _whole("\n".join(lines[: number + 1]))]
    if not ends:
        return
    at = data.draw(st.sampled_from(ends))
    pair = next(n for n in range(at, -1, -1) if lines[n].startswith("  ") and _whole("\n".join(lines[:n])))
    again = data.draw(st.booleans())
    fault = lines[pair : at + 1] if again else ["  broken = “x”"]
    damaged = "\n".join([*lines[: at + 1], *fault, *lines[at + 1 :]])
    found = read_toml(damaged, "x.toml")
    assert faults_of(found) == [(TWICE, at + 2, 3) if again else (NO_TOML, at + 2, 12)]
    assert found.values == document


def _whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def test_a_shipped_file_is_sound_or_says_where_it_is_damaged() -> None:
    assert shipped_values('a = "中"', "words.toml") == {"a": "中"}
    with pytest.raises(ConfigError, match=r"words.toml is damaged: words.toml:2:5: "):
        shipped_values("a = 1\nb = \n", "words.toml")
