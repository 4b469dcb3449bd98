"""Sentences that the rules cannot tell apart are judged once: the verdict must be the same as one by one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.wording.alphabet import blinding, blinding_of, characters
from campaigner.domain.wording.checker import Checker, TextContext
from campaigner.domain.wording.rules import RuleFinding
from campaigner.domain.wording.skimming import Skimmer
from campaigner.intake.ruleset import load_rules

PIECES = [
    "请立即点击链接", "t.cn/ab", "不要点击", "国家反诈中心APP",
    "国家反詐中心", "96110", "961l0", "装了就不会被骗", "一律安装",
    "刷单", "骗子说", "凡是", "都是诈骗", "。", "，", "：", "\n", "【", "】", "“", "”", "张", "建国", "老人", "核酸",
    "跑分", "您好",
    "接到", "近日", "被骗12345元", "2021年", "1. ", "同学们", "村民王", "13800138000", "加微信",
]  # fmt: skip
OTHERS = "囧槑靐龘韡骉垚焱鑫淼犇猋晶磊森"
CONTEXTS = [
    TextContext("sms", ("elderly",), ("elderly",), today=date(2026, 12, 1)),
    TextContext("letter", ("guardians",), today=date(2026, 12, 1)),
    TextContext(),
]
texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.sampled_from(OTHERS), max_size=3)), max_size=12
).map("".join)


class _Forgetful(dict[object, object]):
    def __setitem__(self, key: object, value: object) -> None:
        """Nothing is remembered."""

    def setdefault(self, _key: object, default: object = None) -> object:
        return default


def told(findings: list[RuleFinding]) -> list[tuple[str, int, int, str]]:
    return [(f.rule, f.start, f.end, f.text) for f in findings]


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, min_size=1, max_size=6), st.sampled_from(CONTEXTS))
def test_reading_many_is_reading_each(many: list[str], context: TextContext) -> None:
    rules = load_rules()
    together = Checker(rules, context)
    for text in many:
        alone = Checker(rules, context)
        alone.blinding = {}
        alone._parts = _Forgetful()
        assert told(together.check(text)) == told(alone.check(text))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(texts, min_size=1, max_size=8),
    st.lists(texts, min_size=1, max_size=2),
    st.sampled_from(CONTEXTS),
)
def test_skimming_many_finds_what_reading_each_finds(
    beginnings: list[str], endings: list[str], context: TextContext
) -> None:
    rules = load_rules()
    many = [beginning + ending for ending in endings for beginning in beginnings] * 2
    skimmed = Skimmer(Checker(rules, context)).findings(many)
    alone = [finding for text in many for finding in Checker(rules, context).check(text)]
    assert [(told([f]), f.passage) for f in skimmed] == [(told([f]), f.passage) for f in alone]


def test_a_text_like_a_sound_one_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    checked = Checker.check
    monkeypatch.setattr(Checker, "check", lambda self, text: read.append(text) or checked(self, text))
    names = [f"{one}{other}" for one in OTHERS for other in OTHERS]
    said = [f"{name}您好，凡是要您先垫钱的网上任务，都是诈骗。" for name in names]
    assert list(Skimmer(Checker(load_rules(), CONTEXTS[2])).findings(said)) == []
    assert read == said[:2]


def test_what_is_told_is_this_texts_own() -> None:
    checker = Checker(load_rules(), CONTEXTS[0])
    first, second = (checker.check(f"{name}请立即点击链接 t.cn/ab 登记。") for name in ("囧槑", "靐龘"))
    assert told(first) == told(second)
    assert {finding.passage[:2] for finding in second} == {"靐龘"}


@pytest.mark.parametrize("character", list("转账点击链接不没未非客户端张王核酸俗称近日詐騙請冒充一九"))
def test_what_the_rules_look_at_is_not_blinded(character: str) -> None:
    assert ord(character) not in blinding_of(load_rules())


def test_most_characters_are_like_any_other() -> None:
    table = blinding_of(load_rules())
    assert len(table) > 15_000
    assert len(set(table.values())) == 1
    assert all(ord(character) in table for character in OTHERS)
    assert blinding(characters(["".join(map(chr, range(0x4E00, 0xA000)))])) == {}
