"""Where everything lies below the output folder, and in the folder of samples: no other module knows a name there.

Whoever writes, looks for or deletes something there asks here for its place, and what a name stands for. Each kind of
file is declared once, in `KINDS` and `SAMPLES`, with how long it is kept.
"""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path

from campaigner.domain.filename import DRAFT_ENDING, draft_name, safe_name
from campaigner.domain.retention import Kept

OUTPUT = "out"
"""Name of the output folder where config.toml gives none."""
PREVIEW = "preview"
"""Folder of the drawn samples, within the working folder."""
MANIFEST = "manifest.json"
"""What a folder of a release states about itself and its files."""
SIGNATURE = f"{MANIFEST}.sig"
PUBLIC_KEY = "signing.pub"
"""The key that a signature is checked with, beside it, and among the office's keys."""
PROOF = (MANIFEST, SIGNATURE, PUBLIC_KEY)
"""What of a release has nobody in it, and proves later what was exported."""
SMS, LETTERS, POSTERS = "sms", "letters", "posters"
"""Folders within that of a release."""
SLIP_LIST, POSTING_LIST = f"{LETTERS}/回执登记表", f"{POSTERS}/张贴清单"
"""Lists in that of a release, without ending: of return slips that are still out, of places where posters hang."""
NOT_TO_USE = "仅供比对，不得使用.txt"
"""Says in a folder of files that are not those that went out what it is for."""
_DIFFERS = ".differs"
_OLD, _DROPPED = "old", ".dropped"
_NOTICE = ".说明.txt"
_FORMS, _EVIDENCE, _CERTIFICATES, _COPIES = "approval", "evidence", "purge", "subject"
_VOID = "-已作废"
_TEXT = "短信内容"
_SHORT = 8
"""Characters of a hash in the name of an approval form."""
_CODE = r"[^./]+-\d{8}-\d{4}"
_RELEASE = rf"(?P<code>{_CODE})(?:\.(?P<number>\d+))?"
_SHOWN = re.compile(rf"{_RELEASE}(?:{re.escape(_DIFFERS)})?")
_HIDDEN = re.compile(rf"\.(?P<name>{_RELEASE})\.(?P<part>.+)")


# ---- folders of releases ----


class Part(StrEnum):
    """What a name in the output folder is of a release."""

    SHOWN = "shown"
    """The folder that people see, or one of files to be compared with it."""
    UNSEEN = "unseen"
    """The folder as it is built, out of sight."""
    OLD = "old"
    """The one whose place it takes."""
    OTHER = "other"
    """Something else that is kept of it out of sight."""


@dataclass(frozen=True, slots=True)
class ReleaseName:
    """What the name of something in the output folder says.

    Args:
        code: Code of the run.
        number: Of the release.
        part: What it is of the release.
        name: Name of the folder that people see.
    """

    code: str
    number: int
    part: Part
    name: str


def release_name(code: str, number: int) -> str:
    """Name of the folder of a run's release: the run's code; later releases have their number behind it."""
    return code if number == 1 else f"{code}.{number}"


def release_folder(output: Path, code: str, number: int = 1) -> Path:
    """The folder of a run's release."""
    return output / release_name(code, number)


def named(name: str) -> ReleaseName | None:
    """Of which release something in the output folder is, by its name; None for what is of none."""
    if shown := _SHOWN.fullmatch(name):
        return ReleaseName(shown["code"], int(shown["number"] or 1), Part.SHOWN, name.removesuffix(_DIFFERS))
    hidden = _HIDDEN.fullmatch(name)
    if hidden is None:
        return None
    part = {DRAFT_ENDING: Part.UNSEEN, f".{_OLD}": Part.OLD}.get(f".{hidden['part']}", Part.OTHER)
    return ReleaseName(hidden["code"], int(hidden["number"] or 1), part, hidden["name"])


def unseen(folder: Path) -> Path:
    """Where the folder of a release is built before it is shown."""
    return draft(folder)


def making_way(folder: Path) -> Path:
    """Where an older folder of a release is while the new one takes its place."""
    return folder.with_name(f".{folder.name}.{_OLD}")


def to_compare(folder: Path) -> Path:
    """Where files are shown that are not those that went out, beside the folder of those that did."""
    return folder.with_name(f"{folder.name}{_DIFFERS}")


def drop_journal(folder: Path) -> Path:
    """What is kept of how far the files of a release were taken to a server."""
    return folder.with_name(f".{folder.name}{_DROPPED}")


def exported(output: Path) -> list[str]:
    """Names of the folders with a manifest, in order."""
    return sorted(path.parent.name for path in output.glob(f"*/{MANIFEST}"))


def notice(output: Path, name: str) -> Path:
    """The file beside a release's folder that says what must be taken out of it at the platform.

    Args:
        output: The output folder.
        name: Name of the release's folder.
    """
    return output / f"{name}{_NOTICE}"


