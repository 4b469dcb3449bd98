from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.findings.finding import Certainty, Finding, FindingKind
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.vocabulary import Term, Vocabulary, folded, spellings
from campaigner.domain.reports.report import Report

Make = Callable[..., Report]


def _names(findings: Iterable[Finding], kind: FindingKind) -> set[str]:
    return {finding.canonical for finding in findings if finding.kind is kind}


TYPES = {
    "village-secretary": ("冒充镇党委书记作案", {"冒充领导熟人"}),
    "class-teacher": ("警惕冒充班主任收费", {"冒充领导熟人"}),
    "teacher-of-a-child": ("冒充孙女的老师向人借钱", {"冒充领导熟人"}),
    "boss": ("冒充公司老板要求付款", {"冒充领导熟人"}),
    "recharge": ("网上充值返利诈骗案", {"刷单返利"}),
    "brushing-in-a-warning": ("请勿参与刷单", {"刷单返利"}),
    "net-loan-fraud": ("网贷诈骗案", {"虚假贷款"}),
    "courier-and-refund": ("冒充快递客服、电商客服退款类诈骗", {"冒充电商物流客服"}),
    "merged-in-2025": ("虚假贷款、征信类诈骗", {"虚假贷款", "虚假征信"}),
    "police": ("冒充公检法", {"冒充公检法及政府机关"}),
    "pig-butchering": ("杀猪盘", {"网络婚恋交友"}),
    "investment-near-fraud": ("有人在投资理财中被骗", {"虚假网络投资理财"}),
    "game": ("网络游戏装备交易诈骗", {"网络游戏产品虚假交易"}),
    "ticket": ("机票退改签骗局", {"机票退改签"}),
    "elder": ("打击整治养老诈骗专项行动", {"养老诈骗"}),
    "in-a-title": ("阅读《防范养老诈骗告知书》", {"养老诈骗"}),
    "long-beats-short": ("冒充电商客服", {"冒充电商物流客服"}),
    "victim-is-a-manager": ("冒充客服骗取某公司经理钱财", {"冒充电商物流客服"}),
    "generic-kinds": ("介绍电信诈骗的种类、惯用手法和作案方式", set()),
    "generic-tricks": ("揭露八大套路，十类高发诈骗", set()),
    "loan-business": ("办理贷款业务，规范网贷平台监管", set()),
    "investment-advice": ("普及投资理财知识，谨防受骗", set()),
    "customer-service": ("拨打客服电话", set()),
    "pension": ("发放养老保险待遇", set()),
    "game-alone": ("开展趣味游戏", set()),
}


@pytest.mark.parametrize(("text", "types"), TYPES.values(), ids=TYPES)
def test_scam_types(report_of: Make, vocabulary: Vocabulary, text: str, types: set[str]) -> None:
    assert _names(recognise(report_of(text), vocabulary), FindingKind.SCAM_TYPE) == types


DENIED = {
    "not-occurred": "本周未发生冒充公检法案件。",
    "not-found": "辖区未再发现刷单案件。",
    "zero-cases": "刷单类案件零发案。",
    "none-received": "没有接到冒充客服的警情。",
}


@pytest.mark.parametrize("text", DENIED.values(), ids=DENIED)
def test_denied_types_are_no_types(report_of: Make, vocabulary: Vocabulary, text: str) -> None:
    findings = recognise(report_of(text), vocabulary)
    assert not _names(findings, FindingKind.SCAM_TYPE)
    assert len(_names(findings, FindingKind.DENIED)) == 1


def test_minors_are_no_denial(report_of: Make, vocabulary: Vocabulary) -> None:
    findings = recognise(report_of("提醒未成年人不要刷单。"), vocabulary)
    assert _names(findings, FindingKind.SCAM_TYPE) == {"刷单返利"}
    assert _names(findings, FindingKind.AUDIENCE) == {"学生"}


