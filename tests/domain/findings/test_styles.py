"""Whole reports in five styles, invented here: what stands in them is found, and nothing beyond."""

from collections.abc import Callable

import pytest

from campaigner.domain.findings.figures import figures
from campaigner.domain.findings.finding import FindingKind
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.findings.vocabulary import Vocabulary
from campaigner.domain.reports.report import Report

Make = Callable[..., Report]

WEEKLY = """本周警情通报（6月3日至6月9日）
全县共接报电信网络诈骗警情23起，环比下降14.8%，损失资金186.5万元，日均3.3起。其中刷单返利类9起、虚假投资理财类6起、冒充客服类5起、机票退改签3起。
一、本周高发类型
1.刷单返利诈骗。受害人李某，女，34岁，被拉入做任务群，先后转账7次，损失4.2万元。
2.虚假投资理财诈骗。一名65岁老年男子被骗20万元。
本周未发生冒充公检法案件。反诈民警提醒：不轻信、不透露、不转账，遇到诈骗请拨打110或96110，请安装国家反诈中心APP。"""
STREET = """清河街道9月反诈宣传工作月报
9月份，街道共开展集中宣传12场次，发放宣传单3,200份、海报260张，入户走访1480户，覆盖老年人、财务人员、学生家长等重点人群5600余人次。截至9月底，国家反诈中心APP注册率为68.3%，较上月提高2.1个百分点。
网格员劝阻疑似被骗居民17人，止付资金约36万元。街道在全区排名第3，前10名社区中我街道占4个。下一步，确保10月底前知晓率达到90%以上，每个小区至少张贴2张海报。"""
POLICE = """9:15 值班室接居民王某报警称接到自称客服的电话。
9:22 民警电话联系当事人，要求停止操作。
9:40 民警2人到场，成功劝阻，避免损失8万元。
10:05 报警人取消转账。经核实系冒充电商物流客服诈骗，对方要求下载“共享屏幕”软件。
11:30 另接报1起冒充老板诈骗，某公司会计被要求转账98万元，民警联系银行止付。
咨询电话：0000-12345678。"""
LETTER = """致学生家长的一封信
尊敬的家长：
暑假将至，网络游戏诈骗、网络购物诈骗、冒充班主任收费等骗局增多。请您：
1、保管好手机和支付密码；
2、不要让孩子在游戏平台外买卖游戏账号；
3、遇到“老师”在群里收费，请当面核实；
4、被骗后立即拨打110报警。
幸福镇中心小学
2026年6月30日"""
PLAN = """幸福镇2026年反诈宣传实施方案
为落实县联席办〔2026〕12号文件，结合我镇实际制定本方案。
一、目标：力争全年电诈发案数下降20%，群众知晓率达到95%以上，做到“三个确保”。
二、措施
（一）每个村、每个社区至少设置1个宣传栏，每月至少开展2次宣讲。
（二）对涉诈前科人员、“两卡”人员由派出所管理，不作为宣传对象。
（三）面向外出务工人员、求职青年，重点宣传虚假贷款、征信和刷单诈骗；不得强制安装国家反诈骗中心APP。
（四）第3季度组织一次知识竞赛。
联系电话：0000-7654321，12345热线。"""
BROKEN = """今年以来，全区电诈案件数量呈下降趋势，群众防范意识明显增强，种类繁多的骗术仍须警惕。
下一步将（"""

STYLES = {
    "weekly-bulletin": (
        WEEKLY,
        {"刷单返利", "虚假网络投资理财", "冒充电商物流客服", "机票退改签"},
        set(),
        ["23起", "14.8%", "186.5万元", "3.3起", "9起", "6起", "5起", "3起", "7次", "4.2万元", "20万元"],
        [],
    ),
    "street-month-report": (
        STREET,
        set(),
        {"老年人", "财务人员", "家长"},
        [
            "12场次",
            "3,200份",
            "260张",
            "1480户",
            "5600余人次",
            "68.3%",
            "2.1个百分点",
            "17人",
            "约36万元",
            "4个",
        ],
        ["知晓率 ≥90%", "海报 ≥2张"],
    ),
    "police-timeline": (
        POLICE,
        {"冒充电商物流客服", "冒充领导熟人"},
        set(),
        ["2人", "8万元", "1起", "98万元"],
        [],
    ),
    "letter-to-parents": (
        LETTER,
        {"网络游戏产品虚假交易", "虚假购物服务", "冒充领导熟人"},
        {"家长"},
        [],
        [],
    ),
    "town-plan": (
        PLAN,
        {"虚假贷款", "虚假征信", "刷单返利"},
        {"外出务工人员", "求职人员"},
        [],
        ["电诈发案数 下降≥20%", "知晓率 ≥95%", "宣传栏 ≥1个", "宣讲 ≥2次"],
    ),
    "broken-tail": (BROKEN, set(), set(), [], []),
}


@pytest.mark.parametrize(("text", "types", "audiences", "figured", "rules"), STYLES.values(), ids=STYLES)
def test_what_stands_in_it_and_nothing_beyond(
    report_of: Make,
    vocabulary: Vocabulary,
    text: str,
    types: set[str],
    audiences: set[str],
    figured: list[str],
    rules: list[str],
) -> None:
    report = report_of(text)
    findings = recognise(report, vocabulary)
    assert {finding.canonical for finding in findings if finding.kind is FindingKind.SCAM_TYPE} == types
    assert {finding.canonical for finding in findings if finding.kind is FindingKind.AUDIENCE} == audiences
    assert [figure.surface for figure in figures(report)] == figured
    assert [rule.canonical for rule in quantity_rules(report)] == rules


def test_bulletin_adds_up(report_of: Make) -> None:
    report = report_of(WEEKLY)
    verdicts = {check.kind: check.verdict for check in recompute(report, figures(report))}
    assert verdicts == {
        "sum": "agrees",
        "daily-mean": "agrees",
        "year-on-year": "derived",
        "per-case": "derived",
    }


def test_enforcement_lists_and_misspelt_app_of_the_plan(report_of: Make, vocabulary: Vocabulary) -> None:
    findings = recognise(report_of(PLAN), vocabulary)
    lists = {finding.canonical for finding in findings if finding.kind is FindingKind.NOT_SEGMENT}
    apps = [finding.note for finding in findings if finding.kind is FindingKind.APP]
    assert lists == {"前科刑释人员", "两卡人员"}
    assert apps == ["misspelt; official: 国家反诈中心APP"]
