"""CHK-16, 22, 23: for whom, when, and in which words; overrides; places in a document."""

from datetime import date

import pytest

from campaigner.domain.problem import Level
from campaigner.domain.wording.checker import Checker, TextContext, check_document
from campaigner.domain.wording.rules import Override, RuleFinding, apply_overrides, passage_hash
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

RULES = load_rules()
TODAY = date(2026, 11, 24)
OLD = TextContext(channel="sms", segments=("village-elderly",), today=TODAY)


def found(text: str, rule: str, context: TextContext) -> set[str]:
    return {finding.kind for finding in check_text(text, RULES, context) if finding.rule == rule}


HARD = {
    "jargon": ("不要相信刷单。", "jargon"),
    "two-cards": ("严禁买卖两卡。", "jargon"),
    "screen-sharing": ("对方让您开屏幕共享，请拒绝。", "jargon"),
    "traditional-jargon": ("不要參與跑分。", "jargon"),
    "latin": ("警惕AI换脸。", "jargon"),
    "not-yet-glossed": ("跑分很危险。", "jargon"),
    "long-clause": ("骗子会冒充公安机关工作人员并以涉嫌洗钱为由要求您把全部存款转走。", "long-clause"),
    "long-sentence": (
        "骗子会打来电话，说您的医保卡出了事，说您的名字被别人用了，说您要马上把钱转走，还说不能告诉家里人，也不能报警。",
        "long-sentence",
    ),
}
EASY = {
    "gloss-in-brackets": "不要相信刷单（假装买东西赚佣金）。",
    "gloss-after": "刷单就是假装买东西赚佣金。",
    "gloss-before": "替骗子转钱（跑分）是违法的。",
    "gloss-with-quotes": "“屏幕共享”就是让别人看到您的手机。",
    "glossed-once": "刷单（假装买东西）是骗局。刷单不可信。",
    "short-sentences": "别慌。先挂断。打96110问一问。",
    "called": "假装买东西赚佣金，也叫刷单，是骗局。",
    "commas": "拿不准，问家人，问邻居，打96110。",
}
OUTDATED = {
    "test": "做核酸时请戴好口罩，谨防诈骗。",
    "epidemic": "疫情防控期间谨防诈骗。",
    "code": "出示健康码后参加讲座。",
    "disease": "骗子以新冠疫苗为名行骗。",
    "isolation": "居家隔离人员谨防诈骗。",
    "traditional": "做核酸檢測時謹防詐騙。",
}
CURRENT = {
    "queue": "排队候诊时谨防诈骗。",
    "animals": "动物疫情期间谨防假兽药。",
    "barrier": "隔离带旁设有宣传点。",
    "doctor": "就医时出示医保卡。",
    "code": "付款码不要给别人。",
    "season": "秋冬季节注意防寒。",
}


@pytest.mark.parametrize(("text", "kind"), HARD.values(), ids=HARD)
def test_what_is_hard_to_read_is_found(text: str, kind: str) -> None:
    assert kind in found(text, "CHK-23", OLD)


@pytest.mark.parametrize("text", EASY.values(), ids=EASY)
def test_what_is_plain_passes(text: str) -> None:
    assert not found(text, "CHK-23", OLD)


@pytest.mark.parametrize("text", [text for text, _ in HARD.values()], ids=HARD)
def test_others_may_read_harder_texts(text: str) -> None:
    assert not found(text, "CHK-23", TextContext(segments=("finance",)))


@pytest.mark.parametrize("text", OUTDATED.values(), ids=OUTDATED)
def test_what_is_out_of_date_is_found(text: str) -> None:
    assert found(text, "CHK-22", OLD)
    assert found(text, "CHK-22", TextContext())
    assert not found(text, "CHK-22", TextContext(today=date(2022, 6, 1)))


@pytest.mark.parametrize("text", CURRENT.values(), ids=CURRENT)
def test_what_is_current_passes(text: str) -> None:
    assert not found(text, "CHK-22", OLD)


@pytest.mark.parametrize(
    ("text", "segments", "written_for", "kind"),
    [
        pytest.param("请警惕。", ("elderly",), (), None, id="for-everybody"),
        pytest.param("请警惕。", ("elderly",), ("elderly", "residents"), None, id="for-them"),
        pytest.param("请警惕。", ("finance",), ("elderly",), "other-segment", id="for-others"),
        pytest.param("请警惕。", ("elderly", "finance"), ("elderly",), "other-segment", id="for-some"),
        pytest.param("各位家长：请警惕。", ("elderly",), (), "address", id="parents-to-old-people"),
        pytest.param("同学们，请警惕。", ("finance-staff",), (), "address", id="pupils-to-accountants"),
        pytest.param("老年朋友，请警惕。", ("students",), (), "address", id="old-people-to-students"),
        pytest.param("财务人员请警惕。", ("parents",), (), "address", id="accountants-to-parents"),
        pytest.param("各位老師請警惕。", ("elderly",), (), "address", id="traditional"),
        pytest.param("各位家长：请警惕。", ("parents",), (), None, id="parents-to-parents"),
        pytest.param("同学们好。", ("大学生",), (), None, id="students-in-chinese"),
        pytest.param("各位家长：请警惕。", ("zone-7",), (), None, id="unknown-segment"),
        pytest.param("各位家长：请警惕。", (), (), None, id="no-segment"),
        pytest.param("居民朋友，请警惕。", ("elderly",), (), None, id="general-address"),
    ],
)
def test_a_text_fits_its_readers(
    text: str, segments: tuple[str, ...], written_for: tuple[str, ...], kind: str | None
) -> None:
    context = TextContext(segments=segments, written_for=written_for, warning="fake-police")
    assert found(text, "CHK-16", context) == ({kind} if kind else set())