AUDIENCES = {
    "elderly": ("向老年人讲解", {"老年人"}),
    "sixty-and-over": ("60岁以上老年人", {"老年人"}),
    "pupils-and-parents": ("向学生及家长发放", {"学生", "家长"}),
    "pupils-parents": ("学生家长会", {"家长"}),
    "teachers-and-pupils": ("全校师生参加", {"学生", "教师"}),
    "cadres-briefed": ("向村干部介绍案例", {"村干部"}),
    "bank-customers": ("银行提醒客户", {"银行客户"}),
    "state-organs-not-officials": ("对国家机关工作人员通报", {"国家机关工作人员"}),
    "finance-staff": ("企业财务人员培训会", {"财务人员"}),
    "every-elderly-person": ("为每一位老年人讲解", {"老年人"}),
    "old-man-by-age": ("一名65岁的老年人被骗", set()),
    "one-old-person": ("该名老年人报案", set()),
    "resident-by-name": ("接居民王某报警", set()),
    "victim": ("劝阻被骗居民17人", set()),
    "accountant-victim": ("某公司会计被要求付款", set()),
    "money-taken-from": ("骗取企业会计32万元", set()),
    "person-in-brackets": ("张某（男，45岁，个体工商户）", set()),
    "lady-and-resident": ("王女士，居民，到所报案", set()),
    "cadres-on-duty": ("村干部主动作为", set()),
    "customers-elsewhere": ("骗子谎称是优质客户", set()),
    "identity-card": ("携带居民身份证", set()),
    "resident-committee": ("村民委员会和居民委员会", set()),
    "pretended-parent": ("冒充学生家长", {"家长"}),
    "excepted": ("不包括学生", set()),
    "urban-statistic": ("城乡居民人均收入", set()),
    "client": ("下载手机客户端的银行", set()),
}


@pytest.mark.parametrize(("text", "audiences"), AUDIENCES.values(), ids=AUDIENCES)
def test_audiences(report_of: Make, vocabulary: Vocabulary, text: str, audiences: set[str]) -> None:
    assert _names(recognise(report_of(text), vocabulary), FindingKind.AUDIENCE) == audiences


