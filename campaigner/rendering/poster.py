"""Posters: one page in one of three designs, for the office printer or for the print shop."""

from dataclasses import dataclass
from typing import Any, Literal

from campaigner.errors import RenderError
from campaigner.rendering import pdf, qr
from campaigner.rendering.headline import candidates

Size = Literal["A4", "A3"]
DESIGNS = ("bold", "steps", "calm")
LARGE_POINTS = 3
"""Points that the variant in large type shows; CHK-23 wants few words for old people."""
RULE_LINES = 3

_WORDS = {"advice": "反诈专线", "police": "受骗报警"}


@dataclass(frozen=True, slots=True)
class Poster:
    """A finished poster.

    Args:
        blocks: Its text as `markdown.parse` gives it: headline, subtitle, points, a quote as the rule to remember, and
            last a paragraph that names the hotline.
        design: One of `DESIGNS`.
        issuers: Who puts it up.
        hotline: Sentence about the hotline where the text has none of its own.
        qr: What a QR code shall hold; "" for none.
        qr_label: Words below the code.
        reference: Run, small at the foot.
    """

    blocks: list[dict[str, Any]]
    design: str
    issuers: tuple[str, ...]
    hotline: str = ""
    qr: str = ""
    qr_label: str = ""
    reference: str = ""


def poster_pdf(poster: Poster, *, size: Size = "A4", large: bool = False, marks: bool = False) -> bytes:
    """A poster as a PDF of exactly one page.

    Args:
        poster: What it says.
        size: Paper.
        large: Few words in huge type: headline, the first points, rule and numbers only.
        marks: With 3 mm of bleed and crop marks, for the print shop.

    Raises:
        RenderError: It has no headline, its design is unknown, or its words do not fit.
    """
    if poster.design not in DESIGNS:
        raise RenderError(
            f"no poster design `{poster.design}`; there are {', '.join(DESIGNS)}",
            f"没有海报版式“{poster.design}”，可用的有：{', '.join(DESIGNS)}",
        )
    data = {**_parts(poster, large=large), "size": size, "marks": marks}
    try:
        return pdf.compile_pdf("poster.typ", data)
    except RenderError as error:
        if str(error) != "overflow":
            raise
        raise RenderError(
            f"the poster has more words than fit the design `{poster.design}`; shorten its points",
            f"海报文字太多，版式“{poster.design}”放不下：请缩短要点",
        ) from error


def poster_png(document: bytes, dpi: int = 150) -> bytes:
    """A poster's PDF as a picture, for screens and chat groups.

    Args:
        document: What `poster_pdf` gave.
        dpi: Dots per inch.
    """
    return pdf.png(document, dpi)


def _parts(poster: Poster, *, large: bool) -> dict[str, Any]:
    """The parts of a poster as the layouts name them."""
    blocks = list(poster.blocks)
    headings = [block for block in blocks if block["type"] == "heading"]
    if not headings:
        raise RenderError(
            "a poster needs a headline, a line that begins with `# `",
            "海报要有大标题：请加一行以“# ”开头的文字",
        )
    sentence = poster.hotline
    if blocks[-1]["type"] == "paragraph" and "96110" in _flat(blocks[-1]["inlines"]):
        sentence = _flat(blocks.pop()["inlines"])
    rules = [block for block in blocks if block["type"] == "quote"][:1]
    body = [block for block in blocks if block not in (*headings[:2], *rules)]
    headline = _flat(headings[0]["inlines"])
    return {
        "title": headline.replace("\n", ""),
        "headline": candidates(headline),
        "subtitle": [] if large or len(headings) == 1 else headings[1]["inlines"],
        "rule": candidates(_flat(rules[0]["inlines"]), RULE_LINES) if rules else None,
        "body": _few(body) if large else body,
        "sentence": None if large or not sentence else candidates(sentence, 2),
        "design": poster.design,
        "issuers": list(poster.issuers),
        "qr": qr.svg(poster.qr) if poster.qr else "",
        "qr_label": poster.qr_label,
        "reference": poster.reference,
        "large": large,
        "words": _WORDS,
    }


def shown_large(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of a poster that its variant in large type shows."""
    headings = [block for block in blocks if block["type"] == "heading"][:1]
    return [*headings, *_few(blocks), *[block for block in blocks if block["type"] == "quote"][:1]]


def _few(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first points of the first list."""
    first = next((block for block in body if block["type"] == "list"), None)
    return [{**first, "items": first["items"][:LARGE_POINTS]}] if first else []


def _flat(inlines: list[dict[str, Any]]) -> str:
    return "".join(inline["text"] for inline in inlines)
