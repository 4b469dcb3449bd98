"""CHK-19: names and numbers; CHK-17, 29: cases and persons; CHK-20: no shaming, no threat."""

from datetime import date

import pytest

from campaigner.domain.wording.checker import TextContext
from campaigner.domain.wording.hotlines import digits_of, one_slip
from campaigner.intake.ruleset import load_rules
from tests.checking import check_text

RULES = load_rules()
CONTEXT = TextContext(
    hotlines=frozenset({"0571-88888888", "+86 571 6666 6666", "12345"}), today=date(2026, 11, 24)
)


def found(text: str, rule: str, context: TextContext = CONTEXT) -> set[str]:
    return {finding.kind for finding in check_text(text, RULES, context) if finding.rule == rule}


BAD_NUMBERS = {
    "full-width": "请拨打9６１１０咨询。",
    "all-full-width": "请拨打９６１１０",
    "spaced": "请拨打96 110",
    "letter-l": "请拨打961l0",
    "letter-o": "请拨打9611O咨询",
    "cyrillic-o": "请拨打9611О咨询",
    "hyphen": "反诈专线96-110",
    "zero-width": "反诈专线96\u200b110",
    "one-more": "请拨打961100",
    "one-less": "拨打9611咨询",
    "swapped": "拨打96101咨询",
    "one-wrong": "来电显示96119要接听",
    "mathematical": "请拨打𝟗𝟔𝟏𝟏𝟎",
    "alone": "961l0",
    "police-letter": "立即拨打11O报警",
    "police-full-width": "拨打１１０报警",
    "sms-number": "预警短信来自12318，电话12318",
    "mobile": "联系民警13800138000",
    "mobile-spaced": "请联系138 0013 8000",
    "mobile-country": "请联系0086-13800138000",
    "mobile-plus": "请联系+8613800138000",
    "service-400": "客服电话400-123-4567",
    "service-400-joined": "4001234567",
    "landline": "电话0571-12345678",
    "landline-brackets": "咨询电话（0571）12345678",
    "local": "咨询电话:88001234",
    "bank": "请拨打95588",
    "unknown-short": "如有疑问请拨打12315",
    "mobile-of-fraudster": "骗子常用13800138000打来",
}
GOOD_NUMBERS = {
    "right": "请拨打96110咨询，已被骗立即拨打110。",
    "spam": "垃圾短信可向12321举报。",
    "sender": "请留意12381发来的预警短信。",
    "office": "咨询电话0571-88888888",
    "office-other-notation": "咨询电话057188888888",
    "office-country-code": "咨询电话0571-66666666",
    "listed-short": "请拨打12345",
    "amount": "被骗96100元",
    "count": "全年劝阻96111人次",
    "range": "活动时间为1-10月",
    "date": "咨询时间2026-11-05",
    "year": "2026年6月24日",
    "document": "文号96111",
    "percent": "知晓率达到100%",
    "bank-faked": "骗子冒充95588发短信",
    "prefix": "以00开头的来电要警惕，谨防400开头的电话",
    "bank-called-faked": "显示来电95588的，不一定是银行。",
    "masked": "手机号138****8000",
    "items": "3年5张卡",
    "statistics": "发案1,595起，下降55.5%",
}
BAD_NAMES = {
    "r1": "请安装国家反电诈。",
    "r10": "可下载反电诈APP。",
    "r12": "可下载国家反诈APP。",
    "prevent": "可下载国家防诈中心APP",
    "whole-country": "可下载全国反诈中心APP",
    "cheat": "可下载国家反欺诈中心APP",
    "homophone": "可下载国家反炸中心APP",
    "short": "可下载反诈中心APP",
    "mixed-traditional": "可下载国家反詐中心APP",
    "alone-traditional": "请下载國家反詐中心APP，谨防电信诈骗。",
    "cyrillic-app": "可下载国家反诈中心АРР",
    "quoted": "可下载“国家反诈”APP",
    "local": "可使用金钟罩反诈APP",
    "spaced-out": "可下载国家 反电诈 中心 APP",
    "call-sender": "有疑问请拨打12381",
    "write-sender": "把可疑短信转发至12381",
    "refuse-hotline": "不要接听96110的来电",
}
GOOD_NAMES = {
    "right": "国家反诈中心APP",
    "right-lower": "国家反诈中心App",
    "quoted": "“国家反诈中心”APP",
    "center": "国家反诈中心提醒您",
    "spaced": "国家反诈中心 APP",
    "traditional-text": "請下載國家反詐中心APP，謹防電信詐騙。",
    "city-center": "市反诈中心提醒您",
    "counterfeit": "骗子制作假冒的“国家反诈APP”行骗。",
    "do-not": "不要下载“国家反诈APP”之类的假冒软件。",
    "nation": "全国反诈宣传月",
    "answer": "96110来电请一定接听，不要拒接96110。",
    "work": "国家反诈工作取得成效",
    "no-call": "12381不能拨打，也不用回复。",
}
CASES = {
    "name": ("近日，村民张建国接到陌生电话，被骗约8万元。", "person"),
    "two-character-name": ("近日，会计李娜被骗。", "person"),
    "amount": ("日前，一位居民被骗83251.37元。", "amount"),
    "amount-wan": ("近日，我镇一居民损失12.3456万元。", "amount"),
    "amount-comma": ("案例：某居民被骗128,765元。", "amount"),
    "identity": ("案例：事主身份证号33010619900101123X。", "identity"),
    "card": ("近日，事主向6222021234567890123转账。", "identity"),
    "old-year": ("案例：2023年5月，一居民被骗约5万元。", "old-case"),
    "old-year-only": ("案例：2024年，一居民被骗约5万元。", "old-case"),
    "traditional": ("近日，村民張建國被騙約8萬元。", "person"),
}
GOOD_CASES = {
    "masked": "近日，村民张某接到陌生电话，被骗约8万元。",
    "masked-stars": "近日，居民李××被骗。",
    "round": "日前，一位居民被骗8.3万元。",
    "recent": "案例：2026年3月，一居民被骗约5万元。",
    "total": "近期全市群众损失1.3766亿元。",
    "greeting": "王秀英您好，近日本镇有人被骗。",
    "law": "近期宣传《反电信网络诈骗法》，2022年12月1日起施行。",
    "no-case": "一次付款83251.37元",
    "titles": "近日，居民王女士被骗约2万元。",
    "verbs": "近日，民警向居民说明骗局，村民向民警求助。",
}
PERSONS = {
    "secretary": "县委书记王建军强调，要全民反诈。",
    "police": "民警李志强介绍了骗术。",
    "police-warns": "民警周建平提醒大家",
    "ringleader": "头目赵大伟落网。",
    "suspect": "犯罪嫌疑人陈小龙被抓获。",
    "fate": "她被骗后跳楼。",
    "fate-family": "一个电话让他家破人亡。",
    "traditional": "縣委書記王建軍強調",
}
NO_PERSONS = {
    "masked": "犯罪嫌疑人陈某被抓获。",
    "officer": "民警提醒您不要转账。",
    "police-verb": "民警向群众讲解。",
    "head": "校长于今日讲话",
    "director": "社区主任带头宣传。",
    "pupil": "张小明家长：您好！",
    "secretary-calls": "骗子冒充书记要求转账。",
    "high": "公安局长高度重视反诈工作。",
}
SHAMING = {
    "house": "在其家门口喷上“诈骗之家”。",
    "wall": "设立耻辱墙",
    "village": "我县王家村是诈骗重点村。",
    "benefits": "停发低保和养老金。",
    "children": "将影响子女入学、参军、政审。",
    "demolish": "依法拆除其房屋",
    "cut-off": "对拒不回国人员家庭断水断电",
    "expose": "曝光其姓名和照片",
    "kin": "实行连坐",
    "blame": "贪心才会被骗",
    "deserved": "被骗也是活该",
    "whoever": "凡参与诈骗的，一律停发低保",
    "careers": "凡参与诈骗的，子女三代不得考公",
    "traditional": "設立恥辱牆",
}
RESPECT = {
    "law": "出租、出借银行卡和电话卡要承担法律责任，请不要参与。",
    "comfort": "被骗不丢人，请及时报警。",
    "threat-told": "骗子威胁说会影响子女入学，请不要相信。",
    "forbidden": "不得设立耻辱墙",
    "freeze": "警方可依法紧急止付、冻结涉案账户。",
    "talk": "请和家人孩子聊聊反诈。",
    "house-sale": "骗子以“以房养老”为名骗取房屋。",
    "key-groups": "诈骗重点人群是年轻人。",
    "photo": "不要向陌生人发送照片。",
    "pension-fraud": "骗子冒充社保人员，谎称停发养老金。",
}