LISTS = {
    "fraud-list": "涉诈重点人员",
    "abroad": "滞留境外人员",
    "released": "刑满释放人员",
    "cards": "涉案“两卡”人员",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_enforcement_lists_are_no_audience(report_of: Make, vocabulary: Vocabulary, text: str) -> None:
    (finding,) = recognise(report_of(text), vocabulary)
    assert finding.kind is FindingKind.NOT_SEGMENT
    assert "CHK-21" in finding.note


NAMES = {
    "app": ("安装国家反诈中心APP", FindingKind.APP, "国家反诈中心APP", ""),
    "app-quoted": ("安装“国家反诈中心”APP", FindingKind.APP, "国家反诈中心APP", ""),
    "app-small-letters": ("安装国家反诈中心app", FindingKind.APP, "国家反诈中心APP", ""),
    "app-misspelt": ("安装国家反电诈APP", FindingKind.APP, "国家反诈中心APP", "misspelt"),
    "app-short": ("安装反诈APP", FindingKind.APP, "国家反诈中心APP", "misspelt"),
    "hotline": ("请打96110", FindingKind.HOTLINE, "96110", "national"),
    "hotline-full-width": ("请打９６１１０", FindingKind.HOTLINE, "96110", "national"),
    "police": ("立即拨打110", FindingKind.HOTLINE, "110", "police"),
    "unknown-number": ("请拨打96119", FindingKind.HOTLINE, "96119", "not one of the official"),
}


@pytest.mark.parametrize(("text", "kind", "canonical", "note"), NAMES.values(), ids=NAMES)
def test_names(
    report_of: Make, vocabulary: Vocabulary, text: str, kind: FindingKind, canonical: str, note: str
) -> None:
    found = [finding for finding in recognise(report_of(text), vocabulary) if finding.kind is kind]
    assert [finding.canonical for finding in found] == [canonical]
    assert note in found[0].note


NO_HOTLINE = {"count": "拨打电话110人次", "inside-a-number": "拨打1961105", "calls": "拨打电话110000次"}


@pytest.mark.parametrize("text", NO_HOTLINE.values(), ids=NO_HOTLINE)
def test_no_hotline(report_of: Make, vocabulary: Vocabulary, text: str) -> None:
    found = recognise(report_of(text), vocabulary)
    assert not [finding for finding in found if finding.canonical in ("96110", "110", "110000")]


def test_title_is_noted(report_of: Make, vocabulary: Vocabulary) -> None:
    findings = recognise(report_of("发放《防范养老诈骗告知书》"), vocabulary)
    (found,) = [finding for finding in findings if finding.kind is FindingKind.SCAM_TYPE]
    assert "title" in found.note


def test_unknown_number_is_doubtful(report_of: Make, vocabulary: Vocabulary) -> None:
    (found,) = recognise(report_of("致电 12345"), vocabulary)
    assert found.certainty is Certainty.LIKELY


def test_report_without_paragraphs(vocabulary: Vocabulary) -> None:
    report = Report("a-1", 1, "", "杀猪盘", (), ((0, 0),))
    assert [finding.paragraph for finding in recognise(report, vocabulary)] == [1]


def _term(*written: str, **more: tuple[str, ...]) -> Term:
    return Term(FindingKind.AUDIENCE, written[0], written, **more)


def test_of_overlapping_spellings_the_longest_wins(report_of: Make) -> None:
    vocabulary = Vocabulary.of([_term("社区"), _term("社区居民"), _term("居民楼")])
    findings = recognise(report_of("社区居民楼"), vocabulary)
    assert [finding.surface for finding in findings] == ["社区居民"]


def test_conditions_of_a_term(report_of: Make) -> None:
    vocabulary = Vocabulary.of(
        [_term("客户", setting=("银行",), near=("宣传",), not_after=("大",), not_before=("端",))]
    )
    assert recognise(report_of("向客户宣传"), vocabulary) == []
    assert recognise(report_of("银行。有客户。在宣传"), vocabulary) == []
    assert recognise(report_of("银行向大客户宣传客户端"), vocabulary) == []
    assert len(recognise(report_of("银行向客户宣传"), vocabulary)) == 1


def test_spellings_with_alternatives() -> None:
    assert spellings("国家{反诈,反诈骗}中心{,APP}") == [
        "国家反诈中心",
        "国家反诈中心APP",
        "国家反诈骗中心",
        "国家反诈骗中心APP",
    ]
    with pytest.raises(ValueError, match="too many"):
        spellings("{1,2,3,4,5,6,7,8,9}" * 5)
    with pytest.raises(ValueError, match="two fixed"):
        Vocabulary.of([_term("某*人")])


def test_canonical_type_of_a_name(vocabulary: Vocabulary) -> None:
    assert vocabulary.canonical_type("刷单返利") == "刷单返利"
    assert vocabulary.canonical_type("婚恋交友") == "网络婚恋交友"
    assert vocabulary.canonical_type("冒充老师收费") == "冒充领导熟人"
    assert vocabulary.canonical_type("别的") == "别的"


@given(st.text(max_size=80))
def test_folding_keeps_offsets(text: str) -> None:
    assert len(folded(text)) == len(text)


_WORDS = [
    "冒充",
    "客服",
    "刷单",
    "老年人",
    "居民",
    "王某",
    "《",
    "》",
    "“两卡”",
    "人员",
    "96110",
    "拨打",
    "。",
    "\n",
    "未发生",
    "ＡＰＰ",
    "反诈",
    "x",
]


@given(st.lists(st.sampled_from(_WORDS) | st.text(max_size=4), max_size=30).map("".join))
def test_places_are_exact_in_any_text(report_of: Make, vocabulary: Vocabulary, text: str) -> None:
    report = report_of(text)
    for finding in recognise(report, vocabulary):
        assert report.text[finding.start : finding.end] == finding.surface != ""
        assert report.paragraph_at(finding.start).number == finding.paragraph
