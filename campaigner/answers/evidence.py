"""Evidence of a month: texts, approvals, quantities, manifests, what carriers told, and the log, in one signed pack."""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigner.answers.account import verify
from campaigner.answers.pending import moment_of
from campaigner.answers.unlogged import unlogged
from campaigner.artefacts import registry
from campaigner.domain.approval import APPROVED, GENERATED, OUT
from campaigner.domain.approved import approved_contents
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.evidence import COLLECTED, PRINTED, text_sheet
from campaigner.domain.forms import forms_of
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.masking import masked
from campaigner.domain.planning import Run, Tally
from campaigner.domain.retention import Kept
from campaigner.domain.roles import Deed
from campaigner.errors import UsageError
from campaigner.exports import layout
from campaigner.exports.pack import hashes_of, script, write_pack
from campaigner.exports.parcel import file_sha256
from campaigner.exports.sheets import harmless
from campaigner.exports.signing import key_id, office_key
from campaigner.rendering.evidence import Line, Summary, summary_pdf
from campaigner.road.vouching import shared_texts
from campaigner.store import log, messages, releases, runs, tallies
from campaigner.store.engine import Connection
from campaigner.store.releases import Release
from campaigner.workspace.desk import Work

_STATES = {
    RunState.PLANNED: "未生成", RunState.GENERATING: "生成中", RunState.GENERATED: "待审批",
    RunState.RETURNED: "退回", RunState.APPROVED: "已批准，待发", RunState.RELEASING: "发送中",
    RunState.PARTLY: "部分发出", RunState.RELEASED: "已发出", RunState.WITHDRAWN: "已撤回",
    RunState.EXPIRED: "过期未发完", RunState.MISSED: "错过，不补发", RunState.CANCELLED: "叫停",
    RunState.HELD: "已暂停，等人决定",
}  # fmt: skip
_OUTCOMES = {
    DeliveryState.DELIVERED: "送达", DeliveryState.FAILED: "失败", DeliveryState.EXPIRED: "过期",
    DeliveryState.UNKNOWN: "不明", DeliveryState.ACCEPTED: "待回执", DeliveryState.SENDING: "发送中",
}  # fmt: skip
_COLUMNS = (
    "时间",
    "任务",
    "名称",
    "渠道和对象",
    "批准",
    "结果",
    "回执",
    "发出份数",
    "短信条数",
    "短信费（元）",
)
_WITHHELD = "（共{count}种不同文字，含收件人信息，这里不收录；文字所用的模板和主题见审批单。）"
_ABOUT = """反诈宣传留痕包　{month}

summary.pdf    月报：每项任务何时、发给谁、谁批准、发出多少、回执如何；请打印、签字、存档
runs.csv       同一张表，可用表格软件打开
texts/         每项任务发出的文字
approval/      所批准内容的审批单（有的话；只收录本程序生成、记录在案的）
approval-voided/、approval-waiting/  内容已作废的、尚未批准的审批单，不作凭证，仅供核对
manifests/     导出文件夹的清单和签名；清单里有每个文件的校验值
log.jsonl      到制表时为止的全部记录，每条都带着前一条的校验值
verify.py      检查程序：装有 Python 的电脑上，在解开的文件夹里运行  python3 verify.py --head 月报上的末条校验值
contents.json  本包每个文件的校验值；contents.json.sig 是本单位对它的签名，signing.pub 是核对签名的公钥

本包没有接收人的姓名，也没有完整的手机号码。结果、回执两列取自制包时的存储，其余各列都能从记录重新算出。
密钥编号：{key}（请与制作单位核对）
末条记录的校验值：
{head}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A pack.

    Args:
        path: Where it lies.
        sha256: Its hash.
        runs: How many runs are in it.
        entries: How many entries of the log.
        head: Hash of the newest of them.
        broken: Why the log does not hold; "" if it does.
        key: Short name of the key that signed it.
        amiss: Papers that the log names and that are missing or others, and those left out because it knows none such.
    """

    path: Path
    sha256: str
    runs: int
    entries: int
    head: str
    broken: str
    key: str
    amiss: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """What the store and the log have of one run."""

    run: Run
    released: tuple[Release, ...]
    states: dict[DeliveryState, int]
    told: Sequence[Entry]


