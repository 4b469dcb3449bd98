"""Approval forms: an approver names what he has seen, and forms of voided content are marked as void."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from campaigner.domain.approved import approved_contents
from campaigner.domain.evidence import DRAWN
from campaigner.domain.filename import safe_name
from campaigner.domain.forms import SHORT, Content, Form, Unseen, code_of, forms_of, unseen
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError
from campaigner.exports import layout
from campaigner.exports.layout import form_path, is_void
from campaigner.exports.parcel import file_sha256
from campaigner.store import log, ownfiles, runs
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Work

_UNMADE = frozenset({RunState.PLANNED, RunState.GENERATING, RunState.RETURNED, RunState.WITHDRAWN})
"""States in which a run has no content that anybody could approve."""
_WHERE = (
    "the twelve characters stand on the approval form as 消息摘要",
    "十二位字符见审批单“内容核对”一栏的消息摘要",
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A form whose content is void.

    Args:
        run: Code of its run.
        before: The name that it had.
        name: The name that it has now.
        stuck: Why it could not get one; "" if it did.
        beside: Other files of the run in the folder that nobody drew here, such as signed scans; they stay as they are.
    """

    run: str
    before: str
    name: str
    beside: tuple[str, ...] = ()
    stuck: str = ""

    @property
    def lines(self) -> tuple[str, str]:
        """In English and Chinese."""
        scans = ", ".join(self.beside)
        more = (
            f"; beside it lie {scans}, which were not drawn here: if they are signed copies of it, they are void, too",
            f"；旁边的{scans}不是本程序生成的，如为该审批单的签字扫描件，同样作废",
        )
        said = (
            (
                f"{form_path(self.before)} is of voided content and cannot be marked ({self.stuck}): do not sign it",
                f"{form_path(self.before)} 的内容已作废，但无法改名（{self.stuck}）：请勿签字",
            )
            if self.stuck
            else (
                f"{form_path(self.before)} is of voided content; it is now {form_path(self.name)}",
                f"{form_path(self.before)} 的内容已作废，已改名为 {self.name}",
            )
        )
        return (said[0] + more[0], said[1] + more[1]) if self.beside else said


def require_seen(work: Work, run: Run, given: Sequence[str]) -> None:
    """See that an approver names the run's present content, where a form of the run was drawn.

    Args:
        work: Desk and store.
        run: The run that he approves.
        given: The contents that he names.

    Raises:
        ApprovalError: A form was drawn and he names nothing; or he names another content than the run has.
    """
    with work.store.read() as connection:
        forms = forms_of(log.entries(connection, run.code, (DRAWN,)))
    lying = [file.name for file in _of_run(_files(_folder(work)), run.code) if not is_void(file.name)]
    why = unseen(given, forms, run.planned.content_hash, run.digest, asked=bool(forms or lying))
    if why is not None:
        raise ApprovalError("\n".join(_words(run, why, lying, form=bool(forms))))


def _words(run: Run, why: Unseen, lying: Sequence[str], *, form: bool) -> tuple[str, str]:
    on, on_zh = _WHERE
    option, slip = "--content DIGEST", f"campaigner slip {run.code}"
    match why:
        case Unseen.ASKED:
            what, what_zh = (
                ("was drawn", "已生成审批单") if form else (f"lies in {form_path('')}", "已有审批单")
            )
            lies = ", ".join(lying) or f"draw it again with  {slip}"
            return (
                f"an approval form of run {run.code} {what}: say what you approve with  {option}; {on} ({lies})",
                f"任务 {run.code} {what_zh}：请用 --content 写明所批准的内容，{on_zh}（没有纸面的，先运行 {slip}）",
            )
        case Unseen.NO_DIGEST:
            return (
                f"run {run.code}: {option} wants at least {SHORT} characters 0-9 a-f; {on}",
                f"任务 {run.code}：--content 后面应是至少{SHORT}位的 0-9 a-f，{on_zh}",
            )
        case Unseen.VOIDED:
            return (
                f"run {run.code} has other content by now: the form is of voided content; draw a new one with  {slip}",
                f"任务 {run.code} 的内容已变动，这张审批单的内容已作废；请运行 {slip} 重新生成，核对后按新单批准",
            )
        case Unseen.SEVERAL:
            return (
                (
                    f"forms of run {run.code} with these messages under other settings exist, too: name both digests "
                    f"of the form, as  --content {run.digest[:SHORT]}-CONTENT  where CONTENT is 内容摘要"
                ),
                (
                    f"任务 {run.code} 有消息相同、设置不同的几张审批单：请写成 --content 消息摘要-内容摘要，"
                    "两个摘要都在审批单“内容核对”一栏"
                ),
            )


