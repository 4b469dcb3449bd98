"""What the shipped warnings and templates may say: the trade's rules over all that the public reads."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel
from campaigner.domain.sms import parts, units
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.domain.wording.checker import TextContext
from campaigner.intake.ruleset import load_rules
from campaigner.intake.warnings import LINE_LIMIT, SHORT_LIMIT, read_catalogue
from campaigner.rendering.analysis import RunFacts
from campaigner.rendering.library import read_library
from campaigner.rendering.markdown import escape, faults, parse, plain
from campaigner.rendering.sandbox import environment
from campaigner.rendering.sms import finish
from tests.checking import check_text

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
CATALOGUE, PROBLEMS = read_catalogue(TEMPLATES / "warnings", ROOT)
WARNINGS = [pytest.param(warning, id=warning.id) for warning in CATALOGUE.values()]

RULES = load_rules()
SEGMENTS = {
    "elderly",
    "students",
    "guardians",
    "teachers",
    "finance",
    "young-adults",
    "job-seekers",
    "home-parents",
    "merchants",
    "cadres",
    "residents",
}
NUMBERS = {"96110", "110", "12381", "12321"}
SIGNATURE = "幸福镇反诈中心"
SUFFIX = "拒收请回复R"
RECIPIENT = {
    "name": "欧阳小明",
    "school": "幸福镇中心小学",
    "grade": "三年级",
    "class_name": "2班",
    "gender": "女",
    "unit": "幸福镇农机修造厂",
}

NAMED_IN_REPORTS = [
    "冒充镇党委书记",
    "网上充值返利",
    "网贷",
    "刷单",
    "冒充公检法",
    "杀猪盘",
    "冒充快递客服",
    "电商客服退款类",
    "养老诈骗",
    "自助机具转账类",
]
NAMED_BY_THE_MINISTRY = [
    "刷单返利",
    "虚假网络投资理财",
    "虚假网络贷款",
    "虚假购物服务",
    "冒充电商物流客服",
    "虚假贷款",
    "贷款、征信",
    "虚假征信",
    "冒充领导熟人",
    "冒充公检法及政府机关",
    "网络婚恋、交友",
    "婚恋交友",
    "网络婚恋交友",
    "网络游戏产品虚假交易",
    "机票退改签",
]
NAMED_BESIDES = ["两卡", "跑分", "不明链接", "网络电话"]

FORBIDDEN = {
    "CHK-01 forced installation": "必须|务必|一律|强制|扫码注册|全部安装|不安装|凭安装",
    "CHK-02 exaggeration": "百分百|百分之百|万能|神器|杜绝|保证|绝对|装了就",
    "CHK-20 shaming and threats": "诈骗之家|耻辱|重点村|曝光|黑名单|后果自负|严惩|活该|贪心|小便宜",
    "CHK-22 out of date": "核酸|疫情|健康码",
    "CHK-26 looks like a scam": r"https?:|www\.|\.c(om|n)|点击|紧急|立即|马上|速|回复|加微信|回拨|二维码",
    "B7 tells people how they are sorted": "高风险|高危|易受骗|易骗|易感|重点人群|重点人员",
    "12381 is written to": "(发|转发|发送|报|打)(到|给|至)?12381",
    "names that are not the app's": "国家反电诈|反电诈|反诈APP|反诈App|金钟罩|反诈卫士|国家反诈中心[Aa]pp",
}


def public(warning: WarningEntry) -> str:
    """Every text of a warning that a recipient may read."""
    lists = (*warning.red_flags, *warning.advice, *warning.large)
    return "\n".join(
        (
            warning.name,
            warning.victims,
            warning.method,
            warning.rule,
            warning.short,
            warning.long,
            warning.headline,
            *lists,
        )
    )


def template_files() -> list[Path]:
    return sorted(TEMPLATES.glob("*/*.jinja"))


def opened(path: Path) -> tuple[dict[str, object], str]:
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(front), body


RUN = RunFacts("2026年12月10日", 2026, 12, 10, receipt=True)


def rendered() -> list[object]:
    """Every shipped template with every warning that it is for."""
    cases = []
    for path in template_files():
        front, body = opened(path)
        template = environment(registry.artefact(Channel(str(front["channel"]))).form.escape).from_string(
            body
        )
        meant = front["warnings"] or list(CATALOGUE)
        assert isinstance(meant, list)
        for name in meant:
            text = template.render(
                warning=CATALOGUE[name], warnings=[CATALOGUE[name]], recipient=RECIPIENT, run=RUN
            )
            cases.append(pytest.param(front, text, id=f"{front['id']}-{name}"))
    return cases


TEXTS = rendered()
SMS = [case for case in TEXTS if case.id.startswith("sms/")]
LETTERS = [case for case in TEXTS if case.id.startswith("letter/")]
POSTERS = [case for case in TEXTS if case.id.startswith("poster/")]


def test_the_catalogue_has_no_problems() -> None:
    assert PROBLEMS == []


def test_the_template_library_has_no_problems() -> None:
    templates, problems = read_library(TEMPLATES, ROOT, registry.forms())
    assert problems == []
    assert len(templates) == len(template_files())


@pytest.mark.parametrize("label", [*NAMED_IN_REPORTS, *NAMED_BY_THE_MINISTRY, *NAMED_BESIDES])
def test_every_named_type_leads_to_one_warning(label: str) -> None:
    owners = [w.id for w in CATALOGUE.values() if label == w.name or label in w.aliases]
    assert len(owners) == 1


@pytest.mark.parametrize("segment", sorted(SEGMENTS))
def test_every_segment_has_warnings_of_its_own(segment: str) -> None:
    assert [w.id for w in CATALOGUE.values() if segment in w.segments]


@pytest.mark.parametrize("warning", WARNINGS)
def test_shape_of_a_warning(warning: WarningEntry) -> None:
    assert warning.segments == () or set(warning.segments) <= SEGMENTS
    assert units(warning.short) <= SHORT_LIMIT
    assert warning.short.endswith("。")
    assert not set(warning.short) & set("【】\n")
    assert warning.rule.endswith("。")
    assert len(warning.headline) <= LINE_LIMIT
    assert 3 <= len(warning.large) <= 5
    assert all(len(line) <= LINE_LIMIT for line in warning.large)
    assert 3 <= len(warning.red_flags) <= 6
    assert 3 <= len(warning.advice) <= 5


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_shipped_warning_has_been_read_and_is_usable(warning: WarningEntry) -> None:
    assert warning.usable_on(date(2026, 12, 1))
    assert warning.reviewed_on >= date(2026, 11, 20)


@pytest.mark.parametrize("warning", WARNINGS)
def test_sources_are_reports_or_official_notices(warning: WarningEntry) -> None:
    assert warning.sources
    for source in warning.sources:
        assert re.fullmatch(r"R(1[0-5]|[1-9])|公安部.*|反电信网络诈骗法", source.report)


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_short_says_whom_to_ask_or_how_to_check(warning: WarningEntry) -> None:
    assert re.search("96110|核实", warning.short)


@pytest.mark.parametrize("warning", WARNINGS)
def test_texts_for_everybody_name_a_number_for_help(warning: WarningEntry) -> None:
    assert re.search("96110|110|派出所|营业厅|12321", "".join(warning.advice))


@pytest.mark.parametrize("rule", FORBIDDEN)
@pytest.mark.parametrize("warning", WARNINGS)
def test_no_warning_breaks_a_wording_rule(warning: WarningEntry, rule: str) -> None:
    assert re.findall(FORBIDDEN[rule], public(warning)) == []


@pytest.mark.parametrize("rule", FORBIDDEN)
@pytest.mark.parametrize("path", template_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_breaks_a_wording_rule(path: Path, rule: str) -> None:
    front, body = opened(path)
    assert re.findall(FORBIDDEN[rule], f"{front['title']}{body}") == []


@pytest.mark.parametrize(("front", "text"), TEXTS)
def test_only_official_numbers_stand_in_a_text(front: dict[str, object], text: str) -> None:
    assert set(re.findall(r"\d{3,}", text)) <= NUMBERS


@pytest.mark.parametrize(("front", "text"), TEXTS)
def test_an_app_is_the_official_one_by_its_full_name(front: dict[str, object], text: str) -> None:
    assert len(re.findall("(?i)app", text)) == text.count("国家反诈中心APP")


@pytest.mark.parametrize(("front", "text"), TEXTS)
def test_the_rules_on_wording_find_nothing(front: dict[str, object], text: str) -> None:
    segments = front["segments"]
    assert isinstance(segments, list)
    channel = str(front["channel"])
    context = TextContext(channel, tuple(segments), tuple(segments), today=date(2026, 12, 1))
    read = text if channel == "sms" else plain(parse(text))
    assert [(finding.rule, finding.text) for finding in check_text(read, RULES, context)] == []


@pytest.mark.parametrize(("front", "text"), TEXTS)
def test_a_text_is_plain_simplified_chinese(front: dict[str, object], text: str) -> None:
    # Every simplified character of common use is in GB 2312, and nearly no traditional one is.
    assert text.encode("gb2312").decode("gb2312") == text
    assert not re.search(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]|，，|。。|，。|的的", text)


def fits(warning: WarningEntry, segments: list[str]) -> bool:
    return not (warning.segments and segments) or bool(set(warning.segments) & set(segments))


@pytest.mark.parametrize("path", template_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_fits_the_segments_of_its_warnings(path: Path) -> None:
    front, _ = opened(path)
    segments, warnings = front["segments"], front["warnings"]
    assert isinstance(segments, list)
    assert isinstance(warnings, list)
    assert set(segments) <= SEGMENTS
    strangers = [name for name in warnings if not fits(CATALOGUE[name], segments)]
    assert strangers == []


@pytest.mark.parametrize(("front", "text"), SMS)
def test_an_sms_is_one_part_with_signature_and_way_out(front: dict[str, object], text: str) -> None:
    (message,) = finish([text], SIGNATURE, SUFFIX)
    assert message is not None
    assert parts(message) == 1
    assert "欧阳" not in message


@pytest.mark.parametrize(("front", "text"), LETTERS)
def test_a_letter_fits_its_sheet(front: dict[str, object], text: str) -> None:
    assert faults(text) == []
    blocks = parse(text)
    assert [block["level"] for block in blocks if block["type"] == "heading"] == [1]
    assert [block["type"] for block in blocks].count("quote") == 1
    assert len(plain(blocks)) <= 580
    assert "欧阳小明" in plain(blocks)
    assert "96110" in plain(blocks)
    assert "110报警" in plain(blocks) or "打110" in plain(blocks)


@pytest.mark.parametrize(
    ("front", "text"), [case for case in LETTERS if case.id.startswith("letter/guardians")]
)
def test_the_letter_to_guardians_leaves_room_for_the_slip(front: dict[str, object], text: str) -> None:
    assert len(plain(parse(text))) <= 550
    assert "幸福镇中心小学三年级2班" in plain(parse(text))


@pytest.mark.parametrize(
    ("grade", "class_name", "shown"),
    [
        pytest.param("三年级", "2班", "小学三年级2班学习", id="grade-and-class"),
        pytest.param("三年级", "三年级2班", "小学三年级2班学习", id="class-names-its-grade"),
        pytest.param("三年级", "三（2）班", "小学三（2）班学习", id="class-names-its-grade-in-short"),
        pytest.param("1年级", "12班", "小学1年级12班学习", id="numbers"),
        pytest.param("一年级", "十一班", "小学一年级十一班学习", id="numerals"),
        pytest.param("", "大一班", "小学大一班学习", id="no-grade"),
        pytest.param("高一", "", "小学高一学习", id="no-class"),
    ],
)
def test_grade_and_class_are_named_once(grade: str, class_name: str, shown: str) -> None:
    _, body = opened(TEMPLATES / "letter" / "guardians.md.jinja")
    recipient = {**RECIPIENT, "grade": grade, "class_name": class_name}
    text = (
        environment(escape)
        .from_string(body)
        .render(warning=CATALOGUE["game-items"], recipient=recipient, run=RUN)
    )
    assert shown in plain(parse(text))


@pytest.mark.parametrize(
    ("name", "gender", "shown"),
    [
        pytest.param("王秀英", "女", "尊敬的王秀英女士：", id="woman"),
        pytest.param("李国强", "男", "尊敬的李国强先生：", id="man"),
        pytest.param("李国强", "", "尊敬的李国强：", id="gender-unknown"),
        pytest.param("", "", "尊敬的长辈：", id="name-unknown"),
        pytest.param("*王* [x](y)", "", "尊敬的*王* [x](y)：", id="markup-in-a-name-stays-text"),
    ],
)
def test_salutation_of_the_letter_to_the_elderly(name: str, gender: str, shown: str) -> None:
    _, body = opened(TEMPLATES / "letter" / "elderly.md.jinja")
    recipient = {**RECIPIENT, "name": name, "gender": gender}
    text = (
        environment(escape)
        .from_string(body)
        .render(warning=CATALOGUE["elder-fraud"], recipient=recipient, run=RUN)
    )
    assert shown in plain(parse(text)).split("\n")


@pytest.mark.parametrize(("front", "text"), POSTERS)
def test_a_poster_has_its_parts_in_order(front: dict[str, object], text: str) -> None:
    assert faults(text) == []
    blocks = parse(text)
    assert [block["type"] for block in blocks] == ["heading", "heading", "list", "quote", "paragraph"]
    assert [block["level"] for block in blocks[:2]] == [1, 2]
    assert front["design"] in {"bold", "steps", "calm"}
    assert re.fullmatch(".*96110.*[^6]110", plain(blocks[-1:]))
    assert len(blocks[2]["items"]) <= 5
    if front["design"] == "steps":
        assert blocks[2]["ordered"]
        assert len(blocks[2]["items"]) == 3
