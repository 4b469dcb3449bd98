"""Shares of one whole, changes told twice, bases in brackets: which figures explain one another, and which do not."""

from collections.abc import Callable

import pytest

from campaigner.domain.findings.figures import figures
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.reports.report import Report

Make = Callable[..., Report]
SPREAD = "全区立案50起。其中刷单20起（占40%）、贷款10起（占20%）、客服5起（占{last}）。"


def _verdicts(report: Report) -> list[tuple[str, str, str, str]]:
    checks = recompute(report, figures(report))
    return [(check.kind, check.stated, check.verdict.value, check.computed) for check in checks]


@pytest.mark.parametrize(("last", "verdict"), [("10%", "agrees"), ("13%", "differs")])
def test_each_share_of_an_enumeration_is_set_against_the_common_whole(
    report_of: Make, last: str, verdict: str
) -> None:
    shares = [check for check in _verdicts(report_of(SPREAD.format(last=last))) if check[0] == "share"]
    assert shares == [
        ("share", "40%", "agrees", "40%"),
        ("share", "20%", "agrees", "20%"),
        ("share", last, verdict, "10%"),
    ]


def test_neighbours_in_an_enumeration_are_no_whole_of_one_another(report_of: Make) -> None:
    text = "刷单20起（占41%）、贷款10起（占21%）、客服5起（占11%）。"
    assert not [check for check in _verdicts(report_of(text)) if check[2] == "differs"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "抓获397人，同比增加62人，增长18.5%。", ("18.5%", "agrees", "18.5%"), id="rise-told-twice"
        ),
        pytest.param(
            "抓获397人，同比增加62人，增长21.5%。", ("21.5%", "differs", "18.5%"), id="rise-told-wrongly"
        ),
        pytest.param(
            "接警18起，环比减少4起，下降18.2%。", ("18.2%", "agrees", "18.2%"), id="fall-told-twice"
        ),
        pytest.param(
            "全市42起，较前一周减少6起（↓12.5%）。", ("12.5%", "agrees", "12.5%"), id="arrow-in-brackets"
        ),
        pytest.param("立案9起，同比增加9起，增长100%。", ("100%", "differs", ""), id="nothing-before"),
        pytest.param(
            "立案486起，同比下降22.4%（2024年为626起）。", ("22.4%", "agrees", "22.4%"), id="base-in-brackets"
        ),
        pytest.param(
            "损失3247万元，同比下降18.9%（上年3895万元）。",
            ("18.9%", "differs", "16.6%"),
            id="base-in-brackets-that-differs",
        ),
    ],
)
def test_changes_against_what_is_known_of_the_time_before(
    report_of: Make, text: str, expected: tuple[str, str, str]
) -> None:
    assert [check[1:] for check in _verdicts(report_of(text)) if check[0] == "year-on-year"] == [expected]


@pytest.mark.parametrize(
    ("text", "surface", "period"),
    [
        pytest.param("2025年立案48起（2024年为62起），损失3万元。", "3万元", "2025年", id="bracket-closed"),
        pytest.param(
            "2025年立案48起（2024年为62起），损失3万元。", "62起", "2024年", id="inside-the-bracket"
        ),
        pytest.param("本周立案31起，上周27起；损失218万元。", "218万元", "本周", id="base-of-its-own-clause"),
        pytest.param("去年，立案31起，损失218万元。", "218万元", "去年", id="no-other-period"),
    ],
)
def test_a_period_reaches_as_far_as_it_is_meant(
    report_of: Make, text: str, surface: str, period: str
) -> None:
    assert {figure.surface: figure.period for figure in figures(report_of(text))}[surface] == period


def test_what_a_rate_has_come_to_is_no_change(report_of: Make) -> None:
    found = figures(report_of("接听率由上月的71.5%提升至78.3%，提高6.8个百分点。"))
    assert [(figure.surface, figure.direction) for figure in found] == [
        ("71.5%", 0),
        ("78.3%", 0),
        ("6.8个百分点", 1),
    ]


def test_everything_under_a_heading_of_goals_is_a_goal(report_of: Make) -> None:
    report = report_of("2026年目标：发案数再下降10%以上，损失下降15%，知晓率达到98%。")
    assert not figures(report)
    assert [rule.note for rule in quantity_rules(report)] == ["goal"] * 3


@pytest.mark.parametrize(
    ("text", "rules", "counted"),
    [
        pytest.param("选聘宣传员56名，平均每村4名。", 0, 2, id="mean"),
        pytest.param("每台机具不少于2张警示贴。", 1, 0, id="rule-per-machine"),
        pytest.param("（一）三季度堵截成功率力争达到98%。", 1, 0, id="numbered-goal"),
    ],
)
def test_means_are_counts_and_demands_are_not(report_of: Make, text: str, rules: int, counted: int) -> None:
    report = report_of(text)
    assert (len(quantity_rules(report)), len(figures(report))) == (rules, counted)


def test_losses_listed_with_and_have_the_same_label(report_of: Make) -> None:
    found = figures(report_of("金额分别为860元、2400元和5199元，合计8459元。"))
    assert {figure.label for figure in found} == {"金额"}


def test_what_stands_beside_each_part_is_added_up_too(report_of: Make) -> None:
    text = "堵截业务27笔，涉及金额143.8万元，其中柜面堵截19笔、107.3万元，自助区堵截8笔、{}万元。"
    sums = [check for check in _verdicts(report_of(text.format("46.5"))) if check[0] == "sum"]
    assert sums == [("sum", "27笔", "agrees", "27笔"), ("sum", "143.8万元", "differs", "153.8万元")]
    named = "查处8起，涉案9万元，其中团伙3起、冻结8万元，个人5起、追回7万元。"
    assert [check[1] for check in _verdicts(report_of(named)) if check[0] == "sum"] == ["8起"]


def test_a_sentence_with_a_crowd_of_totals_is_not_added_up_to_its_end(report_of: Make) -> None:
    checks = recompute(report := report_of("共1起其中2起3起" * 40), figures(report))
    sums = [check for check in checks if check.kind == "sum"]
    assert len(sums) == 13
    assert [check.cause for check in sums].count("too-many") == 1


def test_the_loss_of_an_earlier_year_is_not_spread_over_this_years_cases(report_of: Make) -> None:
    checks = _verdicts(report_of("立案10起，损失50万元，同比下降50%（上年100万元）。"))
    assert [check[1] for check in checks if check[0] == "per-case"] == ["50万元"]


@pytest.mark.parametrize("text", ["损失1万٣千元", "损失٣٤万元，同比下降٥%", "२起"])
def test_digits_of_other_scripts_are_no_figures_and_no_fault(report_of: Make, text: str) -> None:
    report = report_of(text)
    assert all(figure.surface.isprintable() for figure in figures(report))
    assert not quantity_rules(report)
    assert isinstance(recompute(report, figures(report)), list)
