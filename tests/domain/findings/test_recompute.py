from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.findings.check import Check, Verdict
from campaigner.domain.findings.figures import figures
from campaigner.domain.findings.means import length
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.reports.report import Report

Make = Callable[..., Report]


def _checks(report: Report, year: int = 0) -> list[Check]:
    return recompute(report, figures(report), year)


# text -> kind, verdict, computed, cause
CASES = {
    "mean-agrees": ("上半年警情905起，日均5起。", "daily-mean", "agrees", "5起", ""),
    "mean-of-nominal-days": (
        "上半年损失1.37亿元，日均76.1万元。",
        "daily-mean",
        "differs",
        "75.7万元",
        "nominal-days+truncated-total",
    ),
    "mean-cut": ("1月发案29起，日均0.9起。", "daily-mean", "agrees", "0.9起", ""),
    "mean-cut-not-rounded": ("上半年警情1620起，日均8.8起。", "daily-mean", "differs", "9起", "unknown"),
    "mean-truncated": (
        "2023年上半年警情1607起，日均8.8起。",
        "daily-mean",
        "agrees",
        "8.9起",
        "truncated-mean",
    ),
    "mean-wrong": ("上半年警情905起，日均9起。", "daily-mean", "differs", "5起", "unknown"),
    "mean-of-about": ("上半年推送预警近38万条，日均2000余条。", "daily-mean", "agrees", "2099条", ""),
    "mean-of-a-week": ("本周警情21起，日均3起。", "daily-mean", "agrees", "3起", ""),
    "mean-without-period": ("共有警情21起，日均3起。", "daily-mean", "cannot-check", "", "no-period"),
    "mean-without-total": ("上半年日均3起。", "daily-mean", "cannot-check", "", "no-total"),
    "monthly-mean": ("上半年警情60起，月均10起。", "monthly-mean", "agrees", "10起", ""),
    "monthly-mean-of-a-week": ("本周警情60起，月均10起。", "monthly-mean", "cannot-check", "", "no-period"),
    "share-agrees": ("在册2141人，劝返核减1811人，完成率84.59%。", "share", "agrees", "84.59%", ""),
    "share-differs": ("应到200人，实到150人，实到率85%。", "share", "differs", "75%", "unknown"),
    "share-of-the-one-before": ("居民12480人，其中老人2310人，占18.5%。", "share", "agrees", "18.5%", ""),
    "share-of-a-stated-whole": (
        "全部警情400起。诈骗警情100起，占全部警情的25%。",
        "share",
        "agrees",
        "25%",
        "",
    ),
    "share-of-another-whole": (
        "全部警情500起。诈骗警情100起，占全部警情的25%。",
        "share",
        "differs",
        "20%",
        "unknown",
    ),
    "share-implies-whole": ("诈骗警情100起，占全部警情的25%。", "share", "derived", "全部警情=393–408起", ""),
    "share-beyond-all": ("诈骗警情100起，占全部警情的125%。", "share", "differs", "", "impossible"),
    "rate-without-base": ("全市注册率达31.2%。", "share", "cannot-check", "", "no-base"),
    "points-agree": ("比重由35%降至31.5%，下降3.5个百分点。", "points", "agrees", "3.5百分点", ""),
    "points-differ": ("比重由35.0%降至31.5%，下降4.5个百分点。", "points", "differs", "3.5百分点", "unknown"),
    "earlier-count": ("警情1595起，同比下降55.5%。", "year-on-year", "derived", "3581–3588起", ""),
    "earlier-count-exact": ("抓获1075人，同比上升0.84%。", "year-on-year", "derived", "1066人", ""),
    "earlier-money": ("返还874.12万元，同比上升223.9%。", "year-on-year", "derived", "269.87万元", ""),
    "no-whole-number": ("发案7起，同比下降55.5%。", "year-on-year", "differs", "", "no-whole-number"),
    "fall-beyond-all": ("发案7起，同比下降120%。", "year-on-year", "differs", "", "no-whole-number"),
    "change-without-count": ("全市警情同比下降32.6%。", "year-on-year", "cannot-check", "", "no-base"),
    "change-with-base": ("发案41起，去年同期58起，同比下降29.3%。", "year-on-year", "agrees", "29.3%", ""),
    "change-with-other-base": (
        "发案41起，去年同期58起，同比下降39.3%。",
        "year-on-year",
        "differs",
        "29.3%",
        "unknown",
    ),
    "difference": ("发案41起，比去年同期的58起减少17起。", "difference", "agrees", "17起", ""),
    "difference-wrong": ("发案41起，比去年同期的58起减少19起。", "difference", "differs", "17起", "unknown"),
    "sum-of-parts": ("警情23起，其中刷单9起、客服14起。", "sum", "agrees", "23起", ""),
    "sum-too-large": ("警情20起，其中刷单9起、客服14起。", "sum", "differs", "23起", "unknown"),
    "sum-with-rest": ("警情30起，其中刷单9起、客服14起。", "sum", "derived", "23起", ""),
    "sum-in-the-next-sentence": ("接报警情23起。其中刷单9起、客服14起。", "sum", "agrees", "23起", ""),
    "sum-before-the-total": ("发放单页500份、手册200份，合计600份。", "sum", "differs", "700份", "unknown"),
    "saved-more-than-lost": (
        "上半年止损2亿余元，损失1.37亿元。",
        "definitions",
        "not-comparable",
        "",
        "different-definitions",
    ),
    "loss-per-case": ("发案10起，损失50万元。", "per-case", "derived", "5万元", ""),
    "two-names": ("涉诈刑事警情1595起。涉诈警情1595起。", "two-labels", "ask", "", "two-labels"),
    "two-values": ("上半年涉诈警情95起。上半年涉诈警情96起。", "two-values", "ask", "", "two-values"),
}


