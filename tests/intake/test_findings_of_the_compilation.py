"""The answer key of the 15 reports (domain research A1-A7), on the file itself where it is at hand."""

from collections import defaultdict
from pathlib import Path

import pytest

from campaigner.domain.findings.check import Check
from campaigner.domain.findings.figures import Figure, Role, figures
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.reports.report import Report
from campaigner.intake.reports.reading import import_report
from campaigner.intake.vocabulary import load_vocabulary
from tests.pace import references

LIMIT = 100
"""Times the reference work."""
SHARED = Path(__file__).parents[2].parent / "shared" / "reports" / "telecom-fraud-work-summaries.txt"
pytestmark = pytest.mark.skipif(
    not SHARED.is_file(), reason="the compilation ../shared/reports is not at hand"
)

TYPES = {
    5: {"冒充领导熟人"},
    8: {"刷单返利", "虚假贷款"},
    11: {"冒充公检法及政府机关", "网络婚恋交友"},
    12: {"刷单返利", "冒充电商物流客服"},
    15: {"养老诈骗"},
}
SURFACES = {
    5: {"冒充镇党委书记"},
    8: {"网上充值返利", "网贷诈骗", "刷单"},
    11: {"冒充公检法", "杀猪盘"},
    12: {"刷单", "冒充快递客服", "电商客服退款类"},
    15: {"养老诈骗"},
}
AUDIENCES = {
    "居民": {1, 8, 10, 14},
    "村民": {4, 6, 13, 14},
    "老年人": {3, 12, 15},
    "学生": {2, 6, 9, 11, 12, 14},
    "教师": {2, 9},
    "家长": {6, 9, 14},
    "亲属": {9, 12},
    "财务人员": {12},
    "机关干部": {4, 6, 12},
    "村干部": {5},
    "易受骗女性": {11},
    "国家机关工作人员": {11},
    "医护人员": {11},
    "商户": {6, 8},
    "企业职工": {11, 14},
    "银行客户": {3, 13},
    "排队等候人群": {12},
    "核酸检测排队人群": {6},
    "收寄快递人员": {12},
    "全体电话用户": {12, 14},
    "办事群众": {7, 12},
    "过往群众": {14},
    "外出务工人员": {11},
    "易受骗人群": {4, 11, 12},
    "租户房东": {12},
}
APPS = {
    1: {("国家反诈中心APP", True)},
    4: {("金钟罩", True)},
    5: {("遂宁反诈卫士", False)},
    6: {("国家反诈中心APP", False)},
    10: {("国家反诈中心APP", True)},
    11: {("国家反诈中心APP", False)},
    12: {("国家反诈中心APP", False), ("国家反诈中心APP", True)},
}
FIGURES = {
    5: ["50余份", "60余份"],
    9: ["3500余名"],
    11: [
        *("1595起", "23.16%", "55.5%", "32.6%", "近38万条", "2000余条", "2亿余元", "27家", "13家", "26个"),
        *("18个", "31.2%", "1075人", "0.84%", "874.12万元", "223.9%", "16个", "43个", "47%", "32.7%"),
        *("400余万个", "5.4万人", "3000多万", "2141人", "1811人", "84.59%", "70%以上", "80%", "1595起"),
        *("8.8起", "1.37亿元", "76.1万元", "1263条", "47%"),
    ],
}


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    imported, _ = import_report(SHARED, SHARED.name)
    assert imported is not None
    return list(imported.reports)


@pytest.fixture(scope="module")
def found(reports: list[Report]) -> dict[int, list[Finding]]:
    vocabulary = load_vocabulary()
    return {report.number: recognise(report, vocabulary) for report in reports}


@pytest.fixture(scope="module")
def counted(reports: list[Report]) -> dict[int, list[Figure]]:
    return {report.number: figures(report) for report in reports}


@pytest.fixture(scope="module")
def checks(reports: list[Report], counted: dict[int, list[Figure]]) -> list[Check]:
    report = next(report for report in reports if report.number == 11)
    return recompute(report, counted[11])


def test_every_named_type_with_its_report_and_none_invented(found: dict[int, list[Finding]]) -> None:
    types = defaultdict(set)
    surfaces = defaultdict(set)
    for number, findings in found.items():
        for finding in findings:
            if finding.kind is FindingKind.SCAM_TYPE:
                types[number].add(finding.canonical)
                surfaces[number].add(finding.surface)
    assert types == TYPES
    assert surfaces == SURFACES


def test_audiences(found: dict[int, list[Finding]]) -> None:
    audiences = defaultdict(set)
    for number, findings in found.items():
        for finding in findings:
            if finding.kind is FindingKind.AUDIENCE:
                audiences[finding.canonical].add(number)
    assert audiences == AUDIENCES


def test_enforcement_lists_are_flagged(found: dict[int, list[Finding]]) -> None:
    flagged = {
        number
        for number, findings in found.items()
        if any(finding.kind is FindingKind.NOT_SEGMENT for finding in findings)
    }
    assert flagged == {4, 11, 12}


