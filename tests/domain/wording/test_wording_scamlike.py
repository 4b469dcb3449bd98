"""CHK-26: what looks like a scam, and what only warns of one."""

from datetime import date

import pytest

from campaigner.domain.wording.checker import TextContext
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

RULES = load_rules()
TODAY = date(2026, 11, 24)
SMS = TextContext(channel="sms", today=TODAY)
POSTER = TextContext(
    channel="poster", qr_contents=frozenset({"https://fzcs.example.gov.cn/quiz"}), today=TODAY
)


def kinds(text: str, context: TextContext = SMS) -> set[str]:
    return {finding.kind for finding in check_text(text, RULES, context) if finding.rule == "CHK-26"}


LINKS = {
    "short-link": "查询详情 t.cn/xx 。",
    "full-width-link": "查询详情ｔ．ｃｎ／ｘｘ。",
    "http": "详情见http://fz.example.com/a?b=1。",
    "https-in-capitals": "详情见HTTPS://FZ.EXAMPLE.COM。",
    "bare-domain": "登录fanzha.com了解。",
    "bare-domain-with-hyphen": "网址是fan-zha96110.top",
    "domain-with-dot-as-word": "网址是fanzha点com",
    "domain-with-spaces": "网址是 fanzha . com",
    "chinese-top-level": "请看fanzha.中国",
    "address": "请看 203.0.113.7/a",
    "broken-scheme": "请看hxxp://abc.cn",
    "cyrillic-letters": "详情见ехаmрlе.com",
    "zero-width": "详情见t.\u200bcn/xx",
    "fake-link-quoted": "骗子的网址是t.cn/xx，切勿点击。",
}
NO_LINKS = {
    "consumer-day": "3.15消费者权益日，谨防假冒客服。",
    "decimal": "知晓率为84.59%。",
    "date": "2026.6.24",
    "list-number": "1.不轻信；2.不透露；3.不转账。",
    "app": "国家反诈中心APP.",
    "time": "晚上8点到10点有讲座。",
    "amount": "损失8.5万元",
    "abbreviation": "U盾、K宝不要借给别人。",
}

OPENS = {
    "please-click": "请点击链接",
    "please-click-below": "请您点击下方链接查询。",
    "click-at-start": "点击链接领取补贴",
    "click-below-after-comma": "为核实身份，点击下方链接",
    "at-once": "请立即打开网址核实",
    "traditional": "請點擊鏈接",
    "spaced": "请 点 击 链 接",
    "after-a-negation": "不要犹豫，请点击链接。",
    "after-a-warning": "谨防骗子，请点击链接查看。",
    "point": "速点链接领取",
    "point-me": "点我领取",
    "copied": "复制链接打开",
    "not-waiting": "不要等了请点击链接",
    "we-deny-it-is-fraud": "请点击链接，这不是诈骗。",
    "platform": "请点击链接查看，这是诈骗预警平台。",
}
NO_OPENS = {
    "negated": "不要点击不明链接",
    "negated-please": "请勿点击陌生短信中的链接。",
    "never": "切勿轻易点击链接、扫描二维码。",
    "attributed": "骗子发来短信，要求点击链接填写信息。",
    "attributed-colon": "骗子会说：请点击链接领取补贴。",
    "attributed-quote": "收到“请点击链接领取补贴”的短信，不要相信。",
    "denied": "凡是让您点击链接领补贴的，都是诈骗。",
    "denied-quote": "“请点击链接退税”都是骗人的。",
    "descriptive": "点击不明链接可能导致手机中毒。",
    "slogan": "未知链接不点击，陌生来电不轻信，个人信息不透露，转账汇款多核实。",
    "in-list": "骗子常用这些话：\n1.请点击链接领补贴\n2.请立即转账到安全账户\n",
    "official-does-not": "官方预警短信不会让您点击链接。",
    "claims": "对方谎称快递丢失，诱导点击链接退款。",
    "disbelief": "不要相信请点击链接之类的短信。",
}

PAYS = {
    "we-demand": "我们要求你转账",
    "we-demand-formal": "我局要求您把钱转到安全账户。",
    "at-once-to": "请立即转账到指定账户。",
    "please-remit": "请尽快汇款。",
    "traditional": "請立即轉賬",
    "after-a-warning": "谨防被骗，请立即把钱转到安全账户",
    "whoever": "凡是收到本短信的，请立即转账，谨防诈骗",
    "first-pay": "办理业务需先转账验证。",
    "police": "民警要求您转账配合调查。",
    "after-slogan": "守好钱袋子，请立即转账到安全账户",
    "to-card": "把钱转到这个银行卡里",
    "must-fee": "请务必缴纳保证金",
}
NO_PAYS = {
    "iron-rule": "凡是要求转账到安全账户的都是诈骗",
    "negated": "不要向陌生账户转账。",
    "please-not": "请勿转账！",
    "before": "请在转账前多方核实。",
    "careful": "请谨慎转账。",
    "stop": "如已被骗，请立即停止转账并拨打110。",
    "keep": "请保存好转账记录。",
    "bank": "请先与家人商量再转账。",
    "they-demand": "骗子冒充公检法，要求您把钱转到安全账户。",
    "no-authority-will": "公检法机关不会要求您转账。",
    "caller": "接到电话要求您转账的，请立即挂断。",
    "slogan": "转账汇款多核实",
    "quote": "对方说“请立即转账”，请挂断。",
    "if-somebody": "如果有人让您转账，请拨打96110咨询。",
}

