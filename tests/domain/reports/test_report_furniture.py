import pytest

from campaigner.domain.reports.endings import breaks_off
from campaigner.domain.reports.furniture import Page, furniture, is_cut_off_notice, page_title, repeated
from campaigner.domain.reports.likeness import Likeness, fingerprint, likeness
from campaigner.domain.reports.report import Paragraph
from campaigner.domain.reports.series import headings, numeral, promised

BODY = (
    "网格员走访了三十户居民，讲解冒充客服退款的手法，提醒大家接到要求转账的电话先核实再处理，千万不要轻信。"
)


def lines(*texts):
    return [(number * 1000, number * 1000 + len(text), text) for number, text in enumerate(texts)]


def removed(*texts, reports=(), title=""):
    found = furniture(Page(lines(*texts), frozenset(reports), title))
    return [(start // 1000, kind) for start, _, kind in found]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("久久精品国产_无码一区二区_高潮", "spam"),
        ("澳门新葡京官网入口|真人荷官|百家乐注册送彩金", "spam"),
        ("时间：2022-11-04 18:11:04 工作总结 我要投稿", "submission-link"),
        ("来源：某某网 浏览次数：23", "byline"),
        ("上一篇：社区小结", "navigation"),
        ("当前位置：首页 > 范文", "navigation"),
        ("版权声明：本站内容均来自网络，如有侵权请联系删除。", "rights"),
        ("- 12 -", "page-number"),
        ("第 3 页 共 9 页", "page-number"),
        ("点击下载Word文档", "download-link"),
        ("以上就是小编为大家整理的全部内容，感谢阅读。", "editor-intro"),
    ],
)
def test_lines_that_belong_to_no_report(text, kind):
    assert removed(BODY, text, BODY) == [(1, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "重点打击百家乐、六合彩等网络赌博平台，斩断资金链。",
        "严打涉黄直播、裸聊敲诈、百家乐赌博引流诈骗",
        "时间：2023年6月15日",
        "小编提醒：未知链接不点击。",
        "扫一扫下载国家反诈中心APP",
        "欢迎大家参考",
        "三、下步打算",
        "来源不明的链接不要点",
        "（一）加强领导",
    ],
)
def test_lines_that_only_look_so_stay(text):
    assert removed(BODY, text, BODY) == []


def test_bylines_need_less_proof_in_the_head():
    assert removed("作者：甲乙", "日期：6月1日", BODY, "作者：甲乙") == [(0, "byline")]
    assert removed("一", "二") == []


def test_links_run_as_long_as_they_look_like_links():
    tail = ["【小结】相关文章：", "社区小结11-03", "学校小结11-03"]
    assert removed(BODY, *tail) == [(1, "related-links"), (2, "related-links"), (3, "related-links")]
    assert removed(BODY, tail[0], "社区小结11-03", BODY) == [(1, "related-links"), (2, "related-links")]
    assert removed("相关推荐", "反诈小结", BODY, title="反诈小结") == [
        (0, "related-links"),
        (1, "page-title"),
    ]
    assert removed("相关推荐", "反诈小结", "另一行", BODY) == [(0, "related-links")]
    assert removed("相关推荐", "甲村", "乙村", "丙村", BODY) == [
        (number, "related-links") for number in range(4)
    ]
    assert removed("相关推荐", "甲村", "小结1", BODY, reports={2}) == [
        (0, "related-links"),
        (1, "related-links"),
    ]


def test_links_glued_to_a_sentence_are_cut_off_it():
    found = furniture(Page(lines(BODY + "【小结】相关文章：社区小结", "学校小结"), frozenset()))
    assert found == [(len(BODY), len(BODY) + 13, "related-links"), (1000, 1004, "related-links")]


def test_the_page_title_stands_twice():
    assert page_title(lines("反诈小结", "上一篇：无", "反诈小结"), 3) == "反诈小结"
    assert page_title(lines("好。好。", "好。好。", "上一篇：无", "上一篇：无", "甲"), 5) == ""


def test_running_heads_and_page_numbers():
    pages = [
        [
            (n * 100, n * 100 + 4, f"周报第{n}期"),
            (n * 100 + 9, n * 100 + 20, BODY),
            (n * 100 + 30, n * 100 + 31, str(n)),
        ]
        for n in range(1, 5)
    ]
    assert {kind for _, _, kind in repeated(pages)} == {"page-header"}
    assert len(repeated(pages)) == 8
    assert repeated([lines("甲", "- 1 -"), lines("乙", "丙")]) == [(1000, 1005, "page-number")]


