"""CHK-30 to 32: placeholders of any kind, words of a computer, texts that say nothing, holes."""

import pytest

from campaigner.domain.wording.checker import TextContext
from campaigner.domain.wording.content import lacks_content
from campaigner.domain.wording.unfinished import TEXT_RULES
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

RULES = load_rules()
SMS = TextContext("sms", finished=True)
LETTER = TextContext("letter", finished=True)
TIP = "陌生来电要钱，都不信。拿不准打96110。"


def found(text: str, context: TextContext = SMS) -> set[str]:
    return {finding.rule for finding in check_text(text, RULES, context) if finding.rule in TEXT_RULES}


PLACEHOLDERS = [
    "{name}您好：" + TIP,
    "{{name}}您好：" + TIP,
    "{{ recipient.name }}您好：" + TIP,
    "{ { recipient.name } }您好：" + TIP,
    "｛｛ recipient.name ｝｝您好：" + TIP,
    "｛姓名｝您好：" + TIP,
    "{姓名}您好：" + TIP,
    "{0}您好：" + TIP,
    "{}您好：" + TIP,
    "{user.name}您好：" + TIP,
    "{{ office.place }}提醒您：" + TIP,
    "{{office.place提醒您：" + TIP,
    "提醒您}}：" + TIP,
    "{% if x %}您好：" + TIP,
    "{# 备注 #}" + TIP,
    "${姓名}您好：" + TIP,
    "${name}您好：" + TIP,
    "$name您好：" + TIP,
    "$(name)您好：" + TIP,
    "#{name}您好：" + TIP,
    "@{name}您好：" + TIP,
    "＃｛姓名｝您好：" + TIP,
    "%s您好：" + TIP,
    "%(name)s您好：" + TIP,
    "尊敬的%d：" + TIP,
    "%1$s您好：" + TIP,
    "%NAME%您好：" + TIP,
    "%姓名%您好：" + TIP,
    "％s您好：" + TIP,
    "[[姓名]]您好：" + TIP,
    "[[name]]您好：" + TIP,
    "<%= name %>您好：" + TIP,
    "<% name %>您好：" + TIP,
    "<?name?>您好：" + TIP,
    "【姓名】您好：" + TIP,
    "[姓名]您好：" + TIP,
    "[name]您好：" + TIP,
    "<姓名>您好：" + TIP,
    "<name>您好：" + TIP,
    "（姓名）您好：" + TIP,
    "(姓名)您好：" + TIP,
    "〔姓名〕您好：" + TIP,
    "「姓名」您好：" + TIP,
    "[学校]家长您好：" + TIP,
    "【日期】前" + TIP,
    "[手机号]您好：" + TIP,
    "<村名>居民您好：" + TIP,
    "（村名）居民您好：" + TIP,
    "#姓名#您好：" + TIP,
    "#NAME#您好：" + TIP,
    "@姓名@您好：" + TIP,
    "$姓名$您好：" + TIP,
    "<br>" + TIP,
    "<b>提醒</b>：" + TIP,
    "XX镇反诈中心提醒您：" + TIP,
    "xx镇反诈中心提醒您：" + TIP,
    "ＸＸ镇反诈中心提醒您：" + TIP,
    "××镇反诈中心提醒您：" + TIP,
    "××年××月××日，" + TIP,
    "X月X日，" + TIP,
    "×年×月×日起，" + TIP,
    "2026年X月，" + TIP,
    "某某镇综治中心提醒您：" + TIP,
    "某某社区居民您好：" + TIP,
    "○○镇提醒您：" + TIP,
    "△△小区居民：" + TIP,
    "我镇上月被骗XX万元。" + TIP,
    "本村发案××起。" + TIP,
    "XX，您好：" + TIP,
    "请拨打0731-8XXXXXXX。" + TIP,
    "提醒：____，" + TIP,
    "____您好：" + TIP,
    "＿＿＿＿您好：" + TIP,
    " 年 月 日，" + TIP,
    "TODO " + TIP,
    "TODO：改写" + TIP,
    "FIXME" + TIP,
    "TBD。" + TIP,
    "XXX" + TIP,
    "lorem ipsum " + TIP,
    "待补充。" + TIP,
    "（待补充）" + TIP,
    "（待定）" + TIP,
    "【待定】" + TIP,
    "时间：待定。" + TIP,
    "待填写" + TIP,
    "此处填写案例。" + TIP,
    "此处插入正文" + TIP,
    "在此输入文字" + TIP,
    "（此处填写姓名）您好：" + TIP,
    "单击此处添加标题" + TIP,
    "请输入正文" + TIP,
    "（示例）" + TIP,
    "【样例】" + TIP,
    "示例文字：" + TIP,
    "样例短信：" + TIP,
    "这是测试短信，" + TIP,
    "这是一条测试。" + TIP,
    "占位符" + TIP,
    "None前有效：" + TIP,
    "nan您好：" + TIP,
    "null您好：" + TIP,
    "NULL村的您好：" + TIP,
    "undefined您好：" + TIP,
    "Undefined您好：" + TIP,
    "有效：True。" + TIP,
    "False。" + TIP,
    "#N/A您好：" + TIP,
    "N/A您好：" + TIP,
    "#REF!您好：" + TIP,
    "[object Object]您好：" + TIP,
    "提醒：['来电要钱', '要验证码']" + TIP,
    "提醒：('来电要钱', '要验证码')" + TIP,
    "提醒：('来电要钱',)" + TIP,
    '提醒：["来电要钱"]' + TIP,
    "提醒：{'short': '别信'}" + TIP,
    "Warning(id='x')" + TIP,
    "datetime.date(2026, 12, 31)前：" + TIP,
    "<Warning object at 0x7f>" + TIP,
    "[1, 2, 3]" + TIP,
    "[]" + TIP,
    "提醒：\\n" + TIP,
    "&nbsp;" + TIP,
    "&lt;提醒&gt;" + TIP,
    "\\u63d0\\u9192" + TIP,
    "�您好：" + TIP,
    "锟斤拷您好：" + TIP,
]

