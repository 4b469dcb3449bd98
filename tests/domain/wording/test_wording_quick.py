"""What makes the reading quick changes nothing in what it finds: each short cut beside the plain way."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.wording.checker import Checker, TextContext
from campaigner.domain.wording.sentences import sentences
from campaigner.domain.wording.voice import Voice
from campaigner.intake import ruleset
from campaigner.intake.linear import filled
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

HOME = Path(ruleset.__file__).with_name("rules")
DATA = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in HOME.glob("*.toml")}
CONTEXT = DATA["words"]["context"]
PLAIN_DENIED = re.compile(
    f"^{CONTEXT['verdict_lead']}{CONTEXT['verdict']}|^{CONTEXT['advice_lead']}{CONTEXT['advice']}"
)
VOICE = Voice(CONTEXT)
GATE = re.compile(r"\(\?=<<reach>>\{0,\d+\}\?\(\?:[^()]*\)\)")
PLAIN = {
    "<<on12>>": "<<until>>{0,12}?[，,]?<<until>>{0,6}?",
    "<<on10>>": "<<until>>{0,10}?[，,]?<<until>>{0,6}?",
}


def plain(expression: str) -> str:
    """An expression of the rules before it was made quick."""
    for quick, slow in PLAIN.items():
        expression = expression.replace(quick, slow)
    return GATE.sub("", expression)


SHIPPED = [
    (entry["id"], find)
    for name in ("patterns", "scamlike")
    for entry in DATA[name]["pattern"]
    for find in ([entry["find"]] if isinstance(entry["find"], str) else entry["find"])
]
QUICKENED = [pytest.param(find, id=f"{kind}-{find[:12]}") for kind, find in SHIPPED if plain(find) != find]


def words_of(expression: str) -> list[str]:
    return sorted(set(re.findall("[\u4e00-\u9fff]{1,4}|[0-9]", expression)))


def texts_of(expression: str) -> st.SearchStrategy[str]:
    """Texts of an expression's own words, with the stops, commas and fillers that come between."""
    pieces = [*words_of(expression), "，", "，，", "的", "者", "。", "天", "天天天天天", "x", "\n", " "]
    return st.lists(st.sampled_from(pieces), max_size=24).map("".join)


def test_five_expressions_have_a_short_cut() -> None:
    assert len(QUICKENED) == 5


@pytest.mark.parametrize("find", QUICKENED)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_short_cut_within_an_expression_changes_no_match(find: str, data: st.DataObject) -> None:
    groups = ruleset._groups({"groups": DATA["words"]["groups"], "tlds": DATA["lists"]["tlds"]})
    quick, slow = (ruleset._compiled(filled(each, groups)) for each in (find, plain(find)))
    text = data.draw(texts_of(filled(plain(find), groups)))
    assert [match.span() for match in quick.finditer(text)] == [match.span() for match in slow.finditer(text)]


@pytest.mark.parametrize("find", QUICKENED)
def test_a_short_cut_reaches_as_far_as_the_expression(find: str) -> None:
    """Every distance between the first word and the last, with and without a comma on the way."""
    groups = ruleset._groups({"groups": DATA["words"]["groups"], "tlds": DATA["lists"]["tlds"]})
    quick, slow = (ruleset._compiled(filled(each, groups)) for each in (find, plain(find)))
    heads = ("安装", "装", "未注册", "不下载", "装好了", "发送短信", "编辑")
    ends = (
        "不予办理",
        "不能开户",
        "免谈",
        "不会被骗",
        "永不上当",
        "高枕无忧",
        "上交截图",
        "发截图",
        "名单",
        "问责",
    )
    ends += ("发送到10086", "给 12345")
    matched = 0
    for head in heads:
        for end in ends:
            for length in range(32):
                for comma in range(-1, length + 1):
                    gap = "天" * length if comma < 0 else "天" * comma + "，" + "天" * (length - comma)
                    text = f"{head}{gap}{end}。"
                    found = [match.span() for match in quick.finditer(text)]
                    assert found == [match.span() for match in slow.finditer(text)], text
                    matched += bool(found)
    assert matched > 100


DENIALS = [*words_of(PLAIN_DENIED.pattern), "，", "。", "”", "天", "天天天", " ", "不", "非"]


@given(st.lists(st.sampled_from(DENIALS), max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_a_denial_is_found_as_one_expression_would_find_it(behind: str) -> None:
    behind = behind[:48]
    assert VOICE.denied(behind) is bool(PLAIN_DENIED.search(behind))


@pytest.mark.parametrize("change", [{"verdict": None}, {"denied": "x"}])
def test_an_expression_too_few_or_too_many_is_refused(change: dict[str, str | None]) -> None:
    words = {name: each for name, each in (CONTEXT | change).items() if each is not None}
    with pytest.raises(ValueError, match=f"context: {next(iter(change))} is missing or unknown"):
        Voice(words)


@given(
    st.lists(st.text("安装不予ap.ſK", min_size=1, max_size=3), min_size=1, max_size=6),
    st.text("安装不予ApPſKk.", max_size=12),
)
@settings(deadline=None)
def test_a_list_of_words_is_their_alternation(words: list[str], text: str) -> None:
    alternation = "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
    for flags in (re.NOFLAG, re.IGNORECASE):
        quick, slow = (re.compile(each, flags) for each in (ruleset._any_of(words), alternation))
        assert [match.span() for match in quick.finditer(text)] == [
            match.span() for match in slow.finditer(text)
        ]


@given(
    st.lists(st.sampled_from(["字" * 599, "字", "，", "；", "。", "\n", "“", "”", "！？"]), max_size=12).map(
        "".join
    )
)
@settings(deadline=None)
def test_sentences_joined_are_the_text(text: str) -> None:
    cut = list(sentences(text))
    assert "".join(cut) == text
    assert all(0 < len(each) <= 600 for each in cut)


def test_a_sentence_that_comes_again_is_judged_once_and_found_each_time() -> None:
    checker = Checker(load_rules(), TextContext(channel="sms"))
    judged = []
    judge = Checker._judge

    def counted(self: Checker, sentence, about, glossed):  # type: ignore[no-untyped-def]
        judged.append(sentence.folded.raw)
        return judge(self, sentence, about, glossed)

    Checker._judge = counted  # type: ignore[method-assign]
    try:
        found = checker.check("请点击链接领取。" * 500)
    finally:
        Checker._judge = judge  # type: ignore[method-assign]
    assert judged == ["请点击链接领取。"]
    (alone,) = check_text("请点击链接领取。", load_rules(), TextContext(channel="sms"))
    assert [each.start - alone.start for each in found] == list(range(0, 500 * 8, 8))
    assert {each.text for each in found} == {alone.text}
