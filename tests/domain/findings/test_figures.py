from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.findings.figures import Figure, Role, figure_findings, figures, plain
from campaigner.domain.findings.finding import Certainty, FindingKind
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.reports.report import Paragraph, Report

Make = Callable[..., Report]


def _only(report: Report) -> Figure:
    found = figures(report)
    assert len(found) == 1, [figure.surface for figure in found]
    return found[0]


# text -> surface, value, unit, qualifier, label
ONE = {
    "count": ("全镇发案41起。", "41起", "41", "起", "", "发案"),
    "near": ("推送预警近38万条。", "近38万条", "380000", "条", "近", "预警"),
    "odd": ("该校3500余名师生参与。", "3500余名", "3500", "名", "余", "师生"),
    "money": ("损失资金186.5万元。", "186.5万元", "1865000", "元", "", "损失资金"),
    "above": ("参与人数不少于300人。", "不少于300人", "300", "人", "不少于", "参与人数"),
    "about": ("止付资金约36万元。", "约36万元", "360000", "元", "约", "止付资金"),
    "over": ("走访群众超过2000户。", "超过2000户", "2000", "户", "超过", "群众"),
    "left-right": ("发放宣传单500份左右。", "500份左右", "500", "份", "左右", "宣传单"),
    "share": ("占比已高达70%以上。", "70%以上", "70", "%", "以上", ""),
    "points": ("注册率较上月提高2.1个百分点。", "2.1个百分点", "2.1", "百分点", "", "注册率"),
    "permille": ("发案率为3.5‰。", "3.5‰", "0.35", "%", "", "发案率"),
    "full-width": ("发放海报１２０张。", "１２０张", "120", "张", "", "海报"),
    "chinese-three": ("破获案件三起。", "三起", "3", "起", "", "案件"),
    "chinese-yu": ("三百余名群众到场。", "三百余名", "300", "名", "余", "群众"),
    "chinese-money": ("追回资金一百二十余万元。", "一百二十余万元", "1200000", "元", "余", "追回资金"),
    "one-in-all": ("全年共发案一起。", "一起", "1", "起", "", "发案"),
    "without-unit": ("限制3000多万长期不动户。", "3000多万", "30000000", "", "多", "长期不动户"),
    "dollar": ("涉案5万美元。", "5万美元", "50000", "美元", "", "涉案"),
    "glued-list-number": ("3.2000余人参加。", "2000余人", "2000", "人", "余", "参加"),
    "title-before": ("发放《致家长的一封信》1260份。", "1260份", "1260", "份", "", "致家长的一封信"),
    "rate-of-a-verb": ("回收率99.05%。", "99.05%", "99.05", "%", "", "回收率"),
    "object-after-unit": ("发放500份宣传单。", "500份", "500", "份", "", "宣传单"),
}


@pytest.mark.parametrize(("text", "surface", "value", "unit", "qualifier", "label"), ONE.values(), ids=ONE)
def test_one_figure(
    report_of: Make, text: str, surface: str, value: str, unit: str, qualifier: str, label: str
) -> None:
    figure = _only(report_of(text))
    assert figure.surface == surface
    assert figure.value == Decimal(value)
    assert (figure.unit, figure.qualifier, figure.label) == (unit, qualifier, label)