@pytest.mark.parametrize("text", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_a_wrong_number_is_found(text: str) -> None:
    assert found(text, "CHK-19")


@pytest.mark.parametrize("text", GOOD_NUMBERS.values(), ids=GOOD_NUMBERS)
def test_a_right_number_passes(text: str) -> None:
    assert not found(text, "CHK-19")


@pytest.mark.parametrize("text", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_wrong_name_is_found(text: str) -> None:
    assert found(text, "CHK-19")


@pytest.mark.parametrize("text", GOOD_NAMES.values(), ids=GOOD_NAMES)
def test_a_right_name_passes(text: str) -> None:
    assert not found(text, "CHK-19")


@pytest.mark.parametrize(("text", "kind"), CASES.values(), ids=CASES)
def test_a_case_that_tells_too_much_is_found(text: str, kind: str) -> None:
    assert kind in found(text, "CHK-17")


@pytest.mark.parametrize("text", GOOD_CASES.values(), ids=GOOD_CASES)
def test_a_case_that_tells_enough_passes(text: str) -> None:
    assert not found(text, "CHK-17") | found(text, "CHK-29")


@pytest.mark.parametrize("text", PERSONS.values(), ids=PERSONS)
def test_a_person_is_found(text: str) -> None:
    assert found(text, "CHK-29")


@pytest.mark.parametrize("text", NO_PERSONS.values(), ids=NO_PERSONS)
def test_nobody_passes(text: str) -> None:
    assert not found(text, "CHK-29")


def test_names_marked_at_import_are_found() -> None:
    assert found("感谢欧阳春晓的讲解", "CHK-29", TextContext(names=("欧阳春晓",)))
    assert not found("感谢大家的讲解", "CHK-29", TextContext(names=("欧阳春晓",)))


@pytest.mark.parametrize("text", SHAMING.values(), ids=SHAMING)
def test_shaming_and_threats_are_found(text: str) -> None:
    assert found(text, "CHK-20")


@pytest.mark.parametrize("text", RESPECT.values(), ids=RESPECT)
def test_respect_passes(text: str) -> None:
    assert not found(text, "CHK-20")


@pytest.mark.parametrize(
    ("written", "slip"),
    [
        ("96110", False),
        ("96111", True),
        ("9611", True),
        ("961100", True),
        ("96101", True),
        ("69110", True),
        ("12345", False),
        ("0", False),
        ("9610111", False),
        ("961", False),
    ],
)
def test_one_slip(written: str, slip: bool) -> None:
    assert one_slip(written, "96110") is slip


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("0571-8888 8888", "057188888888"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("8612", "8612"),
    ],
)
def test_digits_of(number: str, digits: str) -> None:
    assert digits_of(number) == digits
