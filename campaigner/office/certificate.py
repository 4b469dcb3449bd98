"""The certificate of a deletion, as PDF to sign and as JSON, and the entry of the log that pins both."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaigner.domain.log import GENESIS, Entry
from campaigner.domain.people import plain_line
from campaigner.domain.retention import IN_STORE, KEPT_TITLES, LAW, Kept
from campaigner.errors import StoreError
from campaigner.exports.layout import certificate, certificate_number
from campaigner.rendering.certificate import Certificate, Item, certificate_pdf
from campaigner.store import log
from campaigner.workspace import leftovers
from campaigner.workspace.desk import Work

PURGED = "purged"
"""Kind of the entries that tell of a deletion, run by run; a certificate is made of those since the last one."""
_CERTIFIED = "certified"
_REMAINS = (
    "任务的计划、审批、发出数量和回执汇总：用于留痕和统计，不含任何人的号码和姓名。",
    "记录链的全部条目，导出文件夹中的清单、签名和审批单。",
    "不愿接收的号码（退订名单），以及应本人要求删除者号码的校验值：只用于不再向其发送。",
    "现行名单文件：由本单位按 config.toml 中的保存期限（keep_until）另行删除。",
)


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate that was written.

    Args:
        pdf: Where the PDF lies.
        data: Where the JSON lies.
        sha256: Hash of the JSON, which the log has, too.
    """

    pdf: Path
    data: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """How much of a class was deleted, from before when; of how many runs, where many are summed up."""

    quantity: int
    before: datetime
    runs: int = 1


def facts_of(deleted: Mapping[Kept, Deleted]) -> dict[str, Any]:
    """What an entry of the log says of a deletion."""
    return {"deleted": {kind.value: [one.quantity, one.before.isoformat()] for kind, one in deleted.items()}}


def certify(work: Work) -> Certified | None:
    """Write the certificate of what was deleted since the last one, and log it; None if nothing was.

    What a purge deleted that was cut short is certified by the next one.

    Args:
        work: Desk, store and time; its actor is who deleted.

    Raises:
        StoreError: It cannot be written.
    """
    with work.store.read() as connection:
        newest = log.head(connection)
        deleted = _uncertified(log.entries(connection, kinds=(PURGED, _CERTIFIED)))
    if not deleted:
        return None
    local = work.desk.local(work.clock)
    number = certificate_number(local)
    content = _content(work, number, deleted, newest.seq if newest else 0, newest.hash if newest else GENESIS)
    pdf = certificate_pdf(_paper(work, number, deleted, content))
    data = (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    done = Certified(*certificate(work.desk.config.output, number), hashlib.sha256(data).hexdigest())
    folder = done.pdf.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done.pdf.write_bytes(pdf)
        done.data.write_bytes(data)
    except OSError as error:
        raise StoreError(
            f"the certificate cannot be written to {folder}: {error.strerror}\n"
            f"无法把销毁证明写入 {folder}（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None
    facts = {
        "certificate": number,
        "sha256": done.sha256,
        "deleted": {kind.value: one.quantity for kind, one in deleted.items()},
    }
    with work.store.begin() as connection:
        work.record(connection, _CERTIFIED, "", facts)
    return done


def _uncertified(entries: Iterable[Entry]) -> dict[Kept, Deleted]:
    """What was deleted since the last certificate, summed up class by class."""
    found: dict[Kept, Deleted] = {}
    for entry in entries:
        if entry.kind == _CERTIFIED:
            found.clear()
        elif entry.kind == PURGED:
            for word, (quantity, before) in entry.fields.get("deleted", {}).items():
                moment, known = datetime.fromisoformat(before), found.get(Kept(word))
                runs = bool(entry.run) + (known.runs if known else 0)
                until = max(moment, known.before) if known else moment
                found[Kept(word)] = Deleted(quantity + (known.quantity if known else 0), until, runs)
    return {kind: found[kind] for kind in Kept if kind in found}


def _remains(work: Work) -> list[str]:
    """What stays, line by line; copies from before the deletion that somebody might forget are among it."""
    copies = [*leftovers.all_backups(work), *leftovers.set_aside(work)]
    if not copies:
        return list(_REMAINS)
    kept = work.desk.config.retention.backups.days
    held = (
        f"本机{len(copies)}份存储备份：其中可能仍有上述信息，各自期满（{kept}天，最新一份除外）后删除；"
        "存放在别处的备份由本单位另行删除。"
    )
    return [*_REMAINS, held]


def _content(work: Work, number: str, deleted: Mapping[Kept, Deleted], seq: int, head: str) -> dict[str, Any]:
    return {
        "certificate": number,
        "office": work.desk.config.office.name,
        "made": work.desk.local(work.clock).isoformat(timespec="seconds"),
        "by": plain_line(work.actor),
        "basis": LAW,
        "deleted": [
            {
                "class": kind.value,
                "title": KEPT_TITLES[kind][1],
                "before": work.desk.local(one.before).isoformat(timespec="seconds"),
                "runs": one.runs,
                "quantity": one.quantity,
            }
            for kind, one in deleted.items()
        ],
        "remains": _remains(work),
        "log": {"seq": seq, "head": head},
    }


def _paper(
    work: Work, number: str, deleted: Mapping[Kept, Deleted], content: Mapping[str, Any]
) -> Certificate:
    local = work.desk.local(work.clock)
    items = [
        Item(
            KEPT_TITLES[kind][1],
            f"{work.desk.local(one.before):%Y-%m-%d %H:%M}",
            one.runs if kind in IN_STORE else 0,
            f"{one.quantity:,}{KEPT_TITLES[kind][2]}",
        )
        for kind, one in deleted.items()
    ]
    newest = content["log"]
    return Certificate(
        work.desk.config.office.name, number, f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}",
        plain_line(work.actor), LAW, items, content["remains"], newest["seq"], newest["head"],
    )  # fmt: skip