def test_an_override_lets_a_warning_pass_and_is_reported() -> None:
    findings = check_text("做核酸时谨防诈骗。请拨打96 110。", RULES, OLD)
    warning = next(each for each in findings if each.rule == "CHK-22")
    override = Override("CHK-22", warning.text_hash, "李四", "回顾往年活动")
    remaining, used = apply_overrides(findings, [override])
    assert [each.rule for each in remaining] == ["CHK-19"]
    assert used == [override]


def test_a_block_is_never_overridden() -> None:
    findings = check_text("请拨打96 110。", RULES, OLD)
    overrides = [Override(each.rule, each.text_hash, "李四", "赶时间") for each in findings]
    assert findings
    assert apply_overrides(findings, overrides) == (findings, [])


@pytest.mark.parametrize(("by", "reason"), [("", "因为"), (" ", "因为"), ("李四", ""), ("李四", "\n")])
def test_an_override_needs_name_and_reason(by: str, reason: str) -> None:
    findings = check_text("做核酸时谨防诈骗。", RULES, OLD)
    override = Override("CHK-22", findings[0].text_hash, by, reason)
    assert apply_overrides(findings, [override]) == (findings, [])


def test_an_override_dies_with_a_change_of_the_sentence() -> None:
    override = Override("CHK-22", passage_hash("做核酸时谨防诈骗。"), "李四", "回顾")
    changed = check_text("做核酸时谨防电信诈骗。", RULES, OLD)
    assert apply_overrides(changed, [override]) == (changed, [])
    same = check_text("您好！做核酸时谨防诈骗。", RULES, OLD)
    assert apply_overrides(same, [override]) == ([], [override])


def test_a_finding_says_where_and_why() -> None:
    text = "您好！国家 反电诈 ＡＰＰ很好用。"
    finding = next(each for each in check_text(text, RULES, TextContext()) if each.rule == "CHK-19")
    assert text[finding.start : finding.end] == finding.text == "国家 反电诈"
    assert finding.passage == "国家 反电诈 ＡＰＰ很好用。"
    assert finding.level is Level.BLOCK
    assert "国家反诈中心" in finding.instead_zh
    assert RULES.rules["CHK-19"].source_zh in finding.explanation_zh
    assert finding.message


def test_a_document_has_lines_and_columns() -> None:
    text = "通知\r\n各位居民：\r\n  请拨打96 110。\n\n居民务必安\n装APP。"
    problems = check_document(text, "通知.txt", RULES, TextContext())
    assert [(each.place, each.code, each.value) for each in problems] == [
        ("通知.txt:3:6", "chk-19", "96 110")
    ]
    assert problems[0].message.isascii()
    assert problems[0].message_zh


def test_a_sentence_wrapped_at_the_width_of_the_page_is_whole() -> None:
    text = "为了守护大家的钱袋子，请各位居民朋友在本月底以前务\n必安装国家反诈中心APP。"
    problems = check_document(text, "通知.txt", RULES, TextContext())
    assert [(each.code, each.line, each.column) for each in problems] == [("chk-01", 1, 25)]


def test_place_holders_of_templates_are_one_word() -> None:
    left = check_text("{{ recipient.name }}您好：{{ warning.short }}", RULES, TextContext())
    assert {finding.rule for finding in left} == {"CHK-30"}  # in a text that goes out they are left-overs
    found_too = check_text("请拨打{{ office.me }}或96 110。", RULES, TextContext())
    assert [finding.text for finding in found_too if finding.rule == "CHK-19"] == ["96 110"]


def test_a_checker_forgets_before_it_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.domain.wording.checker._REMEMBERED", 10)
    checker = Checker(RULES, OLD)
    answers = [checker.check(f"第{number}次，请点击链接。") for number in range(50)]
    assert all(isinstance(each[0], RuleFinding) for each in answers)
    assert len(checker._sentences) <= 12


def test_a_fraudsters_list_ends_where_our_own_words_begin() -> None:
    text = "骗子常说：\n1.请点击链接。\n\n2.请立即转账。\n以上都是骗局。\n请点击链接。"
    assert [each.start for each in check_text(text, RULES, TextContext())] == [text.rindex("请点击")]
