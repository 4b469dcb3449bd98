"""The copy of his data that a person is handed: readable, and as data for another system (PIPL art. 45)."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel
from campaigner.domain.masking import masked
from campaigner.domain.people import masked_name
from campaigner.domain.phone import masked_phone
from campaigner.domain.roles import Deed
from campaigner.errors import ArtefactError, UsageError
from campaigner.exports.layout import COPY_DATA, COPY_TEXT, copy
from campaigner.exports.pack import write_zip
from campaigner.office.subjects import Dossier, dossier, note
from campaigner.store.refusals import LIST, Refusal
from campaigner.store.subjects import ERASED, Trace
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import why

_REFUSALS = {
    "reply": "短信回复", "file": "运营商或单位名单", "hand": "本人口头或书面提出", ERASED: "本人要求删除个人信息后登记",
}  # fmt: skip
_STATES = {
    "sending": "正在发送", "accepted": "运营商已接收", "delivered": "已送达", "failed": "未送达",
    "expired": "超时未送达", "unknown": "结果不明",
}  # fmt: skip
_RIGHTS = """
您的权利（《中华人民共和国个人信息保护法》第四十四条至第四十七条）：
一、可以查阅、复制上述信息；
二、发现信息有误，可以要求更正、补充；
三、可以随时要求不再接收短信，也可以要求删除个人信息；
四、对处理有异议的，可以向本单位提出，也可以向履行个人信息保护职责的部门投诉、举报。
"""


def write_copy(work: Work, phone: int, reason: str, path: Path | None = None) -> tuple[Path, str]:
    """Pack everything about one phone for its owner, and log that it was copied.

    Args:
        work: Desk, store and time; its actor is who hands it out.
        phone: The phone.
        reason: Why, for the log.
        path: The ZIP; None for one in the output folder, whose name says nothing of the phone.

    Returns:
        Where it lies, and its SHA-256.

    Raises:
        UsageError: No reason, or nothing is known of the phone.
        StoreError: It cannot be written.
    """
    work.ask(Deed.SUBJECT)
    text = why(reason)
    found = dossier(work, phone)
    if found.empty:
        raise UsageError(
            "nothing is known of this phone: no list, no message, no refusal, no file\n"
            "没有这个手机号的任何记录（名单、短信、退订、文件中都没有）：请核对号码"
        )
    local = work.desk.local(work.clock)
    place = path or copy(work.desk.config.output, local)
    data = json.dumps(as_data(work, found, unmasked=True), ensure_ascii=False, indent=2) + "\n"
    told = "\r\n".join(lines(work, found)) + "\r\n"
    files = {COPY_TEXT: told.encode("utf-8-sig"), COPY_DATA: data.encode()}
    digest = write_zip(place, files, local)
    note(work, "copied", phone, {"sha256": digest, "reason": text})
    return place, digest


def as_data(work: Work, found: Dossier, *, unmasked: bool) -> dict[str, Any]:
    """A dossier for other programs; masked where nobody said why it should not be."""
    local = work.desk.local
    folder = work.desk.config.folder
    return {
        "phone": str(found.phone) if unmasked else masked_phone(found.phone),
        "made": local(found.made).isoformat(timespec="seconds"),
        "lists": [
            {
                "audience": one.audience.name, "file": one.audience.file, "line": one.row.line,
                "basis": one.audience.basis, "purpose": one.audience.purpose,
                "keep_until": str(one.audience.keep_until or ""),
                "cells": dict(one.row.cells) if unmasked else sorted(one.row.cells),
            }
            for one in found.held
        ],
        "messages": [_message(work, trace, unmasked=unmasked) for trace in found.traces],
        "refused": {
            "at": local(found.refusal.at).isoformat(timespec="seconds"), "source": found.refusal.source,
            "place": found.refusal.place,
        } if found.refusal else None,
        "files": [_place(path, folder, unmasked=unmasked) for path in found.files],
        "maybe": [_place(path, folder, unmasked=unmasked) for path in found.maybe],
        "unseen": [_place(path, folder, unmasked=unmasked) for path in found.unseen],
        "backups": [path.name for path in found.backups],
    }  # fmt: skip


def _message(work: Work, trace: Trace, *, unmasked: bool) -> dict[str, Any]:
    def when(moment: Any) -> str:
        return work.desk.local(moment).isoformat(timespec="seconds") if moment else ""

    return {
        "run": trace.run, "title": trace.title, "state": trace.state, "channel": trace.channel.value,
        "release": trace.release, "released_at": when(trace.released_at), "not_before": when(trace.not_before),
        "held_by": trace.held_by, "gateway": trace.gateway, "delivery": trace.delivery, "file": trace.file,
        "sent_at": when(trace.sent_at), "settled_at": when(trace.settled_at), "cause": trace.cause,
        "references": list(trace.references) if unmasked else len(trace.references), "parts": trace.parts,
        "to": (trace.label if unmasked else masked_name(trace.label)) if trace.channel is not Channel.SMS else "",
        **({"text": _text(trace)} if unmasked else {}),
    }  # fmt: skip


def _text(trace: Trace) -> str:
    if not trace.text:
        return ""
    try:
        return registry.artefact(trace.channel).readable(trace.text)
    except ArtefactError:
        return trace.text  # all that is kept of it, where nothing installed can read it


def inside(path: Path, folder: Path) -> str:
    """Where a file lies within a folder; its name alone if it lies elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _place(path: Path, folder: Path, *, unmasked: bool) -> str:
    return inside(path, folder) if unmasked else masked(inside(path, folder))


