import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.sms import JOINED, SINGLE, Cost, charged, compose, counted, parts, split, units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 1, id="empty text is still one message"),
        pytest.param("诈" * 70, 1, id="70 fit into one"),
        pytest.param("诈" * 71, 2, id="71 are two parts"),
        pytest.param("诈" * 134, 2, id="two parts hold 67 each"),
        pytest.param("诈" * 135, 3, id="135 are three parts"),
        pytest.param("𠮷" * 35, 1, id="35 rare characters are 70 units"),
        pytest.param("𠮷" * 36, 2, id="36 rare characters are 72 units"),
        pytest.param("a" + "𠮷" * 67, 3, id="a pair that would be cut moves to the next part"),
    ],
)
def test_parts(text: str, expected: int) -> None:
    assert parts(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=600))
def test_split_keeps_everything_and_fits(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces) == text
    assert len(pieces) == parts(text)
    limit = SINGLE if len(pieces) == 1 else JOINED
    assert all(units(piece) <= limit for piece in pieces)
    assert units(text) == len(text.encode("utf-16-le")) // 2


@given(st.lists(st.text(max_size=90), max_size=6))
def test_many_are_counted_as_each_alone(texts: list[str]) -> None:
    assert counted(texts) == list(map(units, texts))
    assert charged(texts, counted(texts)) == list(map(parts, texts))


@pytest.mark.parametrize(
    ("text", "signature", "suffix", "expected"),
    [
        ("勿转账。", "某中心", "拒收请回复R", "【某中心】勿转账。拒收请回复R"),
        ("勿转账", "某中心", "拒收请回复R", "【某中心】勿转账。拒收请回复R"),
        ("勿转账", "某中心", "", "【某中心】勿转账"),
        ("勿转账", "", "", "勿转账"),
    ],
)
def test_compose(text: str, signature: str, suffix: str, expected: str) -> None:
    assert compose(text, signature, suffix) == expected


@pytest.mark.parametrize(
    ("milli", "yuan"),
    [(0, "0.00"), (50, "0.05"), (38_250, "38.25"), (45, "0.05"), (44, "0.04"), (1_234_567, "1234.57")],
)
def test_cost_in_yuan(milli: int, yuan: str) -> None:
    assert Cost(milli).yuan == yuan


def test_costs_add_up_exactly() -> None:
    assert sum((Cost.of(3, 45), Cost.of(1, 50)), Cost(0)) == Cost(185)
