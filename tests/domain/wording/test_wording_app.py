"""CHK-01, 02, 03: the app is voluntary and no miracle; CHK-25: tellers ask and remind."""

import pytest

from campaigner.domain.wording.checker import TextContext
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

RULES = load_rules()


def rules_in(text: str) -> set[str]:
    return {finding.rule for finding in check_text(text, RULES, TextContext())}


FORCED = {
    "must": "全体居民必须安装国家反诈中心APP。",
    "without-exception": "请村民一律下载国家反诈中心APP。",
    "be-sure-to": "请家长务必安装国家反诈中心App并完成注册。",
    "no-app-no-service": "不装APP不给办",
    "no-app-no-handling": "未安装国家反诈中心APP的，不予办理开户业务。",
    "no-app-no-entry": "没有下载反诈APP的客户不得进入大厅。",
    "show-screen": "凭国家反诈中心APP注册截图领取鸡蛋。",
    "only-then": "安装国家反诈中心APP后方可报名。",
    "first-app": "先装APP，再办业务。",
    "rate": "国家反诈中心APP安装率纳入村级考核。",
    "points": "未安装APP的每户扣分。",
    "list": "没安装APP的登记名单上报。",
    "screenshot-to-group": "下载国家反诈中心APP后截图发群里。",
    "after-a-warning": "谨防诈骗，居民必须安装国家反诈中心APP。",
    "after-fraudsters": "骗子很多，居民必须安装国家反诈中心APP。",
    "anybody": "任何居民都必须安装APP，防止被骗",
    "urged": "请班主任督促家长下载国家反诈中心APP。",
    "completion": "国家反诈中心APP完成率低于90%的取消评优，纳入考核。",
    "blacklist": "不配合安装APP的，列入黑名单。",
    "entry": "进村先查APP，没装的不让进。",
    "quota": "国家反诈中心APP应装尽装",
    "traditional": "全體居民必須安裝國家反詐中心APP。",
    "spaced": "大家 必 须 安 装 国家反诈中心APP",
    "zero-width": "大家必\u200b须安\u200b装国家反诈中心APP",
    "app-in-another-sentence": "国家反诈中心APP很重要。每户必须安装。",
    "scan": "要求村民现场扫码注册。",
    "cannot-but": "大家不得不安装国家反诈中心APP。",
    "families": "全体党员干部及家属必须全部安装国家反诈中心APP。",
    "full-width-app": "居民必须安装国家反诈中心ＡＰＰ",
    "wrapped": "为了守护大家的钱袋子，请各位居民朋友在本月底以前务\n必安装国家反诈中心APP。",
}
FREE = {
    "voluntary": "国家反诈中心APP可在手机应用商店下载，是否安装由您自愿决定。",
    "recommend": "建议安装国家反诈中心APP。",
    "forbidden": "不得强制或变相强制安装国家反诈中心APP。",
    "not-a-condition": "严禁将安装国家反诈中心APP作为办理业务的条件。",
    "not-linked": "没有安装APP也不影响办理业务。",
    "from-store": "请务必从官方应用商店下载国家反诈中心APP。",
    "fraudster": "骗子要求受害人必须下载指定的会议APP。",
    "all-fraud": "凡是要求安装陌生APP的都是诈骗。",
    "unknown-apps": "不安装来源不明的APP，不给骗子可乘之机。",
    "never-ask": "我们不会要求您安装任何APP。",
    "no-app-mentioned": "各村必须安装宣传栏。",
    "functions": "安装国家反诈中心APP后才能接收预警提醒。",
    "rumour": "“国家反诈中心APP必须安装”是误传，安装全凭自愿。",
    "question": "为什么民警要求我安装国家反诈中心APP？可以自愿选择。",
    "counterfeit": "骗子冒充民警，要求下载假的国家反诈中心APP。",
    "meeting-app": "对方以解冻为由，要求下载某会议APP。",
    "in-list": "骗子常说：\n1.您必须安装这个APP\n",
    "not-required": "并非必须安装APP。",
    "screen-sharing": "对方让您下载屏幕共享APP，一定要拒绝。",
}
STAFF = {
    "staff-must": "本单位全体教职工必须安装国家反诈中心APP。",
    "party-members": "要求党员干部带头安装国家反诈中心APP。",
    "staff-scan": "要求网格员扫码注册。",
    "all-staff": "干部职工全部安装国家反诈中心APP。",
    "staff-rate": "员工APP安装率纳入考核。",
    "staff-at-once": "机关人员限期下载国家反诈中心APP。",
}
STAFF_FREE = {
    "advice": "建议本单位人员自愿安装国家反诈中心APP。",
    "explain": "工作人员可以介绍国家反诈中心APP的功能。",
    "forbidden": "工作人员不得强制安装APP。",
    "training": "教职工须参加反诈培训。",
    "hand-out": "网格员发放宣传册时介绍APP。",
    "voluntary": "干部职工自愿下载国家反诈中心APP。",
}
PRAISE = {
    "never-again": "装了APP就不会被骗",
    "after-fraudsters": "骗子很狡猾，国家反诈中心APP百分百拦截诈骗。",
    "farewell": "安装国家反诈中心APP，从此告别电信诈骗！",
    "charm": "国家反诈中心APP，您的守护神，一装就灵！",
    "never-again-2": "安装国家反诈中心APP，再也不会被骗！",
    "hundred": "国家反诈中心APP百分百拦截诈骗电话。",
    "hundred-digits": "国家反诈中心APP100%识别骗局",
    "miracle": "国家反诈中心APP是反诈神器。",
    "almighty": "国家反诈中心APP功能万能。",
    "root-out": "下载国家反诈中心APP，彻底杜绝诈骗。",
    "guarantee": "国家反诈中心APP保证您不被骗。",
    "carefree": "有了国家反诈中心APP，从此高枕无忧。",
    "strongest": "国家反诈中心APP是最强反诈工具。",
    "all": "所有诈骗国家反诈中心APP都能拦截。",
    "traditional": "裝了APP就不會被騙",
    "full-width": "国家反诈中心APP１００％拦截诈骗",
    "next-sentence": "请看国家反诈中心APP。装了就不会被骗。",
}
SOBER = {
    "functions": "国家反诈中心APP有诈骗预警、风险查询、身份核实、举报等功能。",
    "not-almighty": "国家反诈中心APP不是万能的，遇事仍要多核实。",
    "no-guarantee": "安装APP并不能保证不被骗。",
    "myth": "“装了APP就不会被骗”是误区。",
    "question": "装了APP就不会被骗吗？不一定。",
    "equals-not": "装了APP不等于不会被骗",
    "investment": "声称保证收益的投资APP都是诈骗。",
    "fraudster": "骗子说百分百稳赚，让您下载投资APP。",
    "careful": "下载APP前，请确认是官方应用商店。",
    "any-fraud": "遇到任何诈骗都要报警，也可用国家反诈中心APP举报。",
}
REFUSALS = {
    "all": "对可疑客户一律拒绝办理业务。",
    "none": "七十岁以上老人汇款一概不办。",
    "no-account": "外地客户不予开户。",
    "teller": "柜员应直接拒绝为客户办理转账业务。",
    "no-card": "网点对学生一律不予办卡。",
    "traditional": "對可疑客戶一律拒絕辦理業務。",
}
REMINDERS = {
    "ask": "柜员多问一句、多提醒一次。",
    "not-all": "对客户不得一律拒绝办理业务。",
    "customer-refuses": "客户要坚决拒绝转账给陌生人。",
    "family": "必要时请客户与家人核实后再办理业务。",
    "complain": "拒绝为客户办理业务的做法是错误的。",
    "refuse-fraudster": "对方要求您开户办卡，请直接拒绝。",
}


