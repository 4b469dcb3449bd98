"""Letters: one sheet for each recipient, merged per class in roll order, with return slips to tick off."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from campaigner.artefacts.kind import Brief, Drawing, Lack, Measured, OptionFacts, Press, Words
from campaigner.artefacts.lists import tick_list
from campaigner.artefacts.masking import replaced
from campaigner.domain.campaign import Channel
from campaigner.domain.classes import class_label, class_order, roll_order
from campaigner.domain.message import Message, reference, slip_code
from campaigner.domain.people import Block, Kind
from campaigner.domain.planning import RECIPIENT
from campaigner.errors import RenderError
from campaigner.exports.layout import LETTERS, SLIP_LIST, letter_file, letters_of
from campaigner.exports.sheets import harmless
from campaigner.rendering.fonts import missing_glyphs
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.letter import CHUNK, Letter, Sheet, from_json, letters_pdf, text_of, to_json
from campaigner.rendering.markdown import escape, parse, words_of
from campaigner.rendering.pdf import png
from campaigner.toml.table import Table

CHANNEL = Channel("letter")
RETURNS = ("学校", "班级", "学号", "姓名", "回执编号", "已交回（打√）")
_RETURN_WIDTHS = (22, 14, 8, 12, 18, 14)
_PRINTED_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("name", "village"),
    Kind.PUPILS: ("name", "school", "grade", "class_name"),
}
NAMELESS = "住户"
"""Stands on a letter to somebody whose name the list does not say."""
_SALUTATION = re.compile("[：:，,]$|^(?:此致|敬礼)")
_NO_BODY = Lack("chk-31", "the text has no body (CHK-31)", "这份材料没有正文，请检查模板里的条件（CHK-31）")


class Letters:
    """Letters to people, or to the parents of pupils."""

    channel = CHANNEL
    title = "信件"
    unit = "封"
    folder = LETTERS
    wording = "letter"
    audiences = frozenset({Kind.PEOPLE, Kind.PUPILS})
    form = TemplateForm(CHANNEL, title, ".md.jinja", escape=escape, markdown=True)
    addressed = True
    measures_texts = False

    def read_options(self, table: Table, facts: OptionFacts) -> dict[str, Any]:  # noqa: ARG002 - refers to nothing
        """`receipt`: with a slip to give back; `large`: in larger type."""
        return {"receipt": table.flag("receipt"), "large": table.flag("large")}

    def shared(self, brief: Brief, text: str) -> str:  # noqa: ARG002 - each sheet is finished by itself
        """The text as it is: each sheet bears a name."""
        return text

    def body(self, brief: Brief, row: Mapping[str, Any], text: str) -> str:
        """The sheet of one recipient."""
        return _body(row, brief.audience, text, "")

    def write(self, brief: Brief, block: Block, words: Words) -> list[Message]:
        """One sheet for each row, filed by class or village."""
        texts = [words] * len(block) if isinstance(words, str) else words
        receipt = bool(brief.options.get("receipt"))
        messages = []
        for number, (row, text) in enumerate(zip(block.rows(), texts, strict=True)):
            slip = slip_code(brief.salt, brief.run, row[RECIPIENT]) if receipt and brief.salt else ""
            folder, label, position = _filing(row, brief.audience)
            body = _body(row, brief.audience, text or "", slip)
            _refuse_missing_glyphs(block, number, body)
            messages.append(Message(row[RECIPIENT], body, 0, 1, label, folder, position, slip))
        return messages

    def measure(self, brief: Brief, block: Block, words: Words) -> Measured:  # noqa: ARG002 - one sheet each
        """One sheet each."""
        return Measured(sheets=len(block))

    def readable(self, body: str) -> str:
        """Addressee and text."""
        return text_of(from_json(body))

    def masked(self, body: str, name: str) -> str:
        """The sheet with the name masked: in its text, over it, on its slip."""
        letter = from_json(body)
        hidden = replaced({"blocks": letter.blocks, "addressee": letter.addressee, "name": letter.name}, name)
        return to_json(Letter(**hidden, group=letter.group, code=letter.code, position=letter.position))

    def printed_fields(self, kind: Kind) -> tuple[str, ...]:
        """What stands over the text and on the slip."""
        return _PRINTED_FIELDS[kind]

    def unprintable(self, characters: str) -> set[str]:
        """Characters that the fonts do not have."""
        return missing_glyphs(characters)

    def shown(self, brief: Brief, text: str, words: str) -> str:  # noqa: ARG002 - all of it
        """All of it."""
        return words

    def lacks(self, text: str) -> Iterable[Lack]:
        """A body between heading, salutation and greeting."""
        said = [block for block in parse(text) if block["type"] != "heading"]
        words = [words_of(block).strip() for block in said]
        return () if any(word and not _SALUTATION.search(word) for word in words) else (_NO_BODY,)

    def proof(self, brief: Brief, body: str) -> None:
        """See that a letter fits on its page."""
        letters_pdf([from_json(body)], sheet_of(brief))

    def preview(self, brief: Brief, body: str, dpi: int) -> Drawing:
        """One letter."""
        pdf = letters_pdf([from_json(body)], sheet_of(brief))
        return Drawing(pdf, png(pdf, dpi))

    def paper(self, brief: Brief, sheets: int) -> str:  # noqa: ARG002 - one each
        """Size, type, and whether there is a slip."""
        large = ["大字版"] if brief.options.get("large") else []
        return "，".join(["A4", *large, "带回执" if brief.options["receipt"] else "不带回执"])

    def print(self, brief: Brief, messages: Iterable[Message], press: Press) -> None:
        """One PDF per class (or village) in roll order, and the list of slips that are still out."""
        rows: list[tuple[str, ...]] = []
        ahead: deque[_Class] = deque()

        def bodies() -> Iterator[list[str]]:
            for chunk in _classes(messages):
                ahead.append(chunk)
                yield [message.body for message in chunk.messages]

        for document in press.over(partial(letters_document, sheet_of(brief)), bodies()):
            chunk = ahead.popleft()
            press.parcel.write_bytes(chunk.file, document, rows=len(chunk.messages))
            rows += [_return(chunk.outer, chunk.inner, message) for message in chunk.messages]
            press.advance(len(chunk.messages))
        rows.sort(key=lambda row: (class_order(row[0]), class_order(row[1])))
        if any(row[4] for row in rows):
            tick_list(press, SLIP_LIST, RETURNS, rows, _RETURN_WIDTHS, brief.due)

    def files_with(self, folder: Path, filed: str) -> Iterator[Path]:
        """The sheets of one class or village, in however many parts, and the lists that tick everybody off."""
        yield from letters_of(folder, *json.loads(filed))


def sheet_of(brief: Brief) -> Sheet:
    """What all letters of a run have in common."""
    pupils = brief.audience is Kind.PUPILS
    return Sheet(
        issuers=brief.office.issuers,
        date=f"{brief.due.year}年{brief.due.month}月{brief.due.day}日",
        slip=bool(brief.options.get("receipt")),
        large=bool(brief.options.get("large")),
        office=brief.office.name,
        reference=reference(brief.run),
        sign_labels=("学生签字", "家长签字") if pupils else ("签字",),
        read_line="" if pupils else "我已读过这封信。",
        group_label="班级" if pupils else "村（社区）",
    )


def letters_document(sheet: Sheet, bodies: Sequence[str]) -> bytes:
    """A partition function: letters as the store has them -> one PDF.

    Args:
        sheet: What they have in common.
        bodies: At least one, in print order.
    """
    letters = [replace(from_json(body), position=position) for position, body in enumerate(bodies, 1)]
    return letters_pdf(letters, sheet)


def _body(row: Mapping[str, Any], kind: Kind, text: str, slip: str) -> str:
    """A finished letter to one recipient.

    Args:
        row: The recipient's columns.
        kind: What the row stands for.
        text: The letter in light Markdown.
        slip: Receipt code; "" for none.
    """
    if kind is Kind.PUPILS:
        group = _class_of(row)
        who = row["name"] or (f"学号{row['roll']}" if row["roll"] else "学生")
        addressee = f"{row['school']} {group} {who} 家长".strip()
        letter = Letter(
            parse(text), addressee, row["name"], f"{row['school']} {group}".strip(), slip, roll=_roll(row)
        )
    else:
        letter = Letter(parse(text), row["name"] or NAMELESS, row["name"], row["village"], slip)
    return to_json(letter)


def _roll(row: Mapping[str, Any]) -> str:
    """A student number that is more than its place in the class, such as 0012 or A-3."""
    roll = str(row["roll"])
    return "" if roll == str(roll_order(roll)) else roll


def _class_of(row: Mapping[str, Any]) -> str:
    """Grade and class as one name, 三年级2班, however the list splits them."""
    return class_label(str(row["grade"]), str(row["class_name"]))


def _filing(row: Mapping[str, Any], kind: Kind) -> tuple[str, str, int]:
    """(folder, label, position) by which a letter is filed: a class in roll order, or a village."""
    if kind is Kind.PUPILS:
        return (
            json.dumps([row["school"], _class_of(row)], ensure_ascii=False),
            row["name"],
            roll_order(row["roll"]),
        )
    return json.dumps([row["village"], row["estate"]], ensure_ascii=False), row["name"], 0


def _refuse_missing_glyphs(block: Block, number: int, body: str) -> None:
    """An empty place instead of a name's character would be an insult, so it is found before printing."""
    absent = missing_glyphs(body)
    if absent:
        shown = ", ".join(f"U+{ord(character):04X}" for character in sorted(absent))
        raise RenderError(
            f"{block.source}:{block.lines[number]}: the fonts have no form for {shown}; "
            "write the name with characters that they have",
            f"{block.source} 第{block.lines[number]}行：字体中没有 {shown} 这个字，请改用字体中有的写法",
        )


@dataclass(frozen=True, slots=True)
class _Class:
    """Letters that become one file: a class or a village, or a part of a large one."""

    outer: str
    inner: str
    file: str
    messages: list[Message]


def _classes(letters: Iterable[Message]) -> Iterator[_Class]:
    names: dict[str, int] = {}
    for filed, members in groupby(letters, key=lambda message: message.folder):
        outer, inner = json.loads(filed)
        for part, chunk in enumerate(_chunks(members, CHUNK), 1):
            yield _Class(outer, inner, letter_file(outer, inner, part, names), chunk)


def _return(outer: str, inner: str, message: Message) -> tuple[str, ...]:
    roll = from_json(message.body).roll or (str(message.position) if message.position else "")
    return (harmless(outer), harmless(inner), harmless(roll), harmless(message.label), message.slip, "")


def _chunks(items: Iterable[Message], size: int) -> Iterator[list[Message]]:
    chunk: list[Message] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