def unseen_lines(found: Dossier, folder: Path) -> Iterator[str]:
    """Where files lie that nobody could look through, and how many."""
    counted = Counter(masked(Path(inside(path, folder)).parent.as_posix()) for path in found.unseen)
    for place, count in sorted(counted.items()):
        where = "the working folder" if place == "." else f"{place}/"
        yield f"not looked into: {count} files in {where} (pictures, PDF, locked or too large); look yourself."


def lines(work: Work, found: Dossier) -> Iterator[str]:
    """A dossier as its owner reads it."""
    local = work.desk.local
    office = work.desk.config.office
    yield f"{office.name}　个人信息副本"
    yield f"手机号码：{found.phone}"
    yield f"制作时间：{local(found.made):%Y-%m-%d %H:%M}"
    yield ""
    yield f"一、名单中的信息（{len(found.held)}处）"
    for one in found.held:
        yield f"　　名单：{one.audience.name}（{one.audience.file} 第{one.row.line}行）"
        yield f"　　处理目的：{one.audience.purpose or '未填写'}；合法性基础：{one.audience.basis or '未填写'}"
        yield f"　　保存期限：{one.audience.keep_until or '未填写'}"
        yield from (f"　　　　{name}：{cell}" for name, cell in one.row.cells.items() if cell.strip())
    yield ""
    yield f"二、发给您的短信和信件（{len(found.traces)}份）"
    for trace in found.traces:
        yield f"　　{trace.title}（{registry.titles(trace.channel)[0]}，编号 {trace.run}）：{_fate(work, trace)}"
        if trace.file:
            yield f"　　　　号码所在文件：{trace.file}"
        yield from (f"　　　　{line}" for line in _text(trace).splitlines())
    yield ""
    yield "三、是否拒收短信"
    if found.refusal:
        yield (f"　　已登记不再发送：{local(found.refusal.at):%Y-%m-%d %H:%M}，方式：{_way(found.refusal)}")
    else:
        yield "　　未登记"
    yield ""
    yield f"四、含有该号码的文件（{len(found.files)}个）和备份（{len(found.backups)}个）"
    yield from (f"　　{inside(path, work.desk.config.folder)}" for path in found.files)
    yield from (f"　　备份 {path.name}" for path in found.backups)
    if found.maybe:
        yield f"　　另有{len(found.maybe)}个文件含有名单中登记的姓名或证件号码，可能是同名的其他人"
    if found.unseen:
        yield f"　　另有{len(found.unseen)}个文件无法检索（图片、PDF、加密或过大），由本单位人工核对"
    yield from _RIGHTS.splitlines()


def _way(refusal: Refusal) -> str:
    """How somebody refused, as the person reads it."""
    if refusal.source.startswith(LIST):
        return f"名单中标明（{refusal.place}）"
    return _REFUSALS.get(refusal.source, refusal.source)


def _fate(work: Work, trace: Trace) -> str:
    if trace.release < 0:
        return "不再发送"
    if not trace.released_at:
        return "等待发送"
    out = f"{work.desk.local(trace.released_at):%Y-%m-%d %H:%M} 发出"
    return f"{out}，{_STATES[trace.delivery]}" if trace.delivery in _STATES else out