def pack_month(work: Work, month: date, path: Path | None = None) -> Packed:
    """Pack the evidence of a month, and log that it was packed.

    Args:
        work: Desk, store and time.
        month: Any day of it.
        path: The ZIP; None for one in the output folder.

    Raises:
        UsageError: The month lies ahead.
        StoreError: It cannot be written.
    """
    work.ask(Deed.EVIDENCE)
    first, last = _bounds(work, month)
    if first > work.now:
        raise UsageError(
            f"{first:%Y-%m} lies ahead; there is no evidence of it yet\n"
            f"{first:%Y-%m} 还没有到，没有可以打包的证据：请写已经开始的月份"
        )
    key = office_key(work.desk.config.folder)
    strange = [
        f"{folder}: no entry of the log names its manifest / 记录里没有这个文件夹的清单"
        for folder in unlogged(work.store, work.desk.config.output)
    ]
    found = verify(work.store)
    with work.store.begin() as connection:
        # Nobody writes meanwhile: what is packed, and the entry that has its hashes, are of one moment.
        entries = list(log.entries(connection))
        told: dict[str, list[Entry]] = {}
        for entry in entries:
            told.setdefault(entry.run, []).append(entry)
        kept = runs.between(connection, first, last)
        cases = [_case(connection, run, told.get(run.code, ())) for run in kept]
        lines = [_line(work, case) for case in cases]
        forms = [(form, _place_of(case, form)) for case in cases for form in _forms(work, case)]
        texts = {layout.packed_text(case.run.code): _texts(connection, case) for case in cases}
        files = {
            layout.PACK_TABLE: _table(lines),
            layout.PACK_SCRIPT: script(),
            **{name: text.encode() for name, text in texts.items() if text},
            **dict(_papers(work, cases)),
            **{f"{place}/{form.name}": form.read_bytes() for form, place in forms if place},
        }
        amiss = (*_amiss(cases, files), *_left_out(forms), *strange)
        refused = sum(e.fields["phones"] for e in entries if e.kind == "refused" and first <= e.at < last)
        name = key_id(key.private.public_key())
        facts = {
            "month": f"{first:%Y-%m}", "key": name, "files": hashes_of(files), "figures": _figures(lines, refused),
        }  # fmt: skip
        work.record(connection, COLLECTED, "", facts)
        # Who may do what may have changed: then an entry of that comes before this one.
        entries += log.entries(connection, after=entries[-1].seq if entries else 0)
    newest = entries[-1]
    summary = Summary(
        office=work.desk.config.office.name,
        month=f"{first.year}年{first.month}月",
        made=f"{work.desk.local(work.clock):%Y-%m-%d %H:%M}",
        lines=lines,
        refused=refused,
        entries=len(entries),
        head=newest.hash,
        broken=found.broken,
    )
    files |= {
        layout.PACK_SUMMARY: summary_pdf(summary),
        layout.PACK_LOG: _log(entries),
        layout.PACK_ABOUT: _ABOUT.format(month=summary.month, head=summary.head, key=name).encode(),
    }
    place = path or layout.pack(work.desk.config.output, first)
    digest = write_pack(place, files, work.desk.local(work.clock), key)
    done = {"month": f"{first:%Y-%m}", "runs": len(cases), "sha256": digest, "head": newest.hash}
    with work.store.begin() as connection:
        work.record(connection, "evidence", "", done)
    return Packed(
        path=place, sha256=digest, runs=len(cases), entries=len(entries), head=newest.hash, broken=found.broken,
        key=name, amiss=amiss,
    )  # fmt: skip


