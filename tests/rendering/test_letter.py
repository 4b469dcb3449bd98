"""Letters as they come out on paper: read back from the PDF, never from the layout."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import typst
import zxingcpp

from campaigner.errors import RenderError
from campaigner.rendering import pdf
from campaigner.rendering.letter import Letter, Sheet, _data, from_json, letters_pdf, text_of, to_json
from campaigner.rendering.markdown import escape, parse

TEXT = """# 致全体学生家长的一封信

## 守好家里的钱袋子

尊敬的{name}家长：

近来有人混进班级群冒充老师收费，请您抽几分钟和孩子一起读完这封信。**拿不准就先停一停。**

- 群里的“老师”突然发来收款码
- 对方不肯接电话，只打字
- 说孩子出了事，要求立刻汇款
- 让您打开手机的屏幕共享
- 以“返利”“解冻费”为名要求先付钱
- 索要短信验证码

> 凡是群里突然要求转账的，先打电话当面核实。

1. 先停
2. 再问

有疑问请拨打反诈专线96110；已经受骗，马上拨打110。
"""
SHEET = Sheet(
    ("幸福镇社会治安综合治理中心", "幸福中心小学"), "2026年9月1日", slip_title="《一封信》回执",
    office="幸福镇综治中心", reference="K7Q2-0901",
)  # fmt: skip
HOSTILE = [
    '#read("/etc/hostname")', "$x$", "*a*", "**a**", "_a_", "`a`", "a//b", "a/*b", "<l>", "@r", "#(1+1)", "= a",
    "尾\\", "&amp;", "[a](b)", "![a](b)", '"', "'", "{{ a }}", "{% a %}", "1. a", "- a", "a~b", "a--b", "a...b",
]  # fmt: skip


def make(
    name: str = "王小明", group: str = "幸福中心小学 三年级2班", position: int = 1, text: str = TEXT
) -> Letter:
    body = text.replace("{name}", escape(name))
    return Letter(parse(body), f"{group} {name} 家长", name, group, f"7K3Q9ZP{position:05d}", position)


def texts(document: bytes) -> list[str]:
    """The text of each page without white space: where lines break is the layout's affair."""
    with pypdfium2.PdfDocument(document) as opened:
        return [re.sub(r"\s+", "", page.get_textpage().get_text_bounded()) for page in opened]


def codes(document: bytes, page: int = 0) -> list[str]:
    with pypdfium2.PdfDocument(document) as opened:
        bitmap = opened[page].render(scale=150 / 72).to_numpy()
    return [found.text for found in zxingcpp.read_barcodes(np.ascontiguousarray(bitmap))]


def test_each_letter_has_its_own_page_with_its_own_name_and_class() -> None:
    family = [
        make("王小明"),
        make("阿卜杜热西提·买买提明", "幸福镇中心小学（新城校区） 五年级12班", 2),
        make("㛃䶮", position=3),
    ]
    pages = texts(letters_pdf(family, SHEET))
    assert len(pages) == 3
    for letter, page in zip(family, pages, strict=True):
        assert page.count(letter.name) == 3, "header, salutation, slip"
        assert page.count(letter.group.replace(" ", "")) == 2
        assert letter.code in page
        others = {other.name for other in family} - {letter.name}
        assert not any(other in page for other in others)


def test_the_page_says_everything_in_reading_order() -> None:
    (page,) = texts(letters_pdf([make()], SHEET))
    expected = [
        "致全体学生家长的一封信", "守好家里的钱袋子", "致：幸福中心小学三年级2班王小明家长",
        "尊敬的王小明家长：",
        "拿不准就先停一停。",
        "群里的“老师”突然发来收款码", "索要短信验证码", "凡是群里突然要求转账的", "1先停", "2再问",
        "96110", "110", "有疑问请拨打反诈专线96110", "幸福镇社会治安综合治理中心", "幸福中心小学", "2026年9月1日",
        "《一封信》回执", "家长签字", "7K3Q9ZP00001",
    ]  # fmt: skip
    place = 0
    for part in expected:
        place = page.index(part, place) + len(part)
    assert "K7Q2-0901" in page