@pytest.mark.parametrize(("text", "kind", "verdict", "computed", "cause"), CASES.values(), ids=CASES)
def test_recomputed(report_of: Make, text: str, kind: str, verdict: str, computed: str, cause: str) -> None:
    (check,) = [check for check in _checks(report_of(text)) if check.kind == kind]
    assert (check.verdict, check.computed, check.cause) == (verdict, computed, cause)
    assert check.message
    assert check.message_zh


def test_both_readings_and_the_causes_are_named(report_of: Make) -> None:
    report = report_of("2022年上半年损失1.37亿元，日均76.1万元。")
    check = next(check for check in _checks(report) if check.kind == "daily-mean")
    assert check.readings[:2] == ("1.37亿元÷181天=75.7万元", "1.37亿元÷180天=76.1万元")
    assert "0.5%" in check.message_zh
    assert "1.3765亿元" in check.message_zh


def test_year_decides_the_length(report_of: Make) -> None:
    report = report_of("上半年警情1820起，日均10起。")
    readings = {year: _checks(report, year)[0].readings[0] for year in (2023, 2024)}
    assert readings == {2023: "1820起÷181天=10.1起".replace("10.1", "10"), 2024: "1820起÷182天=10起"}


def test_the_report_itself_may_name_the_year(report_of: Make) -> None:
    report = report_of("2024年上半年发案182起。\n今年上半年警情364起，日均2起。")
    check = next(check for check in _checks(report) if check.kind == "daily-mean")
    assert check.readings[0].startswith("364起÷182天")


SILENT = {
    "no-figures": "开展宣传活动。",
    "two-counts-and-an-unrelated-rate": "走访120户，发放80户，知晓率90%。",
    "different-sets": "管控400万个账户，纳入5万人。",
    "ranks": "滞留人数位列全国第45，全省第6。",
    "short-names-with-two-values": "上半年发案3起。上半年发案4起。",
    "saved-less-than-lost": "上半年止损1亿元，损失2亿元。",
    "points-with-one-end": "比重为35%，提高2个百分点。",
    "shares-of-something-else": "立案1024起，破案512起，其中刷单占比最高，达38.5%，投资次之，占21.3%。",
    "one-part": "警情30起，其中刷单9起。",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_nothing_is_claimed(report_of: Make, text: str) -> None:
    bad = [
        check
        for check in _checks(report_of(text))
        if check.verdict not in (Verdict.CANNOT_CHECK, Verdict.DERIVED)
    ]
    assert bad == []


LENGTHS = {
    "half-year-unknown": ("上半年", 0, (181, 182), 180, 6),
    "half-year-leap": ("今年上半年", 2024, (182,), 180, 6),
    "second-half": ("下半年", 2023, (184,), 180, 6),
    "quarter": ("第三季度", 2023, (92,), 90, 3),
    "three-quarters": ("前三季度", 2023, (273,), 270, 9),
    "months": ("2025年1-6月", 2025, (181,), 180, 6),
    "december": ("12月", 2023, (31,), 30, 1),
    "chinese-month": ("三月", 2023, (31,), 30, 1),
    "year": ("2024年", 2024, (366,), 360, 12),
    "days": ("6月3日至6月9日", 0, (7,), 0, 0),
    "days-of-one-month": ("6月3日至9日", 0, (7,), 0, 0),
}


@pytest.mark.parametrize(("period", "year", "days", "nominal", "months"), LENGTHS.values(), ids=LENGTHS)
def test_length_of_a_period(period: str, year: int, days: tuple[int, ...], nominal: int, months: int) -> None:
    found = length(period, year)
    assert found is not None
    assert (found.days, found.nominal, found.months) == (days, nominal, months)


@pytest.mark.parametrize(
    "period", ["", "今年以来", "近三年", "13月", "6-3月", "2月30日至3月1日", "6月9日至6月3日"]
)
def test_length_unknown(period: str) -> None:
    assert length(period, 2023) is None


_PARTS = [
    "上半年",
    "警情",
    "损失",
    "日均",
    "同比下降",
    "占全部警情的",
    "其中",
    "合计",
    "，",
    "。",
    "、",
    "0",
    "3.5",
    "12",
    "100",
    "万",
    "亿",
    "起",
    "元",
    "人",
    "%",
    "个百分点",
    "去年同期",
    "近",
    "余",
    "止损",
    "率",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=40).map("".join))
def test_any_figures_are_checked_without_error(report_of: Make, text: str) -> None:
    for check in _checks(report_of(text)):
        assert check.figures
        assert check.stated == check.figures[0].surface
