"""Any text at all gets an answer, in time, and its places are true."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.domain.wording.checker import Checker, TextContext, check_document
from campaigner.domain.wording.folding import Folding
from campaigner.domain.wording.sieve import Sieve
from campaigner.domain.wording.voice import enclosing_quotes
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text
from tests.pace import assert_grows_with_its_size

RULES = load_rules()
CONTEXT = TextContext(
    channel="sms",
    segments=("elderly",),
    names=("张三丰",),
    hotlines=frozenset({"057188888888"}),
    today=date(2026, 11, 24),
)
WORDS = [
    "请",
    "点击",
    "链接",
    "转账",
    "不要",
    "骗子",
    "说：",
    "“",
    "”",
    "。",
    "，",
    "\n",
    " ",
    "\u200b",
    "96110",
    "96 110",
    "９",
    "国家反诈中心APP",
    "必须",
    "安装",
    "都是诈骗",
    "凡是",
    "t.cn/x",
    "近日",
    "村民",
    "张三",
    "被骗",
    "83251元",
    "{{ x }}",
    "👴",
    "國",
    "微信",
    "回复",
    "1",
    "刷单",
    "（",
    "）",
    "「",
    "1.",
    "2023年",
    "：",
    "\ud800",
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join))


@given(texts)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_gets_an_answer_with_true_places(text: str) -> None:
    for finding in check_text(text, RULES, CONTEXT):
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.text
        assert finding.text_hash
        assert finding.explanation_zh
    for problem in check_document(text, "a.txt", RULES, CONTEXT):
        assert problem.line is not None
        assert 1 <= problem.line <= text.count("\n") + 1


@given(st.lists(texts, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_many_together_are_as_each_alone(many: list[str]) -> None:
    checker = Checker(RULES, CONTEXT)
    assert [checker.check(each) for each in many] == [check_text(each, RULES, CONTEXT) for each in many]


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("请点击", id="one-endless-request"),
        pytest.param("“", id="only-opening-quotes"),
        pytest.param("9", id="only-digits"),
        pytest.param("9 6-", id="separated-digits"),
        pytest.param("{{", id="open-place-holders"),
        pytest.param("a.", id="dots"),
        pytest.param("骗子说，", id="speakers"),
        pytest.param("不", id="negations"),
        pytest.param(" ", id="blanks"),
        pytest.param("好\n", id="short-lines"),
        pytest.param("近日，村民张", id="names"),
        pytest.param("x", id="latin"),
        pytest.param("国家反诈中心APP活该注册率必须扣分", id="quotas"),
        pytest.param("案点 n", id="links"),
    ],
)
def test_a_megabyte_costs_four_times_a_quarter_of_it(piece: str) -> None:
    """Sentences that are all the same are judged once; with a number each of them is another one."""

    def read(size: int) -> None:
        text = piece * (size // len(piece))
        check_text(text, RULES, CONTEXT)

    def read_each(size: int) -> None:
        text = "".join(f"{piece * (580 // len(piece))}{number}。" for number in range(size // 580))
        check_text(text, RULES, CONTEXT)

    assert_grows_with_its_size(read, 250_000)
    assert_grows_with_its_size(read_each, 20_000)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        pytest.param("國家反詐", "国家反诈", id="traditional"),
        pytest.param("９６１１０ＡＰＰ", "96110APP", id="full-width"),
        pytest.param("АРР", "APP", id="cyrillic"),
        pytest.param("𝟗𝟔𝐀𝐩", "96Ap", id="mathematical"),
        pytest.param("安\u200b装", "安装", id="zero-width"),
        pytest.param("安  装 了", "安装了", id="spaced"),
        pytest.param("in one", "in one", id="latin-words-stay-apart"),
        pytest.param("您好{{ name }}！", "您好○！", id="place-holder"),
        pytest.param("平常的话", "平常的话", id="plain"),
    ],
)
def test_disguises_are_seen_through(raw: str, folded: str) -> None:
    assert RULES.folding.fold(raw).text == folded


def test_places_lead_back_through_gaps() -> None:
    folded = RULES.folding.fold("务 必\u200b安装{{ x }}國")
    assert folded.text == "务必安装○国"
    assert folded.original(0, 4) == "务 必\u200b安装"
    assert folded.original(5, 6) == "國"
    assert folded.origin_end(0) == 0


@pytest.mark.parametrize(
    ("name", "around", "mixed"),
    [
        ("国家", "国家诈骗", False),
        ("國诈", "", True),
        ("國家", "诈骗 國家", True),
        ("國家", "詐騙 國家", False),
        ("國家", "國家", False),
    ],
)
def test_mixed_scripts(name: str, around: str, mixed: bool) -> None:
    assert Folding({"國": "国", "詐": "诈", "騙": "骗"}, "国诈骗").mixed(name, around) is mixed


def test_the_sieve_finds_words_that_overlap() -> None:
    sieve = Sieve({"安装": 1, "装好了": 2, "装": 4, "app": 8, "安装好": 16})
    assert sieve.mask("安装好了") == 1 | 2 | 4 | 16
    assert sieve.mask("安好") == 0
    assert [sieve.mask(each) for each in ("APP", "App", "app")] == [8, 8, 8]
    assert Sieve({}).mask("安装") == 0


@pytest.mark.parametrize(
    ("sentence", "span"),
    [
        ("说“点击链接”吧", (1, 7)),
        ("说“是”点击链接", (4, 8)),
        ("说点击链接", (1, 5)),
        ("“点击链接", (1, 5)),
        ("「“点击链接”」", (1, 7)),
    ],
)
def test_quotation_marks_around_a_match(sentence: str, span: tuple[int, int]) -> None:
    start = sentence.index("点击链接")
    assert enclosing_quotes(sentence, start, start + 4) == span


def test_ten_thousand_messages_share_their_sentences() -> None:
    checker = Checker(RULES, TextContext(channel="sms"))
    for number in range(10_000):
        assert not checker.check(
            f"张三{number % 97}李四{number // 97}您好：凡是要您转账的都是诈骗。请打96110。"
        )
    assert sum("转账" in raw for raw in checker._sentences) == 1
