"""Whole files in styles of their own, from their bytes to their findings: all that stands in them, no more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from campaigner.domain.findings.figures import figures
from campaigner.domain.findings.finding import FindingKind
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.reports.report import Report
from campaigner.intake.reports.reading import import_report
from campaigner.intake.vocabulary import load_vocabulary

DATA = Path(__file__).parents[2] / "data" / "reports"


@dataclass(frozen=True)
class Expected:
    types: set[str] = field(default_factory=set)
    audiences: set[str] = field(default_factory=set)
    hotlines: set[str] = field(default_factory=set)
    rules: Sequence[str] = ()
    agrees: Sequence[str] = ()
    differs: Sequence[tuple[str, str]] = ()


STYLES = {
    "street_table.txt": Expected(
        {"刷单返利", "虚假网络投资理财"},
        {"老年人", "财务人员"},
        {"96110"},
        ["宣传覆盖面 ≥95%", "坝坝会 ≥1场"],
        ["18.2%", "6.8个百分点"],
    ),
    "police_day.txt": Expected({"冒充公检法及政府机关", "冒充领导熟人"}, {"收寄快递人员"}),
    "weekly_changes.txt": Expected(
        {
            "刷单返利",
            "虚假网络投资理财",
            "虚假贷款",
            "冒充电商物流客服",
            "网络婚恋交友",
            "虚假征信",
            "网络游戏产品虚假交易",
        },
        {"学生", "求职人员"},
        agrees=["14.8%", "11.2%", "12人", "38.7%", "16.1%", "12.9%", "12.9%", "309条"],
    ),
    "bank_quarter.txt": Expected(
        {"冒充领导熟人"},
        {"财务人员", "银行客户"},
        rules=["堵截成功率 ≥98%", "每台机具 ≥2张"],
        agrees=["27笔", "143.8万元"],
    ),
    "parents_losses.txt": Expected(
        {"网络游戏产品虚假交易"},
        {"家长"},
        {"110"},
        rules=["回收率 ≥100%"],
        agrees=["8459元"],
    ),
    "county_year.txt": Expected(
        {
            "刷单返利",
            "虚假网络投资理财",
            "冒充电商物流客服",
            "虚假贷款",
            "冒充公检法及政府机关",
        },
        rules=["发案数再 下降≥10%", "损失 下降≥15%", "宣传知晓率 ≥98%"],
        agrees=["22.4%", "35.1万元", "35%", "17.9%", "15.0%"],
        differs=[("18.9%", "16.6%"), ("21.5%", "18.5%"), ("620条", "592条"), ("13.9%", "11.9%")],
    ),
    "arrows_week.txt": Expected(
        {"虚假购物服务", "刷单返利", "虚假网络投资理财"},
        {"易受骗人群", "全职家长"},
        {"96110"},
        agrees=["12.5%", "17.5%", "26.2%", "21.4%", "14.3%", "29起"],
    ),
    "court_half_year.txt": Expected(
        set(),
        {"学生"},
        agrees=["92.9%", "69.3%", "81.0%", "63.5%", "4.8%"],
    ),
    "market_day.txt": Expected({"冒充公检法及政府机关", "冒充领导熟人", "刷单返利"}),
    "company_notice.txt": Expected({"冒充领导熟人"}, {"财务人员"}, rules=["培训覆盖率 ≥100%"]),
    "traditional_notice.txt": Expected({"虚假网络投资理财"}, {"老年人", "学生"}, {"165"}),
    "torn_notice.txt": Expected(set(), {"易受骗女性", "商户"}),
    "factory_page.html": Expected(
        {"网络婚恋交友", "虚假征信", "刷单返利"},
        {"企业职工"},
        {"96110", "110"},
        agrees=["5起", "31.3%"],
    ),
}


def _single(name: str) -> Report:
    imported, _ = import_report(DATA / name, name)
    assert imported
    (report,) = imported.reports
    return report


@pytest.mark.parametrize(("name", "expected"), STYLES.items(), ids=STYLES)
def test_what_stands_in_a_file_and_no_more(name: str, expected: Expected) -> None:
    report = _single(name)
    named: dict[FindingKind, set[str]] = {}
    for finding in recognise(report, load_vocabulary()):
        assert report.text[finding.start : finding.end] == finding.surface
        named.setdefault(finding.kind, set()).add(finding.canonical)
    assert named.get(FindingKind.SCAM_TYPE, set()) == expected.types
    assert named.get(FindingKind.AUDIENCE, set()) == expected.audiences
    assert named.get(FindingKind.HOTLINE, set()) == expected.hotlines
    assert [rule.canonical for rule in quantity_rules(report)] == list(expected.rules)
    checks = recompute(report, figures(report))
    assert [check.stated for check in checks if check.verdict == "agrees"] == list(expected.agrees)
    differing = [(check.stated, check.computed) for check in checks if check.verdict == "differs"]
    assert differing == list(expected.differs)


def test_a_paywall_line_goes_and_tells_that_the_text_is_torn() -> None:
    report = _single("torn_notice.txt")
    assert report.truncated
    assert "付费" not in report.text
    assert [figure.surface for figure in figures(report) if figure.rate] == ["4名"]


def test_a_pages_head_and_names_are_told_from_its_report() -> None:
    report = _single("factory_page.html")
    assert report.title == "青禾镇开展反诈宣传进工厂活动"
    assert report.text.startswith("5月18日")
    assert {report.text[start:end] for start, end in report.names} == {"孙立军", "邵明华"}


def test_ornaments_watermarks_and_tags_of_another_farm() -> None:
    imported, problems = import_report(DATA / "farm_ornaments.txt", "farm.txt")
    assert imported
    assert imported.announced == 5
    assert [report.number for report in imported.reports] == [1, 2, 3]
    assert "report-count" in {problem.code for problem in problems}
    text = "\n".join(report.text for report in imported.reports)
    assert "为了让同学们远离骗局" in text
    assert text.endswith("占总数的66.7%。")
    for noise in ("热度", "导语", "下载", "范文大全", "推荐阅读", "本文标签", "感兴趣", "溺水", "#赞"):
        assert noise not in text
    types = [
        {
            finding.canonical
            for finding in recognise(report, load_vocabulary())
            if finding.kind is FindingKind.SCAM_TYPE
        }
        for report in imported.reports
    ]
    assert types == [
        {"冒充领导熟人", "网络游戏产品虚假交易"},
        {"刷单返利", "虚假贷款", "网络婚恋交友"},
        set(),
    ]