@pytest.mark.parametrize("text", FORCED.values(), ids=FORCED)
def test_forcing_is_found(text: str) -> None:
    assert "CHK-01" in rules_in(text.replace("\n", "\u200b"))


@pytest.mark.parametrize(
    "text", [*FREE.values(), *STAFF_FREE.values()], ids=[*FREE, *(f"staff-{k}" for k in STAFF_FREE)]
)
def test_what_is_voluntary_passes(text: str) -> None:
    assert not rules_in(text) & {"CHK-01", "CHK-03"}


@pytest.mark.parametrize("text", STAFF.values(), ids=STAFF)
def test_for_own_staff_a_person_must_answer(text: str) -> None:
    assert rules_in(text) & {"CHK-01", "CHK-03"} == {"CHK-03"}


@pytest.mark.parametrize("text", PRAISE.values(), ids=PRAISE)
def test_exaggeration_is_found(text: str) -> None:
    assert "CHK-02" in rules_in(text)


@pytest.mark.parametrize("text", SOBER.values(), ids=SOBER)
def test_sober_description_passes(text: str) -> None:
    assert "CHK-02" not in rules_in(text)


@pytest.mark.parametrize("text", REFUSALS.values(), ids=REFUSALS)
def test_wholesale_refusal_is_found(text: str) -> None:
    assert "CHK-25" in rules_in(text)


@pytest.mark.parametrize("text", REMINDERS.values(), ids=REMINDERS)
def test_asking_and_reminding_passes(text: str) -> None:
    assert "CHK-25" not in rules_in(text)