def test_apps_with_misspellings(found: dict[int, list[Finding]]) -> None:
    apps = defaultdict(set)
    for number, findings in found.items():
        for finding in findings:
            if finding.kind is FindingKind.APP:
                apps[number].add((finding.canonical, "misspelt" in finding.note))
    assert apps == APPS


def test_the_only_hotline_number(found: dict[int, list[Finding]]) -> None:
    numbers = {
        (number, finding.canonical)
        for number, findings in found.items()
        for finding in findings
        if finding.kind is FindingKind.HOTLINE and finding.canonical.isdecimal()
    }
    assert numbers == {(1, "96110")}


ARTEFACTS = {
    "leaflets": ("宣传单页", {1, 4, 8, 10, 12}),
    "handbooks": ("宣传手册", {5, 12}),
    "codes": ("宣传码卡", {5}),
    "banners": ("横幅", {4, 6, 12, 14}),
    "windows": ("宣传橱窗", {9, 14}),
    "posters": ("海报", {12, 14}),
    "columns": ("公益专栏与宣传点", {14}),
    "boards": ("展板", {4, 7}),
    "screens": ("电子屏", {3, 12, 14}),
    "letters-to-parents": ("致家长一封信", {9, 14}),
    "open-letter": ("公开信", {9}),
    "counter-notices": ("柜面告知书", {3, 13}),
    "question-card": ("柜员问询卡", {3}),
    "parcel-stickers": ("快递贴单", {12}),
    "fans": ("扇子", {13}),
    "sms": ("短信", {4, 12, 14}),
    "groups": ("微信群与朋友圈", {4, 6, 9}),
    "school-platform": ("校讯通", {9}),
    "quiz": ("有奖问答", {14}),
    "door-to-door": ("上门宣传", {4, 8, 11}),
    "status": ("创建活动", {11}),
}


@pytest.mark.parametrize(("canonical", "numbers"), ARTEFACTS.values(), ids=ARTEFACTS)
def test_artefacts_and_channels(found: dict[int, list[Finding]], canonical: str, numbers: set[int]) -> None:
    named = {
        number for number, findings in found.items() if canonical in {each.canonical for each in findings}
    }
    assert numbers <= named


def test_quantity_rules(reports: list[Report]) -> None:
    rules = {report.number: [rule.canonical for rule in quantity_rules(report)] for report in reports}
    assert {number: len(found) for number, found in rules.items() if found} == {12: 3, 14: 7}
    assert {"电信诈骗基本防范知识的知晓率 ≥80%", "宣传橱窗 ≥1个", "宣传海报 ≥1张"} <= set(rules[14])


def test_figures_and_nothing_beyond(counted: dict[int, list[Figure]]) -> None:
    statistics = {
        number: [figure.surface for figure in found if figure.role is Role.STATISTIC]
        for number, found in counted.items()
    }
    assert {number: found for number, found in statistics.items() if found} == FIGURES


DERIVED = {
    "cases-a-day": ("8.8起", "agrees", "8.8起"),
    "loss-a-day": ("76.1万元", "differs", "75.7万元"),
    "warnings-a-day": ("2000余条", "agrees", "2099条"),
    "persuaded": ("84.59%", "agrees", "84.59%"),
    "share-of-all-cases": ("23.16%", "derived", "刑事总警情=6886–6888起"),
    "cases-before": ("55.5%", "derived", "3581–3588起"),
    "measures-before": ("0.84%", "derived", "1066人"),
    "returned-before": ("223.9%", "derived", "269.87万元"),
    "loss-per-case": ("1.37亿元", "derived", "8.59万元"),
    "stopped-losses": ("2亿余元", "not-comparable", ""),
    "registration-rate": ("31.2%", "cannot-check", ""),
    "one-value-two-names": ("1595起", "ask", ""),
}


@pytest.mark.parametrize(("stated", "verdict", "computed"), DERIVED.values(), ids=DERIVED)
def test_recomputed(checks: list[Check], stated: str, verdict: str, computed: str) -> None:
    assert (verdict, computed) in {
        (check.verdict, check.computed) for check in checks if check.stated == stated
    }


def test_only_the_loss_a_day_differs_and_its_causes_are_named(checks: list[Check]) -> None:
    (check,) = [check for check in checks if check.verdict == "differs"]
    assert check.cause == "nominal-days+truncated-total"
    assert "1.37亿元÷181天=75.7万元" in check.readings
    assert "1.37亿元÷180天=76.1万元" in check.readings
    assert "相差0.5%" in check.message_zh


def test_places_are_exact(reports: list[Report], found: dict[int, list[Finding]]) -> None:
    for report in reports:
        for finding in found[report.number]:
            assert report.text[finding.start : finding.end] == finding.surface
            assert report.paragraph_at(finding.start).number == finding.paragraph


def test_it_takes_little_of_the_processor(reports: list[Report]) -> None:
    """Some twenty times the reference; what grew with the square of a report took thousands."""
    vocabulary = load_vocabulary()

    def study() -> None:
        for report in reports:
            recognise(report, vocabulary)
            recompute(report, figures(report))

    assert references(study) < LIMIT
