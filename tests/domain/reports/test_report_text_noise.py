import pytest

from campaigner.domain.reports import noise
from campaigner.domain.reports.manuscript import Manuscript
from campaigner.domain.reports.masking import masked_spans
from campaigner.domain.reports.wrapping import wraps


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("20xx年7月", ["20xx年"]),
        ("xx年6月", ["xx年"]),
        ("X月X日，×县", ["X月", "X日", "×"]),
        ("ⅩⅩ支行", ["ⅩⅩ"]),
        ("张**同志 138****1234", ["**", "138****1234"]),
        ("某某公司、某县", ["某某", "某"]),
        ("____年__月", ["____年", "__月"]),
        ("某些地方，某种手法", []),
        ("二○○八年", []),
        ("24×7小时，3*5", []),
        ("XXL码，X光，xxx.com", []),
    ],
)
def test_masked_values(text, masked):
    assert [text[start:end] for start, end in masked_spans(text)] == masked


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("身边的.冒充者", "身边的冒充者"),
        ("一.加强领导\n二．落实责任", "一.加强领导\n二．落实责任"),
        ("文一.改\n三.改进", "文一改\n三.改进"),
        ("他来.他看.他走.他说.", "他来.他看.他走.他说."),
        ("占10.5%", "占10.5%"),
    ],
)
def test_stray_dots(text, left):
    manuscript = Manuscript(text)
    manuscript.cut(noise.stray_dots(text))
    assert manuscript.text == left


def test_entities_invisible_signs_and_line_breaks():
    manuscript = Manuscript("诈\u200b骗\x00&ldquo;退款&rdquo;&nbsp;&#20813;\r\n&unknown;&amp\r结&fjlig;")
    manuscript.cut(noise.invisible(manuscript.text))
    manuscript.spell_out(noise.line_breaks(manuscript.text))
    manuscript.spell_out(noise.entities(manuscript.text))
    assert manuscript.text == "诈骗“退款”\u00a0免\n&unknown;&amp\n结&fjlig;"
    assert [(removal.kind, removal.start) for removal in manuscript.removals()] == [
        ("invisible", 1),
        ("invisible", 3),
    ]
    assert manuscript.place(manuscript.text.index("免")) == manuscript.original.index("&#20813;")


def test_compatibility_forms_become_plain():
    assert "２０％ＡＢ⼯诈㎡".translate(noise.compatible("２０％ＡＢ⼯诈㎡⺀")) == "20%AB工诈㎡"


def test_site_signatures_in_brackets_go():
    text = "宣传(本文来自www.example.com)到位（含大字版）【更多范文网内容请访问范文网】"
    spans = noise.watermarks(text)
    assert [text[start:end] for start, end, _ in spans] == [
        "(本文来自www.example.com)",
        "【更多范文网内容请访问范文网】",
    ]


def test_lines_broken_at_the_page_width_are_joined():
    full = "网格员今天又走访了三十户居民向大家讲解手法请"
    text = "\n".join([f"　　{full}", full, "都记住了。", f"（一）{full}", full, full, "结束。"])
    manuscript = Manuscript(text)
    manuscript.drop(wraps(text))
    assert manuscript.text == f"　　{full}{full}都记住了。\n（一）{full}{full}{full}结束。"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("一\n二", id="too few lines"),
        pytest.param("\n".join(["短句"] * 9), id="too narrow"),
        pytest.param("\n".join(["段" * 300] * 9), id="too wide"),
        pytest.param("\n".join(["短", "句" * 40, "话", "长", "词", "语", "字"]), id="most lines are short"),
    ],
)
def test_other_texts_are_not_joined(text):
    assert wraps(text) == []


def test_a_full_line_that_ends_a_sentence_ends_its_paragraph_where_nothing_is_indented():
    full = "网格员今天又走访了三十户居民向大家讲解手法请"
    text = "\n".join([full, full[:-1] + "。", full, full, "", full, full])
    manuscript = Manuscript(text)
    manuscript.drop(wraps(text))
    assert manuscript.text.split("\n") == [full + full[:-1] + "。", full + full, "", full + full]


def test_a_manuscript_remembers_places():
    manuscript = Manuscript("ab\n  cd [x] e")
    manuscript.cut([(3, 5, "late"), (8, 11, "stray"), (9, 12, "over"), (4, 4, "empty")])
    assert manuscript.text == "ab\ncd e"
    assert [(r.kind, r.start, r.text) for r in manuscript.removals()] == [
        ("late", 3, "  "),
        ("stray", 8, "[x] "),
    ]
    assert manuscript.place(99) == len(manuscript.original)
    manuscript.note([(0, 2, "title")])
    text, paragraphs, anchors = manuscript.composed(manuscript.lines()[1:])
    assert (text, paragraphs[0].text, anchors) == ("cd e", "cd e", ((0, 5), (3, 12)))
    assert manuscript.composed([]) == ("", (), ((0, 0),))
    manuscript.exchange({ord("c"): "C"})
    assert manuscript.text == "ab\nCd e"
    with pytest.raises(ValueError, match="one for one"):
        manuscript.exchange({ord("d"): "dd"})