def _figures(lines: Sequence[Line], refused: int) -> dict[str, int]:
    """What the summary comes to."""
    return {
        "runs": len(lines),
        "sent": sum(line.sent for line in lines),
        "parts": sum(line.parts for line in lines),
        "cost_milli": sum(line.cost_milli for line in lines),
        "refused": refused,
    }


def _bounds(work: Work, month: date) -> tuple[datetime, datetime]:
    first = datetime(month.year, month.month, 1, tzinfo=work.desk.config.zone)
    return first, (first + timedelta(days=32)).replace(day=1)


def _case(connection: Connection, run: Run, told: Sequence[Entry]) -> _Case:
    out = tuple(release for release in releases.of_run(connection, run) if release.out)
    return _Case(run, out, tallies.counts(connection, run), told)


def _line(work: Work, case: _Case) -> Line:
    planned = case.run.planned
    logged = _logged(case)
    parts = sum(release.parts for release in case.released)
    price = max((tally.price_milli for tally in planned.tallies), default=0)
    return Line(
        due=f"{work.desk.local(planned.due_at):%m-%d %H:%M}",
        title=masked(logged.get("title", planned.title)),
        code=case.run.code,
        reached=[_reached(work, tally, logged.get("segments", {})) for tally in planned.tallies],
        approved=_approved(work, case.told),
        state=_STATES[case.run.state],
        sent=sum(release.quantity for release in case.released),
        parts=parts,
        outcome="，".join(f"{word}{case.states[s]:,}" for s, word in _OUTCOMES.items() if case.states.get(s)),
        cost_milli=parts * price,
        synthetic=planned.synthetic,
    )


def _logged(case: _Case) -> dict[str, Any]:
    """What the log has of how a run was generated, once something of it is out; earlier versions logged less."""
    made = [entry for entry in case.told if entry.kind == GENERATED]
    out = any(entry.kind in OUT for entry in case.told)
    return made[-1].fields if made and out else {}


def _reached(work: Work, tally: Tally, titles: Mapping[str, str]) -> tuple[str, str]:
    """Whom a channel reached, under the title that its segment had then, and how many."""
    name, unit = registry.titles(tally.channel)
    known = work.desk.config.segments.get(tally.segment)
    title = titles.get(tally.channel.value) or (known.title if known else tally.segment)
    return f"{name}　{masked(title)}", f"{tally.recipients:,}{unit}"


def _approved(work: Work, told: Sequence[Entry]) -> list[str]:
    """Whose word stood last, when, and for how much."""
    given = [entry for entry in told if entry.kind == APPROVED]
    if not given:
        return []
    last = given[-1]
    at = moment_of(last)
    return [f"{last.actor}　{last.fields['quantity']:,}份", f"{work.desk.local(at):%m-%d %H:%M}"]


def _texts(connection: Connection, case: _Case) -> str:
    """What went out, where all got the same; else how many texts there were. Nothing where they were deleted."""
    run = case.run
    shared = shared_texts(connection, run)
    if shared:
        return text_sheet(shared)
    sms = any(tally.channel is Channel.SMS for tally in run.planned.tallies)
    if not sms or not run.quantity or _deleted(case, Kept.TEXTS, Kept.RECIPIENTS):
        return ""
    count = sum(1 for _text in messages.texts(connection, run, Channel.SMS))
    return _WITHHELD.format(count=count) + "\n"


def _deleted(case: _Case, *kinds: Kept) -> bool:
    """Whether the log says that one of some classes was deleted; purges of earlier versions took everything."""
    purged = (entry.fields.get("deleted", kinds) for entry in case.told if entry.kind == "purged")
    return any(kind in deleted for deleted in purged for kind in kinds)


def _table(lines: Sequence[Line]) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for line in lines:
        reached, approved = "；".join(" ".join(pair) for pair in line.reached), " ".join(line.approved)
        cells = (line.due, line.code, line.title, reached, approved, line.state, line.outcome)
        rows.writerow([*map(harmless, cells), line.sent, line.parts, line.cost_milli / 1000])
    return out.getvalue().encode("utf-8-sig")