def test_the_code_is_read_from_the_printed_slip() -> None:
    document = letters_pdf([make(), make(position=2)], SHEET)
    assert [codes(document, page) for page in (0, 1)] == [["7K3Q9ZP00001"], ["7K3Q9ZP00002"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_stands(name: str) -> None:
    (page,) = texts(letters_pdf([make(name)], SHEET))
    assert page.count(re.sub(r"\s+", "", name)) >= 3


def test_a_direction_override_cannot_turn_the_line_round() -> None:
    (page,) = texts(letters_pdf([make("王\u202e小明\x00")], SHEET))
    assert page.count("王小明家长") == 3, "header, salutation, slip before the signature"
    assert "\u202e" not in page


def test_same_input_same_bytes() -> None:
    assert letters_pdf([make()], SHEET) == letters_pdf([make()], SHEET)


def test_tags_are_there_unless_refused() -> None:
    tagged = letters_pdf([make()], SHEET)
    plain = letters_pdf([make()], SHEET, tagged=False)
    assert b"StructTreeRoot" in tagged
    assert b"StructTreeRoot" not in plain
    assert texts(tagged) == texts(plain)


def test_a_letter_without_code_or_slip_has_no_slip() -> None:
    bare = replace(make(), code="")
    for document in (letters_pdf([bare], SHEET), letters_pdf([make()], replace(SHEET, slip=False))):
        (page,) = texts(document)
        assert "家长签字" not in page
        assert codes(document) == []


def test_pupil_and_parent_both_sign_what_both_can_say() -> None:
    (page,) = texts(letters_pdf([make()], replace(SHEET, sign_labels=("学生签字", "家长签字"))))
    slip = page[page.index("《一封信》回执") :]
    assert slip.index("我们已一起读过这封信") < slip.index("学生签字") < slip.index("家长签字")
    assert "孩子" not in slip, "the pupil signs the same sentence"


def test_large_type_is_larger_and_still_one_page() -> None:
    short = TEXT.replace("- 说孩子出了事，要求立刻汇款\n", "")
    document = letters_pdf([make(text=short)], replace(SHEET, large=True))
    with pypdfium2.PdfDocument(document) as opened:
        page = opened[0].get_textpage()
        text = page.get_text_range()
        _left, bottom, _right, top = page.get_charbox(text.index("抽"))
    assert pdf.page_count(document) == 1
    assert top - bottom > 11, "a character of 14 pt is about 13 pt high"


@pytest.mark.parametrize("extra", range(0, 30, 3))
def test_what_is_measured_is_what_is_set(extra: int) -> None:
    longer = TEXT.replace("> 凡是", "请转告家里的老人。" * extra + "\n\n> 凡是")
    assert pdf.page_count(letters_pdf([make(), make(position=2, text=longer)], SHEET)) == 2


def test_the_longest_on_paper_need_not_have_most_characters() -> None:
    wide = TEXT.replace("近来", "近来" * 200)
    narrow = TEXT.replace("近来", "i. " * 260)
    assert len(narrow) > len(wide)
    assert pdf.page_count(letters_pdf([make(text=narrow), make(position=2, text=wide)], SHEET)) == 2


def test_an_overlong_letter_is_named_by_place_and_code_not_by_person() -> None:
    overlong = make(position=17, text=TEXT.replace("近来", "近来" * 900))
    with pytest.raises(RenderError) as raised:
        letters_pdf([make(), overlong], SHEET)
    message = str(raised.value)
    assert "letter 17 (code 7K3Q9ZP00017) does not fit on one page even at 10.5 pt" in message
    assert "王小明" not in message


def test_an_overlong_large_letter_says_the_larger_size() -> None:
    overlong = replace(make(text=TEXT.replace("近来", "近来" * 900)), code="")
    with pytest.raises(RenderError, match=r"^letter 1 does not fit on one page even at 14 pt"):
        letters_pdf([overlong], replace(SHEET, large=True, slip=False))
    with pytest.raises(RenderError, match=r"^letter 1 does not fit on one page even at 12\.5 pt"):
        letters_pdf([overlong], replace(SHEET, large=True))


@pytest.mark.parametrize(
    "title",
    [
        "反诈一封信",
        "致全体学生及家长防范电信诈骗的一封信",
        "关于在全镇范围内深入开展预防电信网络诈骗宣传致广大学生家长的一封公开信",
    ],
    ids=["short", "18 characters", "two lines"],
)
def test_titles_of_any_length(title: str) -> None:
    (page,) = texts(letters_pdf([make(text=TEXT.replace("致全体学生家长的一封信", title))], SHEET))
    assert page.startswith(title)


def test_no_letters_are_refused() -> None:
    with pytest.raises(RenderError, match="no letters"):
        letters_pdf([], SHEET)


def test_a_letter_needs_no_heading() -> None:
    (page,) = texts(letters_pdf([make(text="您好！\n\n请当心。")], SHEET))
    assert "您好！" in page


def test_the_store_gives_back_the_same_letter() -> None:
    letter = make("阿卜杜热西提·买买提明")
    stored = to_json(letter)
    assert from_json(stored) == letter
    assert to_json(from_json(stored)) == stored


@pytest.mark.parametrize("text", ["", "[]", '{"who": 1}', "7"])
def test_what_is_no_stored_letter(text: str) -> None:
    with pytest.raises(RenderError, match="not a stored letter"):
        from_json(text)


def test_text_of_a_letter_has_the_addressee_first() -> None:
    assert text_of(make()).splitlines()[:2] == [
        "幸福中心小学 三年级2班 王小明 家长",
        "致全体学生家长的一封信",
    ]


def test_the_pages_hold_to_the_rules_for_accessible_pdf() -> None:
    """typst checks PDF/UA-1 itself and refuses what breaks it: alternative texts, headings in order, language."""
    source = pdf._source("letter.typ", _data([make()], SHEET, 12.0))
    assert typst.compile(**source, pdf_standards=["ua-1"]).startswith(b"%PDF")


def test_blocks_that_nobody_parsed_are_passed_on_as_they_are_told() -> None:
    with pytest.raises(RenderError, match="bold"):
        letters_pdf([replace(make(), blocks=[{"type": "paragraph", "inlines": [{"text": "当心"}]}])], SHEET)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory as Linux tells it")
def test_memory_is_given_back_after_a_large_class() -> None:
    """The cache of typst would keep ten compiles; a run of many classes has to stay flat."""
    family = [make("王" + chr(0x4E00 + n), position=n) for n in range(120)]
    letters_pdf(family, SHEET)
    before = resident()
    for _round in range(3):
        letters_pdf([replace(letter, group=f"幸福中心小学 {_round}班") for letter in family], SHEET)
    assert resident() - before < 120e6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory as Linux tells it")
def test_memory_is_given_back_by_what_only_measures() -> None:
    """Queries keep in typst's cache what they made, and throw nothing out of it."""
    for number in range(12):
        pdf.query("letter.typ", _data([make(group=f"{number}班")], SHEET, None), "<size>")
    before = resident()
    for number in range(60):
        pdf.query("letter.typ", _data([make(group=f"{number}年级")], SHEET, None), "<size>")
    assert resident() - before < 60e6


def resident() -> int:
    """Memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
