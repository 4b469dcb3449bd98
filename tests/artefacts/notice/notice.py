"""Notices for the boards of places: plain text that is read out or copied, and a sheet to put up."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from campaigner.artefacts.kind import Brief, Drawing, Lack, Measured, OptionFacts, Press, Words
from campaigner.artefacts.lists import tick_list
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message, reference
from campaigner.domain.people import Block, Kind
from campaigner.domain.planning import RECIPIENT
from campaigner.errors import RenderError
from campaigner.exports.sheets import harmless
from campaigner.rendering.fonts import missing_glyphs
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.pdf import compile_pdf, page_count, png
from campaigner.toml.table import Table

NOTICE = Channel("notice")
LAYOUT = Path(__file__).with_name("notice.typ")
PLACES = ("小区或村社区", "地点", "份数", "张贴人", "张贴日期")


class Notices:
    """Plain text notices for places."""

    channel = NOTICE
    title = "通知"
    unit = "处"
    folder = "notices"
    wording = "notice"
    audiences = frozenset({Kind.PLACES})
    form = TemplateForm(NOTICE, "通知", ".txt.jinja")
    addressed = False
    measures_texts = False

    def read_options(self, table: Table, facts: OptionFacts) -> dict[str, Any]:
        return {"copies": table.count("copies", 1)}

    def shared(self, brief: Brief, text: str) -> str:
        return _body(brief, text)

    def body(self, brief: Brief, row: Mapping[str, Any], text: str) -> str:
        return _body(brief, text)

    def write(self, brief: Brief, block: Block, words: Words) -> list[Message]:
        each = (
            [words] * len(block) if isinstance(words, str) else [_body(brief, text or "") for text in words]
        )
        columns, copies = block.columns, brief.options["copies"]
        return [
            Message(key, body, copies=copies, label=name, folder=village)
            for key, body, name, village in zip(
                columns[RECIPIENT], each, columns["name"], columns["village"], strict=True
            )
        ]

    def measure(self, brief: Brief, block: Block, words: Words) -> Measured:
        return Measured(sheets=len(block) * brief.options["copies"])

    def readable(self, body: str) -> str:
        data = json.loads(body)
        return "\n".join([data["heading"], *data["lines"]])

    def masked(self, body: str, name: str) -> str:
        return body

    def printed_fields(self, kind: Kind) -> tuple[str, ...]:
        return ()

    def unprintable(self, characters: str) -> set[str]:
        return missing_glyphs(characters)

    def shown(self, brief: Brief, text: str, words: str) -> str:
        return words

    def lacks(self, text: str) -> Iterable[Lack]:
        if len(text.split("\n")) < 2:
            yield Lack("notice-heading", "the text is a heading alone", "通知只有标题，没有正文")

    def proof(self, brief: Brief, body: str) -> None:
        _pdf(body)

    def preview(self, brief: Brief, body: str, dpi: int) -> Drawing:
        pdf = _pdf(body)
        return Drawing(pdf, png(pdf, dpi))

    def paper(self, brief: Brief, sheets: int) -> str:
        return "A4，另附纯文本"

    def print(self, brief: Brief, messages: Iterable[Message], press: Press) -> None:
        places: dict[str, list[Message]] = {}
        for message in messages:
            places.setdefault(message.body, []).append(message)
        for number, (body, at) in enumerate(places.items(), 1):
            stem = f"{self.folder}/通知-{number}"
            copies = sum(message.copies for message in at)
            press.parcel.write_bytes(f"{stem}.pdf", _pdf(body), copies=copies)
            press.parcel.write_bytes(f"{stem}.txt", self.readable(body).encode("utf-8-sig"))
            press.advance(len(at))
        rows = [
            (harmless(message.folder), harmless(message.label), str(message.copies), "", "")
            for at in places.values()
            for message in at
        ]
        tick_list(press, f"{self.folder}/张贴清单", PLACES, rows, (20, 30, 8, 12, 14), brief.due)

    def files_with(self, folder: Path, filed: str) -> Iterator[Path]:
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _body(brief: Brief, text: str) -> str:
    heading, *lines = text.strip().split("\n")
    data = {
        "heading": heading,
        "lines": [line for line in lines if line],
        "issuers": list(brief.office.issuers),
        "reference": reference(brief.run),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _pdf(body: str) -> bytes:
    pdf = compile_pdf(LAYOUT, json.loads(body))
    if page_count(pdf) > 1:
        raise RenderError("the notice is longer than its page; shorten its text", "通知超过一页，请缩短")
    return pdf
