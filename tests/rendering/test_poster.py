"""Posters as they come out: one page in every design, size and variant; read back from PDF and picture."""

import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2
import pytest
import typst
import zxingcpp

from campaigner.errors import RenderError
from campaigner.rendering import pdf
from campaigner.rendering.markdown import escape, parse
from campaigner.rendering.poster import DESIGNS, Poster, Size, _parts, poster_pdf, poster_png

TEXT = """# {headline}

## 三不一多，守好钱袋子

- 未知链接不点击
- 陌生来电不轻信
- 个人信息不透露
- 转账汇款多核实

> 凡是要您先交钱再放款的，都是诈骗。

拿不准请打反诈专线96110；已经受骗，马上拨打110。
"""
CODE = "HTTPS://GA.EXAMPLE.CN/FZ"
HEADLINES = [
    "谨防诈骗",
    "转账先核实",
    "别信刷单返利",
    "陌生链接不要点",
    "放款前收费，是骗局",
    "凡是刷单返利都是诈骗",
    "陌生来电要警惕转账之前先核实",
]
LONG = (
    "平安市打击治理电信网络新型违法犯罪工作联席会议办公室",
    "中国某某银行股份有限公司平安市经济技术开发区支行营业部",
    "幸福镇社会治安综合治理中心",
)


def make(
    design: str = "bold", headline: str = "凡是刷单返利都是诈骗", text: str = TEXT, **more: Any
) -> Poster:
    blocks = parse(text.replace("{headline}", headline))
    return replace(
        Poster(
            blocks,
            design,
            ("幸福镇社会治安综合治理中心",),
            qr=CODE,
            qr_label="扫码看反诈提示",
            reference="K7Q2-0901",
        ),
        **more,
    )


def text_on(document: bytes) -> str:
    with pypdfium2.PdfDocument(document) as opened:
        assert len(opened) == 1
        return "".join(opened[0].get_textpage().get_text_bounded().split())


def inside(document: bytes) -> bool:
    """Whether every character stands on the trimmed page."""
    with pypdfium2.PdfDocument(document) as opened:
        left, bottom, right, top = opened[0].get_trimbox()
        page = opened[0].get_textpage()
        text = page.get_text_range()
        boxes = [page.get_charbox(place) for place in range(len(text)) if not text[place].isspace()]
    return all(
        left <= box[0] and bottom <= box[1] and box[2] <= right and box[3] <= top for box in boxes if any(box)
    )


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("headline", HEADLINES)
def test_every_headline_fits_every_design(design: str, headline: str, large: bool) -> None:
    document = poster_pdf(make(design, headline), large=large)
    page = text_on(document)
    assert headline in page
    assert "未知链接不点击" in page
    assert "凡是要您先交钱再放款的，都是诈骗。" in page
    assert "幸福镇社会治安综合治理中心" in page
    assert inside(document)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("points", [3, 6])
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_three_to_six_long_points_and_long_offices(design: str, points: int, large: bool) -> None:
    body = "\n".join(f"{n}. 说孩子出事要汇钱的电话，先挂断，再打给孩子{n}" for n in range(1, points + 1))
    text = f"# {{headline}}\n\n## 记住\n\n{body}\n\n> 只要谈到钱，就先挂电话，再跟家里人商量。\n\n拿不准请打96110。"
    document = poster_pdf(make(design, text=text, issuers=LONG), large=large)
    page = text_on(document)
    assert all(name in page for name in LONG)
    assert page.count("说孩子出事要汇钱的电话") == (3 if large else points)
    assert inside(document)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(("size", "width"), [("A4", 595.3), ("A3", 841.9)])
def test_marks_keep_the_trimmed_size(design: str, size: Size, width: float) -> None:
    plain, marked = (poster_pdf(make(design), size=size, marks=marks) for marks in (False, True))
    with pypdfium2.PdfDocument(plain) as opened:
        assert opened[0].get_mediabox()[2] == pytest.approx(width, abs=0.1)
    with pypdfium2.PdfDocument(marked) as opened:
        left, _bottom, right, _top = opened[0].get_trimbox()
        assert right - left == pytest.approx(width, abs=0.1)
        assert left == pytest.approx(10 / 25.4 * 72, abs=0.1)
    assert text_on(plain) == text_on(marked)


