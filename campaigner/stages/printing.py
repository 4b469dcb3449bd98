"""The print folder: letters merged per class in roll order, posters as PDF and PNG, lists to tick off."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby

from campaigner.delivery.parcel import Parcel, safe_name
from campaigner.delivery.sheets import harmless, write_csv, write_xlsx
from campaigner.domain.campaign import Channel, ChannelPlan
from campaigner.domain.classes import class_order
from campaigner.domain.message import Message, reference
from campaigner.domain.people import Kind
from campaigner.domain.planning import Run, Tally
from campaigner.errors import StateError
from campaigner.rendering.letter import CHUNK, Sheet, from_json, letters_pdf
from campaigner.rendering.markdown import parse
from campaigner.rendering.poster import Poster, poster_pdf, poster_png
from campaigner.stages.desk import Desk, Work
from campaigner.store import messages

RECEIPTS = ("学校", "班级", "学号", "姓名", "回执编号", "已交回（打√）")
POSTINGS = ("小区或村社区", "地点", "张数", "张贴人", "张贴日期", "已贴（打√）")
_RECEIPT_WIDTHS = (22, 14, 8, 12, 18, 14)
_POSTING_WIDTHS = (20, 30, 8, 12, 14, 12)
PREVIEW_DPI = 150


def channel_plan(desk: Desk, run: Run, channel: Channel) -> ChannelPlan:
    """The campaign's plan for a channel of a run.

    Raises:
        StateError: The campaign or the channel is no longer in config.toml.
    """
    campaign = desk.config.campaigns.get(run.planned.campaign)
    plans = campaign.channels if campaign else ()
    for plan in plans:
        if plan.channel is channel:
            return plan
    raise StateError(f"config.toml no longer has channel {channel} of campaign {run.planned.campaign}")


def sheet_of(desk: Desk, run: Run, plan: ChannelPlan) -> Sheet:
    """What all letters of a run have in common."""
    local = desk.local(run.planned.due_at)
    office = desk.config.office
    pupils = desk.audience_of(plan.segment).kind is Kind.PUPILS
    return Sheet(
        issuers=office.issuers,
        date=f"{local.year}年{local.month}月{local.day}日",
        slip=bool(plan.options.get("receipt")),
        large=bool(plan.options.get("large")),
        office=office.name,
        reference=reference(run.code),
        sign_labels=("学生签字", "家长签字") if pupils else ("签字",),
        read_line="" if pupils else "我已读过这封信。",
        group_label="班级" if pupils else "村（社区）",
    )


def proof(desk: Desk, run: Run, plan: ChannelPlan, body: str) -> None:
    """Draw one sheet and throw it away: what cannot be printed is found before anybody approves it.

    Raises:
        RenderError: It does not fit, or cannot be drawn.
    """
    if plan.channel is Channel.LETTER:
        letters_pdf([from_json(body)], sheet_of(desk, run, plan))
    else:
        data = json.loads(body)
        for size in data["sizes"]:
            poster_pdf(poster_of(body), size=size, large=data["large"], marks=data["marks"])


def print_letters(work: Work, run: Run, tally: Tally, parcel: Parcel) -> None:
    """One PDF per class (or village) in roll order, and the list of receipts that are still out."""
    sheet = sheet_of(work.desk, run, channel_plan(work.desk, run, Channel.LETTER))
    rows: list[tuple[str, ...]] = []
    with (
        work.store.read() as connection,
        work.progress.bar(f"printing letters of {run.code}", tally.recipients) as bar,
    ):
        blocks = messages.ordered(connection, run, Channel.LETTER, filed=True)
        ahead: deque[_Class] = deque()

        def bodies() -> Iterator[list[str]]:
            for chunk in _classes(message for block in blocks for _id, message in block):
                ahead.append(chunk)
                yield [message.body for message in chunk.messages]

        for document in work.over(partial(letters_document, sheet), bodies()):
            chunk = ahead.popleft()
            parcel.write_bytes(chunk.file, document, rows=len(chunk.messages))
            rows += [_receipt(chunk.outer, chunk.inner, message) for message in chunk.messages]
            bar.advance(len(chunk.messages))
    rows.sort(key=lambda row: (class_order(row[0]), class_order(row[1])))
    if any(row[4] for row in rows):
        _list(
            parcel, "letters/回执登记表", RECEIPTS, rows, _RECEIPT_WIDTHS, work.desk.local(run.planned.due_at)
        )


def letters_document(sheet: Sheet, bodies: Sequence[str]) -> bytes:
    """A partition function: letters as the store has them -> one PDF.

    Args:
        sheet: What they have in common.
        bodies: At least one, in print order.
    """
    letters = [replace(from_json(body), position=position) for position, body in enumerate(bodies, 1)]
    return letters_pdf(letters, sheet)


@dataclass(frozen=True, slots=True)
class _Class:
    """Letters that become one file: a class or a village, or a part of a large one."""

    outer: str
    inner: str
    file: str
    messages: list[Message]


def _classes(letters: Iterable[Message]) -> Iterator[_Class]:
    names: dict[str, int] = {}
    for folder, members in groupby(letters, key=lambda message: message.folder):
        outer, inner = json.loads(folder)
        for part, chunk in enumerate(_chunks(members, CHUNK), 1):
            yield _Class(outer, inner, _letter_file(outer, inner, part, names), chunk)


def _letter_file(outer: str, inner: str, part: int, names: dict[str, int]) -> str:
    """A path that no other class has, however alike their names become as file names."""
    path = f"letters/{safe_name(outer)}/{safe_name(inner)}"
    if part > 1:
        path += f"-{part}"
    names[path] = names.get(path, 0) + 1
    return f"{path}.pdf" if names[path] == 1 else f"{path} ({names[path]}).pdf"


def _receipt(outer: str, inner: str, message: Message) -> tuple[str, ...]:
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


def print_posters(work: Work, run: Run, parcel: Parcel) -> None:
    """Each distinct poster in each size as PDF and PNG, and the list of places with their copies."""
    posters: dict[str, list[Message]] = {}
    rows: list[tuple[str, ...]] = []
    with work.store.read() as connection:
        for block in messages.ordered(connection, run, Channel.POSTER, filed=True):
            for _id, message in block:
                posters.setdefault(message.body, []).append(message)
                rows.append(
                    (harmless(message.folder), harmless(message.label), str(message.copies), "", "", "")
                )
    with work.progress.bar(f"printing posters of {run.code}", len(posters)) as bar:
        drawn = work.over(poster_documents, posters)
        for number, (files, places) in enumerate(zip(drawn, posters.values(), strict=True), 1):
            _keep_poster(files, number if len(posters) > 1 else 0, sum(m.copies for m in places), parcel)
            bar.advance(1)
    _list(parcel, "posters/张贴清单", POSTINGS, rows, _POSTING_WIDTHS, work.desk.local(run.planned.due_at))


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
    poster = poster_of(body)
    sizes = []
    for size in data["sizes"]:
        pdf = poster_pdf(poster, size=size, large=data["large"], marks=data["marks"])
        sizes.append((size, pdf, poster_png(pdf, PREVIEW_DPI)))
    return PosterFiles(f"{data['design']}{'-large' if data['large'] else ''}", tuple(sizes))


def _keep_poster(files: PosterFiles, number: int, copies: int, parcel: Parcel) -> None:
    kind = f"{files.kind}{f'-{number}' if number else ''}"
    for size, pdf, png in files.sizes:
        parcel.write_bytes(f"posters/{kind}-{size}.pdf", pdf, copies=copies // len(files.sizes))
        parcel.write_bytes(f"posters/{kind}-{size}.png", png)


def poster_of(body: str) -> Poster:
    """The poster that the store's text describes."""
    data = json.loads(body)
    return Poster(
        blocks=parse(data["text"]),
        design=data["design"],
        issuers=tuple(data["issuers"]),
        hotline=data["hotline"],
        qr=data["qr"],
        qr_label=data["qr_label"],
        reference=data["reference"],
    )


def _list(
    parcel: Parcel,
    stem: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    made_at: datetime,
) -> None:
    """A list to tick off, as CSV and XLSX."""
    parcel.write(f"{stem}.csv", lambda file: write_csv(file, header, [rows]), rows=len(rows))
    parcel.write(
        f"{stem}.xlsx",
        lambda file: write_xlsx(file, header, [rows], made_at, parcel.scratch, widths),
        rows=len(rows),
    )
