"""Posters: one wording in several sizes, copies by place, and the list of places to tick off."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigner.artefacts.kind import Brief, Drawing, Lack, Measured, OptionFacts, Press, Words
from campaigner.artefacts.lists import tick_list
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message, reference
from campaigner.domain.people import Block, Kind
from campaigner.domain.planning import RECIPIENT
from campaigner.exports.layout import POSTERS, POSTING_LIST, poster_file
from campaigner.exports.sheets import harmless
from campaigner.rendering.fonts import missing_glyphs
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.markdown import escape, parse, plain, words_of
from campaigner.rendering.poster import DESIGNS, Poster, Size, poster_pdf, poster_png, shown_large
from campaigner.toml.table import Table

CHANNEL = Channel("poster")
HOTLINES = "反诈咨询 96110　报警求助 110"
"""On every sheet: the national anti-fraud line and the police."""
POSTINGS = ("小区或村社区", "地点", "张数", "张贴人", "张贴日期", "已贴（打√）")
_POSTING_WIDTHS = (20, 30, 8, 12, 14, 12)
_SIZES: tuple[Size, ...] = ("A4", "A3")
_DPI = 150
_NO_POINTS = Lack(
    "chk-31", "the text has no points (CHK-31)", "这份材料没有要点，请检查模板里的条件（CHK-31）"
)


class Posters:
    """Posters for places."""

    channel = CHANNEL
    title = "海报"
    unit = "处"
    folder = POSTERS
    wording = "poster"
    audiences = frozenset({Kind.PLACES})
    form = TemplateForm(CHANNEL, title, ".md.jinja", escape=escape, markdown=True, designs=DESIGNS)
    addressed = False
    measures_texts = False

    def read_options(self, table: Table, facts: OptionFacts) -> dict[str, Any]:
        """`sizes`, `large` type, crop `marks`, `copies` for each place and size, and one allowed `qr` code."""
        sizes = table.texts("sizes", ("A4",))
        options = {
            "sizes": sizes,
            "large": table.flag("large"),
            "marks": table.flag("marks"),
            "copies": table.count("copies", 1),
            "qr": table.choice("qr", facts.qr_codes),
        }
        for size in sizes:
            if size not in _SIZES:
                table.unknown(size, _SIZES, "sizes", what="size", what_zh="纸张")
        return options

    def shared(self, brief: Brief, text: str) -> str:
        """The poster: the same at each place."""
        return _body(brief, text)

    def body(self, brief: Brief, row: Mapping[str, Any], text: str) -> str:  # noqa: ARG002 - its text has them
        """The poster of one place."""
        return _body(brief, text)

    def write(self, brief: Brief, block: Block, words: Words) -> list[Message]:
        """One poster for each place, with its copies."""
        each = [words] * len(block) if isinstance(words, str) else None
        bodies = each or [_body(brief, text or "") for text in words]
        columns = block.columns
        return [
            Message(key, text, 0, copies, label, folder)
            for key, text, copies, label, folder in zip(
                columns[RECIPIENT], bodies, _copies(brief, block), columns["name"],
                _first(columns["estate"], columns["village"]), strict=True,
            )
        ]  # fmt: skip

    def measure(self, brief: Brief, block: Block, words: Words) -> Measured:  # noqa: ARG002 - the text changes nothing
        """Sheets over all places and sizes."""
        return Measured(sheets=sum(_copies(brief, block)))

    def readable(self, body: str) -> str:
        """Its text."""
        return plain(parse(json.loads(body)["text"]))

    def masked(self, body: str, name: str) -> str:  # noqa: ARG002 - places have none
        """The poster as it is: it goes to places, which are nobody."""
        return body

    def printed_fields(self, kind: Kind) -> tuple[str, ...]:  # noqa: ARG002 - of no list
        """None."""
        return ()

    def unprintable(self, characters: str) -> set[str]:
        """Characters that the fonts do not have."""
        return missing_glyphs(characters)

    def shown(self, brief: Brief, text: str, words: str) -> str:
        """In large type few of its words."""
        return "\n".join(map(words_of, shown_large(parse(text)))) if brief.options.get("large") else words

    def lacks(self, text: str) -> Iterable[Lack]:
        """Points."""
        blocks = parse(text)
        return () if any(block["type"] == "list" and block["items"] for block in blocks) else (_NO_POINTS,)

    def proof(self, brief: Brief, body: str) -> None:  # noqa: ARG002 - all stands in it
        """See that its words fit in every size."""
        data = json.loads(body)
        for size in data["sizes"]:
            _pdf(data, size)

    def preview(self, brief: Brief, body: str, dpi: int) -> Drawing:  # noqa: ARG002 - all stands in it
        """The poster in A4, or else in A3."""
        data = json.loads(body)
        pdf = _pdf(data, next(size for size in _SIZES if size in data["sizes"]))
        return Drawing(pdf, poster_png(pdf, dpi))

    def paper(self, brief: Brief, sheets: int) -> str:
        """Sizes with the copies of each, type, crop marks."""
        options = brief.options
        large = ["大字版"] if options.get("large") else []
        sizes = options["sizes"]
        each = f"{'、'.join(sizes)} 各{sheets // len(sizes):,}张" if len(sizes) > 1 else sizes[0]
        return "，".join([each, *large, *(["带裁切线"] if options["marks"] else [])])

    def print(self, brief: Brief, messages: Iterable[Message], press: Press) -> None:
        """Each distinct poster in each size as PDF and PNG, and the list of places with their copies."""
        posters: dict[str, list[Message]] = {}
        rows: list[tuple[str, ...]] = []
        for message in messages:
            posters.setdefault(message.body, []).append(message)
            rows.append((harmless(message.folder), harmless(message.label), str(message.copies), "", "", ""))
        drawn = press.over(poster_documents, posters)
        for number, (files, places) in enumerate(zip(drawn, posters.values(), strict=True), 1):
            design = f"{files.kind}{f'-{number}' if len(posters) > 1 else ''}"
            copies = sum(m.copies for m in places)
            for size, pdf, png in files.sizes:
                press.parcel.write_bytes(
                    poster_file(design, size, "pdf"), pdf, copies=copies // len(files.sizes)
                )
                press.parcel.write_bytes(poster_file(design, size, "png"), png)
            press.advance(len(places))
        tick_list(press, POSTING_LIST, POSTINGS, rows, _POSTING_WIDTHS, brief.due)

    def files_with(self, folder: Path, filed: str) -> Iterator[Path]:  # noqa: ARG002 - one poster hangs at many places
        """Every file: of a poster nobody can tell by its name where it hangs."""
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class PosterFiles:
    """A poster, drawn.

    Args:
        kind: Its design, as its files are called.
        sizes: (paper, PDF, PNG) in each of its sizes.
    """

    kind: str
    sizes: tuple[tuple[str, bytes, bytes], ...]


def poster_documents(body: str) -> PosterFiles:
    """A partition function: a poster as the store has it -> its files."""
    data = json.loads(body)
    sizes = []
    for size in data["sizes"]:
        pdf = _pdf(data, size)
        sizes.append((size, pdf, poster_png(pdf, _DPI)))
    return PosterFiles(f"{data['design']}{'-large' if data['large'] else ''}", tuple(sizes))


def _pdf(data: Mapping[str, Any], size: Size) -> bytes:
    """The poster that the store's data describes, in one size."""
    poster = Poster(
        blocks=parse(data["text"]),
        design=data["design"],
        issuers=tuple(data["issuers"]),
        hotline=data["hotline"],
        qr=data["qr"],
        qr_label=data["qr_label"],
        reference=data["reference"],
    )
    return poster_pdf(poster, size=size, large=data["large"], marks=data["marks"])


def _body(brief: Brief, text: str) -> str:
    """A finished poster: wording, design, sizes and the one QR code it may carry."""
    return json.dumps(
        {
            "design": brief.design,
            "text": text,
            "sizes": list(brief.options.get("sizes", ("A4",))),
            "large": bool(brief.options.get("large")),
            "marks": bool(brief.options.get("marks")),
            "qr": brief.qr.content if brief.qr else "",
            "qr_label": brief.qr.label if brief.qr else "",
            "issuers": list(brief.office.issuers),
            "hotline": HOTLINES,
            "reference": reference(brief.run),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _copies(brief: Brief, block: Block) -> list[int]:
    """At least one of each size at every entrance, in every lift, at every place listed (R14)."""
    each = int(brief.options.get("copies", 1)) * len(brief.options.get("sizes", ("A4",)))
    return [max(1, count) * each for count in block.columns["count"]]


def _first(*columns: Sequence[str]) -> list[str]:
    """Per row the first text that is not empty."""
    return [next(filter(None, values), "") for values in zip(*columns, strict=True)]
