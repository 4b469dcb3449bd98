"""Exported messages to phones that refused afterwards: said wherever somebody looks until a person has taken them out.

The files of an export are signed and stay as they are; what is to be done stands in a file beside their folder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigner.domain.calendar import Local
from campaigner.domain.people import plain_line
from campaigner.domain.phone import masked_phone
from campaigner.domain.roles import Deed
from campaigner.errors import StoreError, UsageError
from campaigner.exports.layout import notice, notices, release_folder
from campaigner.exports.parcel import listed_files, put
from campaigner.store import takeouts
from campaigner.store.takeouts import Takeout
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import told

_FIRST = "须在平台上撤下的号码"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One exported message that must be taken out.

    Args:
        takeout: What the store says of it.
        folder: The exported folder's name.
        file: The file in it.
        line: Its line in that file, the header line counted.
        due: From when it may be sent, in the office's zone, as `2026-12-07 09:00`.
        past: Whether that moment is over, so that it may be out already.
    """

    takeout: Takeout
    folder: str
    file: str
    line: int
    due: str
    past: bool

    @property
    def phone(self) -> str:
        """The phone as screens show it."""
        return masked_phone(self.takeout.phone) if self.takeout.phone else "***"

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {
            "run": self.takeout.run, "batch": self.takeout.batch, "file": f"{self.folder}/{self.file}",
            "line": self.line, "phone": self.phone, "past": self.past, "due": local(self.takeout.due_at).isoformat(),
            "refused_at": local(self.takeout.entered_at).isoformat(), "source": self.takeout.source,
        }  # fmt: skip

    @property
    def english(self) -> str:
        """What to do, in English."""
        when = f"was due {self.due}, so it may be out already" if self.past else f"is due {self.due}"
        return f"{self.phone}: line {self.line} of {self.folder}/{self.file}, which {when}"

    @property
    def chinese(self) -> str:
        """What to do, in Chinese."""
        when = f"原定{self.due}发送，可能已发出" if self.past else f"定于{self.due}发送"
        return f"{self.phone}：{self.folder}/{self.file} 第{self.line}行，{when}"


def standing(work: Work, phones: Iterable[int] | None = None) -> list[Standing]:
    """What must still be taken out, soonest due first; only of some phones, if they are given."""
    work.ask(Deed.LOOK)
    with work.store.read() as connection:
        found = takeouts.standing(connection, phones)
    return [_standing(work, one) for one in found]


def _standing(work: Work, one: Takeout) -> Standing:
    folder = release_folder(work.desk.config.output, one.run, one.release)
    file, line = _place(folder, one)
    due = f"{work.desk.local(one.due_at):%Y-%m-%d %H:%M}"
    return Standing(
        takeout=one, folder=folder.name, file=file, line=line, due=due, past=one.due_at <= work.now
    )


def _place(folder: Path, one: Takeout) -> tuple[str, int]:
    """File and line of a message: a batch may have been cut into several files, each with a header line."""
    ending = Path(one.file).suffix
    left = one.position
    for path, facts in sorted(listed_files(folder).items()):
        if facts.get("batch") == one.batch and path.endswith(ending) and "rows" in facts:
            if left <= facts["rows"]:
                return path, left + int(facts.get("header", 0))
            left -= facts["rows"]
    # The folder is not there any more: a file has a header line, unless its platform's profile says otherwise.
    return one.file, one.position + (ending != ".jsonl")


def write_notices(work: Work) -> None:
    """Bring the files beside the exported folders up to date: one for each folder that has something to take out."""
    output = work.desk.config.output
    if not output.is_dir():
        return
    folders: dict[str, list[Standing]] = {}
    for one in standing(work):
        folders.setdefault(one.folder, []).append(one)
    try:
        for name, its in folders.items():
            content = _notice(its).encode("utf-8-sig")
            place = notice(output, name)
            if not place.is_file() or place.read_bytes() != content:
                put(place, content)
        for name, place in notices(output):
            if name not in folders and _is_ours(place):
                place.unlink()
    except OSError as error:
        raise StoreError(
            f"the output folder {output} cannot be written: {error.strerror}\n"
            f"无法写入输出文件夹 {output}（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None


def _is_ours(place: Path) -> bool:
    return place.is_file() and place.read_bytes().startswith(_FIRST.encode("utf-8-sig"))


def _notice(its: Sequence[Standing]) -> str:
    run = its[0].takeout.run
    lines = [
        f"{_FIRST}（{len(its)}个）",
        "",
        "以下号码的机主在文件导出以后表示不再接收短信。导出的文件已签名，请不要改动；",
        "请在短信平台上撤下这些号码，尚未上传的，请先另存一份、删去这些行再上传。",
        "",
        *(f"　　{one.chinese}" for one in its),
        "",
        f"撤下以后请登记：campaigner optout done {run} --by 姓名",
        "登记以前，campaigner pending、campaigner doctor 和本文件会一直提醒。",
        "",
    ]
    return "\r\n".join(lines)


def taken_out(work: Work, run: str, lines: Sequence[int], note: str) -> int:
    """A person says that messages of a run were taken out where its files were uploaded; how many.

    Args:
        work: Store and time; its actor is who says so.
        run: Code of the run.
        lines: Lines of its files; all that are to be taken out if none is given.
        note: How it was done, for the log.

    Raises:
        UsageError: Nothing of the run is to be taken out, or not at one of these lines.
    """
    work.ask(Deed.REFUSE)
    its = [one for one in standing(work) if one.takeout.run == run]
    strange = sorted(set(lines) - {one.line for one in its})
    if not its or strange:
        where = f" at line {strange[0]}" if strange else ""
        raise UsageError(
            f"nothing of run {run} is to be taken out{where}; `campaigner optout takeouts` lists what is\n"
            f"任务 {run}{f' 第 {strange[0]} 行' if strange else ''} 没有要撤下的内容：请用 campaigner "
            "optout takeouts 查看清单"
        )
    chosen = [one for one in its if not lines or one.line in lines]
    with work.store.begin() as connection:
        messages = [one.takeout.message for one in chosen]
        count = takeouts.close(connection, messages, plain_line(work.actor), told(note), work.clock)
        if count:
            places = [f"{one.file}:{one.line}" for one in chosen]
            work.record(
                connection, "taken-out", run, {"quantity": count, "places": places, "note": told(note)}
            )
    write_notices(work)
    return count
