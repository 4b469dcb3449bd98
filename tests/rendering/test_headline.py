"""Big lines break between words, in balance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.rendering.headline import candidates


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("凡是网上刷单都是诈骗", ["凡是网上刷单", "都是诈骗"], id="words stay whole"),
        pytest.param("凡是刷单返利都是诈骗", ["凡是刷单返利", "都是诈骗"], id="the longer word counts"),
        pytest.param(
            "陌生来电要警惕，转账之前先核实", ["陌生来电要警惕，", "转账之前先核实"], id="at the comma"
        ),
        pytest.param("先问家人，再问警察", ["先问家人，", "再问警察"], id="short, at the comma"),
        pytest.param(
            "接到“领导”转账要求", ["接到“领导”", "转账要求"], id="quotation marks stay with their word"
        ),
        pytest.param("有事请打96110问问警察", ["有事请打", "96110问问警察"], id="numbers stay whole"),
    ],
)
def test_two_lines(text: str, lines: list[str]) -> None:
    assert candidates(text)[1] == lines


def test_given_line_breaks_are_kept() -> None:
    assert candidates("守好\n钱袋子") == [["守好", "钱袋子"]]


def test_a_very_short_text_has_few_breaks() -> None:
    assert candidates("反诈") == [["反诈"]]
    assert candidates("") == [[""]]


@given(st.text(alphabet="凡是网上刷单都诈骗，“”96110转账", min_size=1, max_size=20).filter(str.strip))
def test_no_character_is_lost(text: str) -> None:
    assert all("".join(lines) == text for lines in candidates(text))


@given(st.integers(1, 11), st.sampled_from("，。！？、：”"))
def test_no_line_begins_with_a_mark(place: int, mark: str) -> None:
    text = "家家户户人人事事时时处处"
    for lines in candidates(text[:place] + mark + text[place:]):
        assert not any(line.startswith(mark) for line in lines)