def content_code(work: Work, run: Run) -> str:
    """The characters by which an approver names the present content of a run, the same on every screen."""
    with work.store.read() as connection:
        forms = forms_of(log.entries(connection, run.code, (DRAWN,)))
    return code_of(forms, run.planned.content_hash, run.digest)


def place_of(work: Work, run: Run) -> Path:
    """Where a form of a run is written if nobody says: never over a file that was not drawn here, such as a scan.

    Args:
        work: Desk and store.
        run: The run; forms of its voided content are marked first.
    """
    mark_forms(work, run.code)
    with work.store.read() as connection:
        known = {form.sha256 for form in forms_of(log.entries(connection, run.code, (DRAWN,)))}
    places = (_folder(work) / name for name in layout.form_names(run.code, run.digest))
    return next(place for place in places if not place.exists() or _hash_of(place) in known)


def mark_forms(work: Work, code: str = "") -> list[Marked]:
    """Give forms of voided content a name that says so, and take it away where their content holds again.

    Only files that are to the byte as they were drawn here are renamed; nothing is overwritten or deleted.

    Args:
        work: Desk, store and time.
        code: Only those of this run; "" for all.

    Returns:
        Which were marked.
    """
    files = _files(_folder(work))
    if not files:
        return []
    with work.store.read() as connection:
        every = _by_run(log.entries(connection, code, (DRAWN,)))
        drawn = {each: forms for each, forms in every.items() if _of_run(files, each)}
        found = [
            (run, drawn[run.code], _voided(connection, run, drawn[run.code]))
            for run in (runs.in_states(connection, RunState) if drawn else ())
            if run.code in drawn
        ]
        own = ownfiles.all_of(connection)
    marked: list[Marked] = []
    for run, forms, void in found:
        mine = _of_run(files, run.code)
        if void or any(is_void(file.name) for file in mine):
            marked += _renamed(work, run, mine, forms, void, own)
    for one in marked:
        work.say("\n".join(one.lines))
    return marked


def _voided(connection: Connection, run: Run, forms: Sequence[Form]) -> set[Content]:
    """Contents of forms that are neither what the run is now, nor what was approved and went out or still stands."""
    valid = set() if run.state in _UNMADE else {(run.planned.content_hash, run.digest)}
    others = {form.of for form in forms} - valid
    return others - approved_contents(log.entries(connection, run.code)) if others else set()


def _renamed(
    work: Work,
    run: Run,
    files: Sequence[Path],
    forms: Sequence[Form],
    void: set[Content],
    own: dict[str, tuple[int, str]],
) -> Iterator[Marked]:
    known = {form.sha256: form for form in forms}
    hashes = {file: _hash_of(file) for file in files}
    beside = tuple(file.name for file, sha256 in hashes.items() if sha256 not in known)
    for file, sha256 in hashes.items():
        form = known.get(sha256)
        if form is None or (form.of in void) == is_void(file.name):
            continue
        target = _free(file, form) if form.of in void else file.with_name(layout.unvoided(file.name))
        if target.exists():
            continue  # a form of the same content lies there already
        try:
            file.rename(target)
        except OSError as error:
            if form.of in void and file.exists():
                yield Marked(run.code, file.name, file.name, beside, error.strerror or "?")
            continue
        if form_path(file.name) in own:
            with work.store.begin() as connection:
                ownfiles.forget(connection, form_path(file.name))
                ownfiles.note(connection, run, form_path(target.name), sha256, work.now)
        if form.of in void:
            yield Marked(run.code, file.name, target.name, beside)


def _free(file: Path, form: Form) -> Path:
    """A name that says that a form is void, and of which content it was; one that is not taken."""
    places = (file.with_name(name) for name in layout.void_names(file, form.digest))
    return next(place for place in places if not place.exists())


def _folder(work: Work) -> Path:
    return layout.forms(work.desk.config.output)


def _files(folder: Path) -> list[Path]:
    """What lies in the folder, by name: files themselves, not what links lead to."""
    if not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file.is_file() and not file.is_symlink())
    return sorted(found, key=_name_of)


def _of_run(files: Sequence[Path], code: str) -> Sequence[Path]:
    """Those of some files, in order of name, that lie there under the name of a run."""
    name = safe_name(code)
    first = bisect_left(files, name, key=_name_of)
    return list(takewhile(lambda file: file.name.startswith(name), files[first:]))


def _name_of(file: Path) -> str:
    return file.name


def _hash_of(file: Path) -> str:
    """SHA-256 of a file; "" if it cannot be read: then it counts as drawn by somebody else."""
    try:
        return file_sha256(file)
    except OSError:
        return ""


def _by_run(entries: Iterable[Entry]) -> dict[str, list[Form]]:
    found: dict[str, list[Form]] = {}
    for entry in entries:
        found.setdefault(entry.run, []).extend(forms_of((entry,)))
    return found