NONE = {
    "date": "2022年10月20日上午开展活动。",
    "masked-year": "20xx年9月16日启动。",
    "quarter": "第3季度有安排。",
    "rank": "位列全省第6，前50名之外，全省第45。",
    "rank-without-ordinal": "排名6位。",
    "document-number": "按〔2026〕12号文件执行。",
    "hotline": "请拨打96110或110。",
    "telephone": "联系电话：0000-12345678。",
    "mobile": "手机13800000000。",
    "clock": "9:15接报，14时30分到场。",
    "list-number": "3、加强宣传。",
    "bracketed-number": "（二）加强宣传。",
    "steps": "开户须经5步确认。",
    "quoted-action": "开展“10.16”集群战役。",
    "slogan-number": "做到“四个意识”“两个维护”。",
    "plus": "采取“3+1”措施。",
    "version": "发布APP2.0版。",
    "duration": "6个月以上、3日、连续两年、24小时。",
    "age": "李某，34岁。",
    "chinese-aspects": "从三个方面提出三点建议。",
    "arabic-aspects": "抓好3个方面、5项制度。",
    "a-batch": "抓捕了一批罪犯。",
    "at-least": "每个小区至少张贴2张海报。",
    "enumeration-of-at-least": "至少悬挂1条横幅、设置1个橱窗。",
    "at-most": "号码数量不得超过5个。",
    "goal": "力争全年发案数下降20%。",
    "goal-of-plan": "实现意识显著提高，知晓率达到80%以上。",
    "range": "每组3-5人。",
    "several": "数十人、几百人。",
    "twelve-parts": "打起十二分的警惕。",
    "hundred-days": "百日行动，千家万户。",
    "each-quarter": "每季度召开1次联席会议。",
    "each-village": "每村配备2名宣传员。",
    "in-a-row": "对连续2次末位的约谈。",
    "item-data": "“两卡”5项数据综合排名。",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_no_statistic(report_of: Make, text: str) -> None:
    assert [figure.surface for figure in figures(report_of(text))] == []


def test_period_base_direction_and_inherited_label(report_of: Make) -> None:
    text = "今年上半年，全市涉诈警情100起（占全部警情的25%），同比下降50%，日均0.6起；损失3亿元。"
    cases, share, fall, mean, loss = figures(report_of(text))
    assert {figure.period for figure in (cases, share, fall, mean, loss)} == {"今年上半年"}
    assert (share.share_of, share.own_label) == ("全部警情", True)
    assert (fall.basis, fall.direction, fall.label, fall.own_label) == ("同比", -1, "涉诈警情", False)
    assert (mean.rate, mean.label) == ("日均", "涉诈警情")
    assert (loss.label, loss.value) == ("损失", Decimal(300_000_000))


PERIODS = {
    "year-and-half": ("2022年上半年发案3起。", "2022年上半年", 2022),
    "months": ("2025年1-6月发案3起。", "2025年1-6月", 2025),
    "one-month": ("9月份发案3起。", "9月份", 0),
    "this-year": ("今年以来发案3起。", "今年以来", 0),
    "week": ("本周发案3起。", "本周", 0),
    "days": ("6月3日至6月9日发案3起。", "6月3日至6月9日", 0),
    "year": ("2024年，全镇发案3起。", "2024年", 2024),
    "none": ("全镇发案3起。", "", 0),
}


@pytest.mark.parametrize(("text", "period", "year"), PERIODS.values(), ids=PERIODS)
def test_period(report_of: Make, text: str, period: str, year: int) -> None:
    figure = _only(report_of(text))
    assert (figure.period, figure.year) == (period, year)


def test_heading_gives_the_period_to_sentences_without(report_of: Make) -> None:
    assert _only(report_of("9月工作月报\n走访群众12户。")).period == "9月"
    assert _only(report_of("走访群众12户。", title="2024年上半年总结")).year == 2024


def test_earlier_figure_is_marked_as_base(report_of: Make) -> None:
    now, base, gap = figures(report_of("发案41起，比去年同期的58起减少17起。"))
    assert (base.basis, base.direction) == ("去年同期", 0)
    assert (gap.direction, gap.label) == (-1, "发案")
    assert not now.basis


def test_base_in_brackets(report_of: Make) -> None:
    base = figures(report_of("发案45起，较去年同期（38起）上升18.4%。"))[1]
    assert (base.surface, base.basis, base.direction) == ("38起", "去年同期", 0)


def test_subject_in_the_clause_before(report_of: Make) -> None:
    text = "破案率50%，其中刷单返利占比最高，达38.5%，投资理财次之，占21.3%。"
    assert [figure.label for figure in figures(report_of(text))] == ["破案率", "刷单返利", "投资理财"]


def test_threshold_is_no_statistic(report_of: Make) -> None:
    assert _only(report_of("开展50万元以上案件研判。")).role is Role.THRESHOLD


def test_masked_values_and_names_hold_no_figure() -> None:
    text = "抓获12人"
    report = Report("a-1", 1, "", text, (Paragraph(1, 0, text),), ((0, 0),), masked=((2, 4),))
    assert figures(report) == []


def test_report_without_paragraphs() -> None:
    report = Report("a-1", 1, "", "抓获12人，至少2次", (), ((0, 0),))
    assert _only(report).paragraph == 1
    assert [rule.paragraph for rule in quantity_rules(report)] == [1]


def test_findings_of_figures(report_of: Make) -> None:
    report = report_of("上半年损失1.37亿元，占70%。")
    first, second = figure_findings(report, figures(report))
    assert (first.kind, first.canonical) == (FindingKind.FIGURE, "损失 137000000元")
    assert first.certainty is Certainty.CERTAIN
    assert report.text[second.start : second.end] == second.surface == "70%"
    assert figure_findings(report, []) == []


def test_figure_without_label_is_doubtful(report_of: Make) -> None:
    report = report_of("70%。")
    assert [finding.certainty for finding in figure_findings(report, figures(report))] == [Certainty.LIKELY]


def test_plain_numbers() -> None:
    assert plain(Decimal("1E+2")) == "100"
    assert plain(Decimal("8.80")) == "8.8"


# text -> canonical, note
RULES = {
    "per-estate": ("每个小区至少张贴2张海报。", "海报 ≥2张", "per 小区"),
    "monthly": ("每月至少组织1次宣讲。", "宣讲 ≥1次", "每月"),
    "chinese-one": ("行动期间至少组织一次有奖问答。", "有奖问答 ≥1次", "期间"),
    "at-most": ("号码数量不得超过5个。", "号码 ≤5个", ""),
    "units": ("各单位、村(社区)建立至少1个专栏。", "专栏 ≥1个", "per 各单位、村(社区)"),
    "goal": ("力争发案数下降20%。", "发案数 下降≥20%", "goal"),
    "goal-reached": ("实现意识提高，知晓率达到80%以上。", "知晓率 ≥80%", "goal"),
}


@pytest.mark.parametrize(("text", "canonical", "note"), RULES.values(), ids=RULES)
def test_quantity_rule(report_of: Make, text: str, canonical: str, note: str) -> None:
    report = report_of(text)
    (rule,) = quantity_rules(report)
    assert (rule.kind, rule.canonical, rule.note) == (FindingKind.QUANTITY_RULE, canonical, note)
    assert report.text[rule.start : rule.end] == rule.surface


def test_one_minimum_serves_the_whole_enumeration(report_of: Make) -> None:
    rules = quantity_rules(report_of("在每个居民小区、工厂内至少悬挂1条横幅、设置1个橱窗。另有3人。"))
    assert [rule.canonical for rule in rules] == ["横幅 ≥1条", "橱窗 ≥1个"]
    assert {rule.note for rule in rules} == {"per 居民小区、工厂"}


NO_RULE = {"statistic": "发放海报20张。", "duration": "至少3个月。", "rank": "至少第2名。"}


@pytest.mark.parametrize("text", NO_RULE.values(), ids=NO_RULE)
def test_no_quantity_rule(report_of: Make, text: str) -> None:
    assert quantity_rules(report_of(text)) == []


_TEXT = st.text(
    alphabet="上半年今去同期比占的率，。、（）“”日均月第前至少达到以余近约万亿元起人%个分0123456789.一二三十百居\n x",
    max_size=80,
)


@given(_TEXT | st.text(max_size=60))
def test_any_text_gives_figures_with_exact_places(report_of: Make, text: str) -> None:
    report = report_of(text)
    for found in (figure_findings(report, figures(report)), quantity_rules(report)):
        for finding in found:
            assert report.text[finding.start : finding.end] == finding.surface != ""
            paragraph = report.paragraphs[finding.paragraph - 1]
            assert paragraph.start <= finding.start < paragraph.start + len(paragraph.text) + 1