ASKS = {
    "reply-y": "回复Y参加活动",
    "reply-card": "回复银行卡号",
    "reply-digit": "确认请回复1",
    "reply-full-width": "回复Ｙ确认",
    "reply-message": "收到请回复本短信。",
    "send-code": "请提供验证码",
    "fill-card": "请填写银行卡号和密码",
    "we-need-id": "我们需要您提供身份证号",
    "call-back": "请尽快回拨",
    "wechat": "请加微信",
    "wechat-id": "微信号：fanzha_2026",
    "vx": "有疑问加vx fanzha88",
    "qq": "QQ群：123456789",
    "group": "扫码进群了解详情",
    "scan-gift": "扫码领红包",
    "scan-sms": "请扫描下方二维码",
    "gift": "转发即可领取话费",
    "winner": "恭喜您中奖了",
    "frozen": "您的账户已被冻结，请尽快处理。",
    "urgent": "紧急通知",
    "send-to": "请编辑短信“姓名+身份证号”发送至10690000",
    "account-trouble": "您的医保账户异常，请立即联系我们处理",
    "group-by-code": "扫二维码进反诈交流群",
    "photo-of-card": "请把您的银行卡拍照发给我",
    "suspected": "警惕！您的账户涉嫌诈骗，已被冻结",
    "else": "否则将冻结您的账户",
}
NO_ASKS = {
    "opt-out": "拒收请回复R",
    "opt-out-after": "回T退订",
    "opt-out-words": "回复TD退订",
    "do-not-tell": "不要把验证码告诉任何人。",
    "do-not-fill": "切勿在陌生网页填写银行卡号、密码。",
    "they-ask": "对方要求您提供验证码，就是诈骗。",
    "do-not-add": "不要加陌生人微信",
    "they-add": "骗子让你加QQ群做任务。",
    "red-packet": "骗子以扫码领红包为诱饵，骗取个人信息。",
    "frozen-lie": "骗子谎称您的账户已被冻结。",
    "emergency": "如遇紧急情况请拨打110。",
    "no-reply": "官方短信不要求回复",
    "class-group": "请家长在班级微信群里留意通知。",
    "stranger-group": "陌生好友要您加QQ群领红包，不要进。",
    "forward-spam": "可疑短信可转发至12321举报。",
    "for-the-police": "请向民警提供对方的银行卡号和转账时间，便于止付。",
    "school-site": "请登录学校官网查看录取信息，不要点短信链接。",
    "row-of-quotes": "“扫码领鸡蛋”“免费体检”，小心是骗局。",
    "winning": "凡是恭喜您中奖的短信，都是诈骗。",
    "call-96110": "发现可疑情况请拨打96110。",
    "do-not-scan": "不要扫描来历不明的二维码。",
    "evidence": "请保留聊天记录、对方账号和转账凭证。",
    "never-asked": "银行工作人员不会索要您的密码。",
}


@pytest.mark.parametrize("text", LINKS.values(), ids=LINKS)
def test_a_link_is_found(text: str) -> None:
    assert "link" in kinds(text)


@pytest.mark.parametrize("text", NO_LINKS.values(), ids=NO_LINKS)
def test_a_dot_is_no_link(text: str) -> None:
    assert not kinds(text)


@pytest.mark.parametrize("text", OPENS.values(), ids=OPENS)
def test_a_call_to_open_a_link_is_found(text: str) -> None:
    assert "open-link" in kinds(text)


@pytest.mark.parametrize("text", PAYS.values(), ids=PAYS)
def test_a_call_to_pay_is_found(text: str) -> None:
    assert kinds(text) & {"pay", "pay-to-account"}


@pytest.mark.parametrize("text", ASKS.values(), ids=ASKS)
def test_other_requests_of_scams_are_found(text: str) -> None:
    assert kinds(text)


@pytest.mark.parametrize(
    "text",
    (NO_OPENS | {f"pay-{k}": v for k, v in NO_PAYS.items()}).values(),
    ids=NO_OPENS | {f"pay-{k}": v for k, v in NO_PAYS.items()},
)
def test_a_warning_of_links_and_payments_passes(text: str) -> None:
    assert not kinds(text)


@pytest.mark.parametrize("text", NO_ASKS.values(), ids=NO_ASKS)
def test_a_warning_of_other_requests_passes(text: str) -> None:
    assert not kinds(text)


@pytest.mark.parametrize(
    ("text", "context", "found"),
    [
        pytest.param("扫码参加有奖竞答", POSTER, False, id="allowed-code-on-a-poster"),
        pytest.param("扫码参加有奖竞答", SMS, True, id="no-code-in-a-text-message"),
        pytest.param("扫码参加有奖竞答", TextContext(channel="poster"), True, id="no-list-no-code"),
        pytest.param("扫码领红包", POSTER, True, id="gift-stays-a-gift"),
        pytest.param("见https://fzcs.example.gov.cn/quiz", POSTER, False, id="allowed-link-on-a-poster"),
        pytest.param("见https://fzcs.example.gov.cn/quiz", SMS, True, id="no-link-in-a-text-message"),
        pytest.param("见https://other.example.gov.cn/quiz", POSTER, True, id="another-link"),
    ],
)
def test_codes_come_from_the_allowed_list(text: str, context: TextContext, found: bool) -> None:
    assert bool(kinds(text, context)) is found