def notices(output: Path) -> Iterator[tuple[str, Path]]:
    """(name of the release's folder, place) of every such file that is there."""
    return ((path.name.removesuffix(_NOTICE), path) for path in output.glob(f"*{_NOTICE}"))


# ---- files within the folder of a release: paths relative to it ----


def sms_file(stem: str, ending: str) -> str:
    """A batch of SMS.

    Args:
        stem: Its name, as the platform's profile makes it.
        ending: What the format is called.
    """
    return f"{SMS}/{stem}.{ending}"


def text_file(stem: str) -> str:
    """The one text of a batch whose platform's form has no column for it."""
    return f"{SMS}/{stem}{_TEXT}.txt"


def letter_file(outer: str, inner: str, part: int, taken: MutableMapping[str, int]) -> str:
    """The letters of one class or village; a path that no other has, however alike their names become as file names.

    Args:
        outer: School, or town.
        inner: Class, or village.
        part: Which part of a large one, from 1.
        taken: How often each path was asked for before; it is kept up to date.
    """
    path = f"{LETTERS}/{safe_name(outer)}/{safe_name(inner)}"
    if part > 1:
        path += f"-{part}"
    taken[path] = taken.get(path, 0) + 1
    return f"{path}.pdf" if taken[path] == 1 else f"{path} ({taken[path]}).pdf"


def letters_of(folder: Path, outer: str, inner: str) -> Iterator[Path]:
    """The letters of one class or village that are there, in however many parts, and the lists that tick everybody off.

    Args:
        folder: The folder of letters in that of a release.
        outer: School, or town.
        inner: Class, or village.
    """
    name = re.compile(re.escape(safe_name(inner)) + r"(-\d+)?( \(\d+\))?\.pdf")
    yield from sorted(path for path in (folder / safe_name(outer)).glob("*.pdf") if name.fullmatch(path.name))
    yield from sorted(path for path in folder.glob("*") if path.is_file())


def poster_file(kind: str, size: str, ending: str) -> str:
    """A poster.

    Args:
        kind: Its design, with its number where there are several.
        size: The paper.
        ending: `pdf` or `png`.
    """
    return f"{POSTERS}/{kind}-{size}.{ending}"


# ---- approval forms ----


def forms(output: Path) -> Path:
    """The folder of approval forms."""
    return output / _FORMS


def form_path(name: str) -> str:
    """Where a form lies within the output folder, by its name; so it is called on screens and in the store."""
    return f"{_FORMS}/{name}"


def form_name(code: str, digest: str, *, void: bool = False) -> str:
    """What the clock calls the form of a run: by its code and the messages that it was drawn of."""
    return f"{code}-{digest[:_SHORT]}{_VOID if void else ''}.pdf"


def form_names(code: str, digest: str) -> Iterator[str]:
    """What a form that somebody asks for may be called, in the order in which the names are tried."""
    name = safe_name(code)
    longer = f"{name}-{digest[:_SHORT]}"
    yield from (f"{name}.pdf", f"{longer}.pdf")
    yield from (f"{longer}-{number}.pdf" for number in count(2))


def forms_of(output: Path, code: str) -> list[Path]:
    """What lies among the forms as PDF under the code of a run, in order."""
    return sorted(forms(output).glob(f"{code}*.pdf"))


def void_names(form: Path, digest: str) -> Iterator[str]:
    """What a form of voided content may be called, so that its name says so, and of which content it was."""
    short = digest[:_SHORT]
    stem = form.stem if short in form.stem else f"{form.stem}-{short}"
    yield f"{stem}{_VOID}{form.suffix}"
    yield from (f"{stem}{_VOID}-{number}{form.suffix}" for number in count(2))


def is_void(name: str) -> bool:
    """Whether the name of a form says that its content is void."""
    return _VOID in name


def unvoided(name: str) -> str:
    """The name of a form as it was before it said that."""
    before, _mark, after = name.partition(_VOID)
    return before + after


# ---- papers of the office ----


def pack(output: Path, month: date) -> Path:
    """The pack of a month's evidence.

    Args:
        output: The output folder.
        month: Any day of it.
    """
    return output / _EVIDENCE / f"evidence-{month:%Y-%m}.zip"


def certificate_number(local: datetime) -> str:
    """The number of a certificate that is made at a moment in the office's zone; its files are called by it."""
    return f"SC-{local:%Y%m%d-%H%M%S}"


def certificate(output: Path, number: str) -> tuple[Path, Path]:
    """A certificate of a deletion, to sign and as JSON."""
    folder = output / _CERTIFICATES
    return folder / f"{number}.pdf", folder / f"{number}.json"


