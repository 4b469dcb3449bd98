"""Evidence of a month: texts, approvals, quantities, manifests, what carriers told, and the log, in one pack."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from campaigner.delivery.pack import write_pack
from campaigner.delivery.parcel import MANIFEST, PUBLIC_KEY, SIGNATURE
from campaigner.delivery.sheets import harmless
from campaigner.domain.campaign import CHANNEL_TITLES, Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import GENESIS, Entry
from campaigner.domain.planning import Run, Tally
from campaigner.errors import UsageError
from campaigner.rendering.evidence import Line, Summary, summary_pdf
from campaigner.stages.account import verify
from campaigner.stages.deliver import folder_name
from campaigner.stages.desk import Work
from campaigner.stages.pending import moment_of
from campaigner.store import log, messages, releases, runs, tallies
from campaigner.store.engine import Connection
from campaigner.store.releases import Release

FOLDER = "evidence"
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
approval/      审批单（有的话）
manifests/     导出文件夹的清单和签名；清单里有每个文件的校验值
log.jsonl      到制表时为止的全部记录，每条都带着前一条的校验值
verify.py      检查程序：装有 Python 的电脑上，在解开的文件夹里运行  python3 verify.py
contents.json  本包每个文件的校验值

本包没有接收人的姓名，也没有完整的手机号码。末条记录的校验值：
{head}
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack.

    Args:
        path: Where it lies.
        sha256: Its hash.
        runs: How many runs are in it.
        entries: How many entries of the log.
        head: Hash of the newest of them.
        broken: Why the log does not hold; "" if it does.
    """

    path: Path
    sha256: str
    runs: int
    entries: int
    head: str
    broken: str


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
    first, last = _bounds(work, month)
    if first > work.now:
        raise UsageError(f"{first:%Y-%m} lies ahead; there is no evidence of it yet")
    with work.store.read() as connection:
        entries = list(log.entries(connection))
        told: dict[str, list[Entry]] = {}
        for entry in entries:
            told.setdefault(entry.run, []).append(entry)
        cases = [
            _case(connection, run, told.get(run.code, ())) for run in runs.between(connection, first, last)
        ]
        texts = {f"texts/{case.run.code}.txt": _texts(connection, case.run) for case in cases}
    found = verify(work.store)
    lines = [_line(work, case) for case in cases]
    summary = Summary(
        office=work.desk.config.office.name,
        month=f"{first.year}年{first.month}月",
        made=f"{work.desk.local(work.clock):%Y-%m-%d %H:%M}",
        lines=lines,
        refused=sum(e.fields["phones"] for e in entries if e.kind == "refused" and first <= e.at < last),
        entries=found.entries,
        head=found.head or GENESIS,
        broken=found.broken,
    )
    files = {
        "summary.pdf": summary_pdf(summary),
        "runs.csv": _table(lines),
        "log.jsonl": _log(entries),
        "说明.txt": _ABOUT.format(month=summary.month, head=summary.head).encode(),
        **{name: text.encode() for name, text in texts.items() if text},
        **dict(_papers(work, cases)),
    }
    place = path or work.desk.config.output / FOLDER / f"evidence-{first:%Y-%m}.zip"
    digest = write_pack(place, files, work.desk.local(work.clock))
    facts = {"month": f"{first:%Y-%m}", "runs": len(cases), "sha256": digest, "head": found.head}
    with work.store.begin() as connection:
        work.record(connection, "evidence", "", facts)
    return Packed(place, digest, len(cases), found.entries, found.head, found.broken)


def _bounds(work: Work, month: date) -> tuple[datetime, datetime]:
    first = datetime(month.year, month.month, 1, tzinfo=work.desk.config.zone)
    return first, (first + timedelta(days=32)).replace(day=1)


def _case(connection: Connection, run: Run, told: Sequence[Entry]) -> _Case:
    out = tuple(release for release in releases.of_run(connection, run) if release.out)
    return _Case(run, out, tallies.counts(connection, run), told)


def _line(work: Work, case: _Case) -> Line:
    planned = case.run.planned
    parts = sum(release.parts for release in case.released)
    price = max((tally.price_milli for tally in planned.tallies), default=0)
    return Line(
        due=f"{work.desk.local(planned.due_at):%m-%d %H:%M}",
        title=planned.title,
        code=case.run.code,
        reached=[_reached(work, tally) for tally in planned.tallies],
        approved=_approved(work, case.told),
        state=_STATES[case.run.state],
        sent=sum(release.quantity for release in case.released),
        parts=parts,
        outcome="，".join(f"{word}{case.states[s]:,}" for s, word in _OUTCOMES.items() if case.states.get(s)),
        cost_milli=parts * price,
        synthetic=planned.synthetic,
    )


def _reached(work: Work, tally: Tally) -> tuple[str, str]:
    name, unit = CHANNEL_TITLES[tally.channel]
    known = work.desk.config.segments.get(tally.segment)
    return f"{name}　{known.title if known else tally.segment}", f"{tally.recipients:,}{unit}"


def _approved(work: Work, told: Sequence[Entry]) -> list[str]:
    """Whose word stood last, when, and for how much."""
    given = [entry for entry in told if entry.kind == "approved"]
    if not given:
        return []
    last = given[-1]
    at = moment_of(last)
    return [f"{last.actor}　{last.fields['quantity']:,}份", f"{work.desk.local(at):%m-%d %H:%M}"]


def _texts(connection: Connection, run: Run) -> str:
    """What went out, where all got the same; else how many texts there were."""
    found = []
    for tally in run.planned.tallies:
        if tally.channel is not Channel.SMS:
            continue
        shared = messages.wordings(connection, run, tally.channel)
        if shared:
            found += [f"【短信】{text}" for text in shared.values()]
        elif run.quantity:
            count = sum(1 for _text in messages.texts(connection, run, tally.channel))
            found.append(_WITHHELD.format(count=count))
    return "\n\n".join(found) + "\n" if found else ""


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
    """Manifests with their signatures, and approval slips, as far as they still lie in the output folder."""
    output = work.desk.config.output
    for case in cases:
        for release in case.released:
            folder = folder_name(case.run, release)
            for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
                if _own(output / folder / name):
                    yield f"manifests/{folder}/{name}", (output / folder / name).read_bytes()
        for slip in sorted((output / "approval").glob(f"{case.run.code}*.pdf")):
            if _own(slip):
                yield f"approval/{slip.name}", slip.read_bytes()


def _own(path: Path) -> bool:
    """Whether it is a file itself: what a link leads to, somebody else may have chosen for the pack."""
    return path.is_file() and not path.is_symlink()
