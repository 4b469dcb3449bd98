import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.toml.places import Places
from campaigner.toml.reading import read_toml
from tests.toml.documents import DOCUMENTS, paths, quoted, written

CONFIG = '''\
# a comment with [brackets] and key = "value"
title = "幸福镇"          # [not.a.table]

[campaigns.x]
filter = """
[campaigns.fake]
age >= 60 # not a comment
"""
dotted.inner . deep = 1
"quoted key" = 'C:\\path'
"\\u4e2d" = 2
when = 2026-12-01 09:00:00
inline = { price = 45, nested = { "a.b" = [1, 2] }, text = "}" }
lines = [
  "一",  # first ]
  "二",
  ["三"],
]

[[channels]]
name = "sms"
[channels.options]
copies = 1
[[channels]]
name = "letter"
  [channels.options]
  copies = 2
  [[channels.sizes]]
  name = "A4"
  [[channels.sizes]]
  name = "A3"

[campaigns]
note = \'\'\'It''s [here]\'\'\'\'
last = true
'''


def loaded(text: str) -> tuple[dict[str, Any], Places]:
    document = read_toml(text, "config.toml")
    assert document.faults == ()
    return document.values, document.places


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param(("title",), (2, 1), id="key-at-the-root"),
        pytest.param(("campaigns", "x"), (4, 12), id="table-by-its-header"),
        pytest.param(("campaigns",), (33, 2), id="later-explicit-header-wins-over-an-implicit-one"),
        pytest.param(("campaigns", "x", "filter"), (5, 1), id="key-of-a-multi-line-string"),
        pytest.param(("campaigns", "x", "dotted"), (9, 1), id="first-part-of-a-dotted-key"),
        pytest.param(("campaigns", "x", "dotted", "inner", "deep"), (9, 16), id="last-part-of-a-dotted-key"),
        pytest.param(("campaigns", "x", "quoted key"), (10, 1), id="quoted-key"),
        pytest.param(("campaigns", "x", "中"), (11, 1), id="key-with-an-escape"),
        pytest.param(("campaigns", "x", "inline", "price"), (13, 12), id="key-of-an-inline-table"),
        pytest.param(
            ("campaigns", "x", "inline", "nested", "a.b"), (13, 35), id="quoted-key-two-inline-tables-deep"
        ),
        pytest.param(
            ("campaigns", "x", "inline", "nested", "a.b", 1), (13, 47), id="second-entry-of-an-inline-list"
        ),
        pytest.param(("campaigns", "x", "inline", "text"), (13, 53), id="key-after-a-closed-inline-table"),
        pytest.param(("campaigns", "x", "lines", 1), (16, 3), id="entry-of-a-list-over-several-lines"),
        pytest.param(("campaigns", "x", "lines", 2, 0), (17, 4), id="entry-of-a-list-in-a-list"),
        pytest.param(("channels",), (20, 3), id="array-of-tables-as-a-whole"),
        pytest.param(("channels", 0), (20, 3), id="first-of-an-array-of-tables"),
        pytest.param(("channels", 1), (24, 3), id="second-of-an-array-of-tables"),
        pytest.param(("channels", 0, "options", "copies"), (23, 1), id="sub-table-of-the-first"),
        pytest.param(("channels", 1, "options", "copies"), (27, 3), id="sub-table-of-the-second"),
        pytest.param(
            ("channels", 1, "sizes", 1, "name"), (31, 3), id="array-of-tables-in-an-array-of-tables"
        ),
        pytest.param(("campaigns", "last"), (35, 1), id="after-a-string-that-ends-in-a-quote"),
        pytest.param(("campaigns", "fake"), (33, 2), id="a-header-inside-a-string-is-none"),
        pytest.param(("campaigns", "x", "missing", "deeper"), (4, 12), id="unknown-falls-back-to-its-table"),
        pytest.param(("nothing",), (1, None), id="unknown-at-the-root-is-the-file"),
        pytest.param((), (1, None), id="the-root-is-the-file"),
    ],
)
def test_place_of_a_key(path: tuple[str | int, ...], place: tuple[int, int | None]) -> None:
    _, places = loaded(CONFIG)
    assert places.of(*path) == place


def test_values_are_the_standard_librarys() -> None:
    values, _ = loaded(CONFIG)
    assert values == tomllib.loads(CONFIG)


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        pytest.param("\ufeffa = 1\nb = 2", ("b",), (2, 1), id="byte-order-mark"),
        pytest.param("\ufeffa = 1", ("a",), (1, 1), id="byte-order-mark-takes-no-column"),
        pytest.param("a = 1\r\n\r\nb = 2\r\n", ("b",), (3, 1), id="windows-line-ends"),
        pytest.param('a = """"""\nb = 2', ("b",), (2, 1), id="empty-multi-line-string"),
        pytest.param('a = """\\""" """\nb = 2', ("b",), (2, 1), id="escaped-quote-before-two-more"),
        pytest.param('a = """x"""""\nb = 2', ("b",), (2, 1), id="two-quotes-before-the-closing-three"),
        pytest.param("a = ''''''\nb = 2", ("b",), (2, 1), id="empty-literal-multi-line-string"),
        pytest.param("a = ''\nb = 2", ("b",), (2, 1), id="empty-literal-string"),
        pytest.param('a = "\\\\"\nb = 2', ("b",), (2, 1), id="escaped-backslash-before-the-closing-quote"),
        pytest.param("a = []\nb = {}\nc = 1", ("c",), (3, 1), id="empty-list-and-empty-inline-table"),
        pytest.param("[ a . 'b' ] # c\nd = 1", ("a", "b"), (1, 7), id="blanks-inside-a-header"),
        pytest.param("\n\n  a = 1", ("a",), (3, 3), id="indented-key"),
    ],
)
def test_place_in_small_texts(text: str, path: tuple[str | int, ...], place: tuple[int, int | None]) -> None:
    _, places = loaded(text)
    assert places.of(*path) == place


TOMLISH = st.text(alphabet=st.sampled_from("ab.=[]{}\"'\\#,\n 01-:T家")).map(str)


@given(st.one_of(st.text(), TOMLISH))
def test_never_raises(text: str) -> None:
    document = read_toml(text, "x.toml")
    assert document.whole or document.faults
    assert all(fault.line is not None for fault in document.faults)
    for path in paths(document.values):
        line, column = document.places.of(*path)
        assert line is not None
        assert column is not None


@given(DOCUMENTS)
def test_every_key_stands_where_its_place_says(document: dict[str, Any]) -> None:
    text = written(document)
    values, places = loaded(text)
    assert values == document
    lines = text.split("\n")
    for path in paths(values):
        line, column = places.of(*path)
        assert line is not None
        assert column is not None
        name = path[-1]
        if isinstance(name, str):
            assert lines[line - 1][column - 1 :].startswith(quoted(name)), path