def copy(output: Path, local: datetime) -> Path:
    """The copy of his data that a person is handed at a moment in the office's zone; its name says nothing of him."""
    return output / _COPIES / f"copy-{local:%Y%m%d-%H%M%S}.zip"


def papers(output: Path) -> list[Path]:
    """Approval forms and packs of evidence that are there."""
    return [*output.glob(form_path("*.pdf")), *output.glob("*/evidence-*.zip")]


COPY_TEXT, COPY_DATA = "个人信息副本.txt", "data.json"
"""What is in the copy for a person: to be read, and for other programs."""
PACK_TABLE, PACK_SUMMARY, PACK_LOG, PACK_ABOUT = "runs.csv", "summary.pdf", "log.jsonl", "说明.txt"
"""What is in a pack besides forms, texts and manifests."""
PACK_CONTENTS, PACK_SIGNATURE, PACK_SCRIPT = "contents.json", "contents.json.sig", "verify.py"
"""What a pack is checked by; its script stands alone and so has these names for itself."""
PACK_FORMS, PACK_WAITING, PACK_VOIDED = _FORMS, f"{_FORMS}-waiting", f"{_FORMS}-voided"
"""Folders within a pack: forms of what was approved, of what waits, and of voided content."""


def packed_text(code: str) -> str:
    """What a run said, within a pack."""
    return f"texts/{code}.txt"


def packed_proof(name: str, file: str) -> str:
    """What proves an exported folder, within a pack.

    Args:
        name: Name of the folder.
        file: One of `PROOF`.
    """
    return f"manifests/{name}/{file}"


# ---- drawn samples, drafts ----


def sample_name(code: str, channel: str, number: int, ending: str) -> str:
    """A drawn sample, in the folder of samples or wherever somebody wants it."""
    return f"{safe_name(code)}-{channel}-{number}.{ending}"


def draft(path: Path) -> Path:
    """Where a file or folder is written before it is shown under its own name."""
    return path.with_name(draft_name(path.name))


# ---- every kind of file ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file.

    Args:
        path: What its path looks like; a regular expression.
        kept: Its class; None where none deletes it by date.
        why: Why none does.
        halves: Where what killed processes have left is looked for; patterns of `Path.glob`.
    """

    path: str
    kept: Kept | None
    why: str = ""
    halves: tuple[str, ...] = ()


def _kind(path: str, kept: Kept | None, why: str = "", halves: tuple[str, ...] = ()) -> Kind:
    return Kind(path=path, kept=kept, why=why, halves=halves)


_OF_RELEASE = rf"{_CODE}(\.\d+)?({re.escape(_DIFFERS)})?"
_PROOFS = "|".join(map(re.escape, PROOF))
_DRAFT = rf"\.[^/]+{re.escape(DRAFT_ENDING)}"
_DRAWN = rf"(?![0-9a-f]{{{_SHORT}}}-)[a-z][a-z0-9-]*"
"""A kind of artefact in the name of a sample, and no content as in that of an approval form."""
KINDS: Sequence[Kind] = (
    _kind(rf"\.{_CODE}\..*/.+", Kept.EXPORTS),
    _kind(rf"{_OF_RELEASE}/({_PROOFS})", None, "proves what was exported; nobody stands in it"),
    _kind(rf"{_OF_RELEASE}/.+", Kept.EXPORTS),
    _kind(rf"\.{_OF_RELEASE}{re.escape(_DROPPED)}", None, "names of batches and their hashes"),
    _kind(rf"{_CODE}(\.\d+)?{re.escape(_NOTICE)}", None, "phones are masked; goes when it is done"),
    _kind(rf"{_COPIES}/[^.].*", Kept.EXPORTS),
    _kind(rf"{_FORMS}/[^./][^/]*\.pdf", None, "names and phones are masked; proves what was approved"),
    _kind(rf"{_EVIDENCE}/evidence-[^/]*\.zip", None, "nobody stands in it; proves what was done"),
    _kind(rf"{_CERTIFICATES}/SC-[^/]*\.(pdf|json)", None, "nobody stands in it; proves what was deleted"),
    _kind(rf"(.*/)?{_DRAFT}", Kept.LEFTOVERS, halves=(draft_name("*"), f"*/{draft_name('*')}")),
)
"""The kinds of files below the output folder, with paths from there; the first that a file is of counts."""
SAMPLES: Sequence[Kind] = (
    _kind(rf"{PREVIEW}/{_DRAFT}", Kept.LEFTOVERS, halves=(f"{PREVIEW}/{draft_name('*')}",)),
    _kind(rf"{PREVIEW}/[^/]+", Kept.PREVIEWS),
    _kind(rf"(.*/)?{_CODE}-({_DRAWN})-\d+\.(pdf|png)", Kept.PREVIEWS),
)
"""Likewise drawn samples, with paths from the working folder; they may be drawn anywhere in it."""