HOLES = [
    "提醒您，，" + TIP,
    "提醒您、，" + TIP,
    "提醒您，。" + TIP,
    "您在，、" + TIP,
    "提醒您：：" + TIP,
    "看《》。" + TIP,
    "村（）的您：" + TIP,
    "“”都是骗局。" + TIP,
    "陌生来电要钱，都不信。。拿不准打96110。",
]

NOTHING = [
    "【测试镇反诈中心】。拒收请回复R",
    "【测试镇反诈中心】拒收请回复R",
    "【测试镇反诈中心】",
    "",
    "。",
    "【反诈中心】王伟您好：。拒收请回复R",
    "【反诈中心】家长您好！拒收请回复R",
    "反诈提醒：",
    "提醒您：。拒收请回复R",
    "尊敬的王伟先生：\n此致\n敬礼！",
    "【测试镇反诈中心】退订回T",
]

FINISHED = [
    TIP,
    "反诈提醒：" + TIP,
    "【幸福镇反诈中心】长辈您好：" + TIP + "拒收请回复R",
    "冒充“××客服”要您退款的，都是诈骗。",
    "骗子自称××公安局民警，要您转账，别信。",
    "冒充某某平台客服，说您会员到期，要扣费，是骗局。",
    "自称XX银行工作人员要您的验证码，是骗子。",
    "李某某被骗，民警帮他报了案。" + TIP,
    "居民张某某接到来电。" + TIP,
    "某居民接到来电要钱。" + TIP,
    "关注[96110]来电。",
    "50%的受骗人是老人。" + TIP,
    "利息50%，60%，都是骗局。",
    "《反诈法》已经施行。" + TIP,
    "“先交钱，后放款”的网贷，都是诈骗。",
    "来电显示400、95开头，也可能是骗子。",
    "以“00”或“+”开头的境外来电，请警惕。",
    "一边说“别挂电话”，一边要钱，是骗子。",
    "（一）不轻信；（二）不转账。" + TIP,
    "1. 不轻信 2. 不转账 " + TIP,
    "真的吗？！先问一问。" + TIP,
    "小心！！" + TIP,
    "等一等……再想一想。" + TIP,
    "国家反诈中心APP可自愿安装。",
    "骗子发来带二维码的快递单，别扫。",
    "下载不明App（软件）有风险。" + TIP,
    "iPhone手机也会被骗。" + TIP,
    "QQ群、微信群里荐股，都是骗局。",
    "ETC失效短信不要信。" + TIP,
    "AI换脸（假视频）也能骗人。" + TIP,
    "被骗了，2小时内打110。" + TIP,
    "2026年12月7日起，" + TIP,
    "12月7日（周一）上午9:00开会。" + TIP,
    "今年1—11月，" + TIP,
    "利率3.5%。" + TIP,
    "骗子说“刷单日赚300元”，别信。",
    "“安全账户”根本没有。" + TIP,
    "有人说：“我是民警。”别信。",
    "他说“别告诉家人。”，就是骗子。",
    "不加陌生人的QQ/微信。" + TIP,
    "人民币￥100元也是钱。" + TIP,
    "【幸福镇综治中心】请警惕冒充老师收费。",
    "[微笑]" + TIP,
    "话费、电费、ETC，都到正规地方交。",
    "C位、K歌、5G换卡，都可能是幌子。",
    "凡是要您“点链接、填卡号”的，都是诈骗。",
    "请填写姓名、电话时多留意。" + TIP,
    "要您报姓名（身份证号）的，别报。",
    "二〇二六年十二月，" + TIP,
    "{请把这条提醒转给家里老人}" + TIP,
    "待客热情，转账冷静。" + TIP,
    "等待不要慌，先打96110。",
    "测试题里藏着骗局，别点。",
    "示范村的做法：先问一问。" + TIP,
    "待业在家找兼职，先垫钱的别做。",
    "空号来电别回。" + TIP,
    "骗子谎称您的包裹里有违禁品，要您转到“安全账户”，别信。",
    "某些平台说“充值返利”，别信。",
    "X光片、CT单不外传。" + TIP,
    "时间就是钱，先停一停。" + TIP,
    "地点、时间对不上的来电，别信。",
    "反诈中心（96110）来电请接听。",
    "#全民反诈在行动#" + TIP,
    "T恤刷单、代付，都是骗局。",
    "骗子常用+86、00开头号码。" + TIP,
]


def test_the_table_is_long_enough() -> None:
    assert len(PLACEHOLDERS) + len(HOLES) + len(NOTHING) + len(FINISHED) >= 200


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_what_is_left_of_a_form_is_found(text: str) -> None:
    assert "CHK-30" in found(text)


@pytest.mark.parametrize("text", HOLES)
def test_a_hole_is_found_and_may_be_let_pass(text: str) -> None:
    assert found(text) == {"CHK-32"}


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_that_says_nothing_is_found(text: str) -> None:
    assert lacks_content(text)
    assert "CHK-31" in found(text)


@pytest.mark.parametrize("text", FINISHED)
def test_ordinary_texts_pass(text: str) -> None:
    assert found(text) == set()
    assert found(text, LETTER) == set()