def _log(entries: Sequence[Entry]) -> bytes:
    """Every entry as its hash was taken, one a line."""
    return "".join(
        json.dumps(
            {
                "seq": e.seq, "at": e.at.astimezone(UTC).isoformat(timespec="microseconds"), "kind": e.kind,
                "run": e.run, "actor": e.actor, "data": e.data, "previous": e.previous, "hash": e.hash,
            },
            ensure_ascii=False,
        ) + "\n"
        for e in entries
    ).encode("utf-8", "surrogatepass")  # fmt: skip


def _papers(work: Work, cases: Sequence[_Case]) -> Iterator[tuple[str, bytes]]:
    """Manifests with their signatures, as far as they are still in the output folder."""
    output = work.desk.config.output
    for case in cases:
        for release in case.released:
            folder = layout.release_folder(output, case.run.code, release.number)
            for name in layout.PROOF:
                if _own(folder / name):
                    yield layout.packed_proof(folder.name, name), (folder / name).read_bytes()


def _forms(work: Work, case: _Case) -> list[Path]:
    return [form for form in layout.forms_of(work.desk.config.output, case.run.code) if _own(form)]


def _place_of(case: _Case, form: Path) -> str:
    """Where in the pack a form goes: with what was approved, or apart; "" for one that the log does not know.

    Of the forms of runs of earlier versions it says nothing.
    """
    drawn = {each.sha256: each.of for each in forms_of(case.told)}
    content = drawn.get(file_sha256(form))
    if content is None:
        newer = any(entry.kind == GENERATED and "segments" in entry.fields for entry in case.told)
        return "" if newer else layout.PACK_FORMS
    if content in approved_contents(case.told):
        return layout.PACK_FORMS
    waits = case.run.state is RunState.GENERATED and content == (
        case.run.planned.content_hash,
        case.run.digest,
    )
    return layout.PACK_WAITING if waits else layout.PACK_VOIDED


def _left_out(forms: Sequence[tuple[Path, str]]) -> Iterator[str]:
    """Files among the approval forms that nobody vouches for."""
    for form, place in forms:
        if not place:
            path = layout.form_path(form.name)
            yield f"{path}: left out, the log knows no such form / 记录里没有这张审批单，没有收录"


def _amiss(cases: Sequence[_Case], files: Mapping[str, bytes]) -> Iterator[str]:
    """Manifests and texts that the log names and that are missing, or others than it says."""
    for case in cases:
        manifests: dict[int, list[Entry]] = {}
        for entry in case.told:
            if entry.kind in {"exported", PRINTED}:
                manifests.setdefault(entry.fields.get("release", 1), []).append(entry)
        for number, told in manifests.items():
            name = layout.packed_proof(layout.release_name(case.run.code, number), layout.MANIFEST)
            allowed = {entry.fields["manifest"] for entry in told}
            yield from _differing(name, files.get(name), allowed, told[-1])
        logged = _logged(case)
        if logged.get("texts") and not _deleted(case, Kept.TEXTS):
            name = layout.packed_text(case.run.code)
            made = next(entry for entry in reversed(case.told) if entry.kind == GENERATED)
            yield from _differing(name, files.get(name), {logged["texts"]}, made)


def _differing(name: str, content: bytes | None, allowed: Collection[str], told: Entry) -> Iterator[str]:
    where = f"entry {told.seq} has it / 第{told.seq}条记录"
    if content is None:
        yield f"{name}: missing; {where}里有，缺少；put the folder back from a copy, and pack again"
    elif hashlib.sha256(content).hexdigest() not in allowed:
        yield f"{name}: not as {where}与之不符"


def _own(path: Path) -> bool:
    """Whether it is a file itself: what a link leads to, somebody else may have chosen for the pack."""
    return path.is_file() and not path.is_symlink()
