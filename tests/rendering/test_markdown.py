"""The light Markdown: what it knows, what it leaves literal, and that data can never act in it."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigner.rendering.markdown import UNSUPPORTED, escape, faults, parse, plain


def fold(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def words(text: str, *, bold: bool = False, italic: bool = False) -> dict[str, Any]:
    return {"text": text, "bold": bold, "italic": italic}


@given(st.text())
@example("#read('x')")
@example("**a** _b_ `c` [d](e) ![f](g) <h> &amp; ~~i~~ | j |")
@example("1. a\n- b\n> c\n# d\n---\n===")
@example("\\")
@example("a\x00b")
@example("\u2028\x85\r\r\n\n\n")
@example("\u202eabc")
def test_an_escaped_value_is_one_paragraph_of_exactly_its_text(value: str) -> None:
    (block,) = parse(f"x{escape(value)}y")
    assert block["type"] == "paragraph"
    assert fold(plain([block])) == fold(f"x{value}y").replace("\0", "\ufffd")
    assert [(part["bold"], part["italic"]) for part in block["inlines"]] == [(False, False)]


@given(st.text(min_size=1))
def test_an_escaped_value_never_opens_a_block(value: str) -> None:
    blocks = parse(escape(value))
    assert {block["type"] for block in blocks} <= {"paragraph"}
    assert fold(plain(blocks)).strip() == fold(value).replace("\0", "\ufffd").strip()
    assert faults(escape(value)) == []


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("# 标题", [{"type": "heading", "level": 1, "inlines": [words("标题")]}], id="headline"),
        pytest.param("## 副题", [{"type": "heading", "level": 2, "inlines": [words("副题")]}], id="subtitle"),
        pytest.param("正文", [{"type": "paragraph", "inlines": [words("正文")]}], id="paragraph"),
        pytest.param(
            "    缩进", [{"type": "paragraph", "inlines": [words("缩进")]}], id="indented is no code"
        ),
        pytest.param(
            "　　全角缩进", [{"type": "paragraph", "inlines": [words("全角缩进")]}], id="wide indent"
        ),
        pytest.param(
            "> 凡是\n> 都是", [{"type": "quote", "inlines": [words("凡是都是")]}], id="quote joins lines"
        ),
        pytest.param(
            "> 一\n>\n> 二", [{"type": "quote", "inlines": [words("一\n二")]}], id="quote of two paragraphs"
        ),
        pytest.param(
            "- 一\n- **二**",
            [{"type": "list", "ordered": False, "items": [[words("一")], [words("二", bold=True)]]}],
            id="points",
        ),
        pytest.param(
            "1. 停\n2. 问",
            [{"type": "list", "ordered": True, "items": [[words("停")], [words("问")]]}],
            id="steps",
        ),
        pytest.param(
            "- 一\n  - 二\n- 三",
            [{"type": "list", "ordered": False, "items": [[words("一\n二")], [words("三")]]}],
            id="nested list is flattened",
        ),
        pytest.param(
            "甲**乙*丙***丁",
            [
                {
                    "type": "paragraph",
                    "inlines": [
                        words("甲"),
                        words("乙", bold=True),
                        words("丙", bold=True, italic=True),
                        words("丁"),
                    ],
                }
            ],
            id="bold and italic",
        ),
        pytest.param(
            "请拨打\n96110", [{"type": "paragraph", "inlines": [words("请拨打96110")]}], id="soft, Chinese"
        ),
        pytest.param(
            "call\n96110", [{"type": "paragraph", "inlines": [words("call 96110")]}], id="soft, Latin"
        ),
        pytest.param("一\\\n二", [{"type": "paragraph", "inlines": [words("一\n二")]}], id="hard break"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_blocks(text: str, blocks: list[dict[str, Any]]) -> None:
    assert parse(text) == blocks


@pytest.mark.parametrize(
    "text",
    ["<b>粗</b>", "[字](http://a)", "![图](a.png)", "`码`", "| a | b |", "&amp;", "<http://a>", "---", "~~~"],
)
def test_what_is_not_supported_stays_literal(text: str) -> None:
    (block,) = parse(text)
    assert (block["type"], plain([block])) == ("paragraph", text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("一\n<b>粗</b>", [(2, "HTML")], id="inline HTML in the second line"),
        pytest.param("一\n\n<div>\n</div>", [(3, "HTML")], id="block of HTML"),
        pytest.param("[字](http://a)", [(1, "a link")], id="link"),
        pytest.param("一\n\n[r]: http://a", [(3, "a link")], id="reference"),
        pytest.param("<http://a>", [(1, "a link")], id="automatic link"),
        pytest.param("![图](a.png)", [(1, "a picture")], id="picture"),
        pytest.param("一 `码`", [(1, "code")], id="code"),
        pytest.param("```\n码\n```", [(1, "code")], id="fence"),
        pytest.param("一\n\n    码", [(3, "code")], id="indented"),
        pytest.param("| a |\n|---|\n| b |", [(1, "a table")], id="table"),
        pytest.param("一\n\n---", [(3, "a rule")], id="rule"),
        pytest.param("标题\n===", [(1, "an underlined heading")], id="underlined heading"),
        pytest.param("- 一\n  - 二", [(2, "a nested list")], id="nested list"),
        pytest.param("> - 一", [(1, "a list inside a quote")], id="list in a quote"),
        pytest.param("- > 一", [(1, "a quote inside a list or quote")], id="quote in a list"),
        pytest.param("> > 一", [(1, "a quote inside a list or quote")], id="quote in a quote"),
        pytest.param("- # 一", [(1, "a heading inside a list or quote")], id="heading in a list"),
        pytest.param(
            "说**“粗”**字", [(1, "stars that make nothing bold")], id="stars beside quotation marks"
        ),
        pytest.param("说\\*\\*粗\\*\\*字", [], id="escaped stars are meant"),
        pytest.param("# 一\n\n二**三**\n\n- 四\n\n1. 五\n\n> 六\n\n七", [], id="all that is supported"),
    ],
)
def test_faults(text: str, found: list[tuple[int, str]]) -> None:
    assert faults(text) == found


def test_every_fault_has_a_chinese_name() -> None:
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in UNSUPPORTED.values())