@pytest.mark.parametrize("design", DESIGNS)
def test_colour_runs_three_millimetres_over_the_trim_and_no_further(design: str) -> None:
    dpi = 127
    picture = pixels(poster_png(poster_pdf(make(design), marks=True), dpi))
    middle = picture[picture.shape[0] * 9 // 10]
    assert (middle[: 6 * 5] == 255).all(), "white beyond the bleed, 5 dots to a millimetre"
    assert (middle[8 * 5] != 255).any(), "coloured within it"


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_the_code_is_read_from_the_picture(design: str, large: bool) -> None:
    picture = pixels(poster_png(poster_pdf(make(design), large=large), 100))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [CODE]


def pixels(picture: bytes) -> np.ndarray:
    """Rows of a PNG as our writer makes them: no interlace, no filter."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", picture[16:26])
    assert (depth, colour) == (8, 2)
    start = picture.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", picture[start - 8 : start - 4])
    rows = np.frombuffer(zlib.decompress(picture[start : start + length]), np.uint8).reshape(
        height, 1 + 3 * width
    )
    assert not rows[:, 0].any()
    return np.ascontiguousarray(rows[:, 1:].reshape(height, width, 3))


def test_the_picture_has_the_asked_resolution() -> None:
    picture = pixels(poster_png(poster_pdf(make(), size="A4"), 150))
    assert picture.shape[:2] == pytest.approx((1754, 1240), abs=1)


def test_large_type_has_fewer_words() -> None:
    page = text_on(poster_pdf(make(), large=True))
    assert "个人信息不透露" in page
    assert "转账汇款多核实" not in page
    assert "三不一多" not in page
    assert "96110" in page


def test_the_hotline_sentence_stands_in_only_where_the_text_has_none() -> None:
    line = "全国反诈专线96110"
    assert line not in text_on(poster_pdf(make(hotline=line)))
    bare = TEXT.replace("拿不准请打反诈专线96110；已经受骗，马上拨打110。\n", "")
    assert line in text_on(poster_pdf(make(text=bare, hotline=line)))
    assert "反诈专线" in text_on(poster_pdf(make(text=bare)))


@pytest.mark.parametrize("design", DESIGNS)
def test_a_headline_alone_is_a_poster(design: str) -> None:
    document = poster_pdf(make(design, text="# {headline}", qr="", qr_label=""))
    assert text_on(document).startswith("凡是刷单返利都是诈骗")


@pytest.mark.parametrize("hostile", ['#read("x")', "$x$", "*a*", "a//b", "尾\\", "<l>", "@r"])
@pytest.mark.parametrize("design", DESIGNS)
def test_hostile_text_is_printed_as_it_stands(design: str, hostile: str) -> None:
    text = TEXT.replace("未知链接不点击", f"{escape(hostile)}点").replace(
        "{headline}", f"当心{escape(hostile)}"
    )
    page = text_on(poster_pdf(make(design, text=text, issuers=(hostile,))))
    assert page.count(hostile) == 3


def test_same_input_same_bytes_and_tags() -> None:
    document = poster_pdf(make())
    assert document == poster_pdf(make())
    assert b"StructTreeRoot" in document


def test_too_many_words_are_refused() -> None:
    text = TEXT.replace("- 未知链接不点击", "\n".join(["- " + "未知链接不点击" * 9] * 12))
    with pytest.raises(RenderError, match="more words than fit the design `bold`"):
        poster_pdf(make(text=text))


def test_unknown_design_and_missing_headline_are_refused() -> None:
    with pytest.raises(RenderError, match="no poster design `loud`; there are bold, steps, calm"):
        poster_pdf(make("loud"))
    with pytest.raises(RenderError, match="needs a headline"):
        poster_pdf(make(text="当心"))


def test_a_broken_installation_is_passed_on() -> None:
    with pytest.raises(RenderError, match="No such file"):
        pdf.compile_pdf("no-such-layout.typ", {})


@pytest.mark.parametrize("design", DESIGNS)
def test_the_page_holds_to_the_rules_for_accessible_pdf(design: str) -> None:
    """typst checks PDF/UA-1 itself and refuses what breaks it."""
    data = {**_parts(make(design), large=False), "size": "A4", "marks": True}
    assert typst.compile(**pdf._source("poster.typ", data), pdf_standards=["ua-1"]).startswith(b"%PDF")


def test_blocks_that_nobody_parsed_are_passed_on_as_they_are_told() -> None:
    broken = make()
    broken.blocks.insert(1, {"type": "list", "ordered": False, "items": [[{"text": "当心"}]]})
    with pytest.raises(RenderError, match="bold"):
        poster_pdf(broken)


# Colours of the layouts: (ink, ground, large type).
PAIRS = [
    pytest.param("#ffffff", "#c3141b", id="bold headline"),
    pytest.param("#ffd426", "#a90f16", id="bold kicker on the darker red"),
    pytest.param("#1d1d1f", "#ffd426", id="bold rule"),
    pytest.param("#d5d8e0", "#1b1f2a", id="bold issuers"),
    pytest.param("#a4a9b6", "#1b1f2a", id="bold reference"),
    pytest.param("#0b3d91", "#e9f1fc", id="steps headline"),
    pytest.param("#082c6b", "#ffcf24", id="steps number"),
    pytest.param("#4c5a75", "#ffffff", id="steps reference"),
    pytest.param("#14513f", "#fbf5e8", id="calm headline"),
    pytest.param("#f3e4c0", "#14513f", id="calm issuers"),
    pytest.param("#b9cbbf", "#14513f", id="calm reference"),
    pytest.param("#a3171c", "#fff7df", id="letter rule"),
    pytest.param("#5f5a55", "#ffffff", id="letter foot"),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_contrast_is_enough_for_small_type(ink: str, ground: str) -> None:
    """WCAG 2 AA, 1.4.3: at least 4.5 to 1; both colours must be in use, or the pair is out of date."""
    source = "".join(path.read_text("utf-8") for path in pdf.LAYOUTS.glob("*.typ")) + "#ffffff"
    assert ink in source
    assert ground in source
    high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