def test_notices_of_a_text_cut_off():
    assert is_cut_off_notice("查看更多")
    assert not is_cut_off_notice("下载文档")


@pytest.mark.parametrize(
    ("texts", "torn"),
    [
        ((), False),
        (("走访三十户。",), False),
        (("他说：“好。”",), False),
        (("走访三十户，发放",), True),
        (("走访三十户，",), True),
        (("走访了三十户居民并且讲解了冒充客服退款手法还帮助老人设置了来电提醒后又",), True),
        (("走访（含商户",), True),
        (("走访（含商户]。）",), False),
        (("（一【二）",), False),
        (("走访三十户……",), True),
        (("完成。", "城东派出所"), False),
        (("完成。", "2023年6月1日"), False),
        (("完成。", "主要措施："), True),
        (("完成。", "电话："), False),
        (("完成。", "三、加强领导"), True),
        (("一、加强领导", "二、落实责任"), False),
        (("村\t户数", "上坪村\t80，"), True),
        (("村\t户数", "上坪村\t80"), False),
        (("完成。", "人人反诈"), False),
        (("”",), False),
    ],
)
def test_whether_a_text_breaks_off(texts, torn):
    assert breaks_off([Paragraph(number, 0, text) for number, text in enumerate(texts, 1)]) is torn


@pytest.mark.parametrize(
    ("written", "value"), [("12", 12), ("三", 3), ("十", 10), ("十五", 15), ("二十一", 21), ("一百零二", 102)]
)
def test_small_numbers_in_both_ways(written, value):
    assert numeral(written) == value


@pytest.mark.parametrize(
    ("title", "count"),
    [("小结13篇", 13), ("小结（精选十五篇）", 15), ("上一篇：小结", 0), ("第3篇章", 0), ("一篇小结", 0)],
)
def test_what_a_title_promises(title, count):
    assert promised(title) == count


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        pytest.param(("反诈总结1", BODY, "反诈总结2", BODY), [1, 2], id="number at the end"),
        pytest.param(("反诈总结（一）", BODY, "反诈总结（二）", BODY), [1, 2], id="number in brackets"),
        pytest.param(("反诈总结 篇1", BODY, "反诈总结 篇2", BODY), [1, 2], id="篇 and number"),
        pytest.param(("篇一：甲村小结", BODY, "篇二：乙村小结", BODY), [1, 2], id="篇 first, titles differ"),
        pytest.param(("第一篇 甲村", BODY, "第二篇 乙村", BODY), [1, 2], id="第一篇"),
        pytest.param(("反诈周报第12期", BODY, "反诈周报第13期", BODY), [12, 13], id="issues of a bulletin"),
        pytest.param(
            ("反诈总结1", "反诈总结2", "反诈总结1", BODY, "反诈总结2", BODY), [1, 2], id="table of contents"
        ),
        pytest.param(("反诈总结1", BODY, "反诈总结3", BODY, "反诈总结2", BODY), [1, 3], id="one is missing"),
        pytest.param(("反诈总结1", BODY), [], id="a single one"),
        pytest.param(("附件1", BODY, "附件2", BODY), [], id="annexes"),
        pytest.param(("案例1", BODY, "案例2", BODY), [], id="cases"),
        pytest.param(("第一步", BODY, "第二步", BODY), [], id="steps"),
        pytest.param(("（一）甲", BODY, "（二）乙", BODY), [], id="sections"),
        pytest.param(("反诈总结1。", BODY, "反诈总结2。", BODY), [], id="sentences"),
    ],
)
def test_headings_of_a_series(texts, numbers):
    assert [heading.number for heading in headings(lines(*texts))] == numbers


def test_bracket_numbers_are_reports_only_when_the_title_promises_them():
    texts = ("（一）", BODY, "（二）", BODY)
    assert [heading.number for heading in headings(lines(*texts), 2)] == [1, 2]
    assert headings(lines(*texts), 3) == []
    assert headings(lines("一、目标", *texts), 2) == []


def test_likeness_of_texts():
    text = "".join(chr(0x4E00 + number * 7) for number in range(400))
    whole = fingerprint(text)
    assert likeness(fingerprint(text[:200] + "，。 " + text[200:395]), whole) is Likeness.SAME
    assert likeness(fingerprint(text[:200]), whole) is Likeness.PART
    assert likeness(whole, fingerprint(text[:200])) is Likeness.NONE
    assert likeness(fingerprint(text[:20]), whole) is Likeness.NONE
    assert likeness(fingerprint("".join(reversed(text))), whole) is Likeness.NONE
    assert likeness(fingerprint("字"), whole) is Likeness.NONE
