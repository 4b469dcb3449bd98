"""A carrier's status report as receipts: every row is taken or refused and told, no status is guessed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from campaigner.domain.phone import PhoneFault, masked_phone
from campaigner.domain.problem import Level, Problem
from campaigner.domain.receipt import STATUS_FIELDS, Receipt, Received, StatusForm
from campaigner.intake.carrierfile import WORDS, Opened, find_heading, known_cells, target_of, told
from campaigner.intake.cleaning import phones
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.headers import Heading
from campaigner.intake.moments import parse_moment
from campaigner.intake.rows import Rows
from campaigner.intake.tables import Table

_LABELS = {name: (WORDS["status"][name] + [name])[0] for name in STATUS_FIELDS}
_ID = re.compile(r"[0-9]{1,18}(?:\.0+)?")
_PARTS = re.compile(r"([1-9][0-9]?)(?:\.0+)?")
_NAMING = frozenset({"id", "reference", "phone"})
_LONG_NUMBER = re.compile(r"\d{5,}")
_SHOWN = 20
_CAUSE = 80


@dataclass(slots=True)
class StatusTotals:
    """What a status file came to; rows = taken + refused.

    Args:
        rows: Rows below the header line.
        taken: Rows that became receipts.
        refused: Rows with a fault.
        messages: Different messages among the taken ones; a message may have a row for each part.
        said: What the receipts say, counted.
    """

    rows: int = 0
    taken: int = 0
    refused: int = 0
    messages: int = 0
    said: Counter[Received] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """Some thousand receipts and the physical line of each."""

    lines: list[int]
    receipts: list[Receipt]


class StatusReader:
    """Reads one status file: CSV, TSV or workbook, GB18030 or UTF-8, headers in Chinese or English.

    Args:
        path: The file.
        source: Its name as the user knows it.
        zone: The zone that its times are in.
        report: Takes every problem as it is found.
        form: How this carrier writes it, where that is not what everybody writes.
        expected: How many messages went out; None if nobody knows.
        block_rows: Rows of the file that become one block.
    """

    def __init__(
        self,
        path: Path,
        source: str,
        zone: tzinfo,
        report: Callable[[Problem], None],
        form: StatusForm | None = None,
        *,
        expected: int | None = None,
        block_rows: int = 5000,
    ) -> None:
        form = form or StatusForm()
        self._path, self._name, self._zone, self._report = path, source, zone, report
        self._source = source
        """The file, with the sheet at work where there are several."""
        self._target = target_of(WORDS["status"], form.columns)
        known = {word: Received(name) for name, listed in WORDS["words"].items() for word in listed}
        self._words = {**known, **{_plain(word): Received(name) for word, name in form.words.items()}}
        self._expected = expected
        self._block_rows = block_rows
        self._seen: set[int | str] = set()
        self.totals = StatusTotals()
        """Complete when `blocks` is exhausted."""
        self.sha256 = ""
        """Of the file's bytes, once `blocks` is exhausted."""

    def blocks(self) -> Iterator[StatusBlock]:
        """The receipts of the rows without a fault; the file is read anew each time."""
        self.totals, self._seen, self.sha256 = StatusTotals(), set(), ""
        self._source = self._name
        read: list[Table] = []
        try:
            for table in self._tables():
                read.append(table)
                for tidy in table.chunks(self._block_rows):
                    block = self._block(table.heading, tidy)
                    if block.lines:
                        yield block
        except FileFault as fault:
            self._report(problem_of(fault.code, self._source, fault.line, detail=fault.detail))
        self._source = self._name
        if not read:
            return
        self.sha256 = read[-1].sha256
        self.totals.messages = len(self._seen)
        if self._expected is not None and self._expected != len(self._seen):
            found, expected = len(self._seen), self._expected
            self._report(told("status-count", self._source, level=Level.WARN, found=found, expected=expected))

    def _tables(self) -> Iterator[Table]:
        """The file, or each sheet of it that is a report; one that is none is only told of where no sheet is one."""
        opened = [Opened(self._path, self._known)]
        opened += [Opened(self._path, self._known, sheet) for sheet in opened[0].sheets[1:]]
        reports = [one for one in opened if _is_report(find_heading(one.top, self._target)[0])]
        for one in reports or opened[:1]:
            self._source = self._name if len(opened) == 1 else f"{self._name}[{one.sheet}]"
            table = self._open(one)
            if table is not None:
                yield table

    def _known(self, cells: Sequence[str]) -> int:
        return known_cells(cells, self._target)

    def _open(self, opened: Opened) -> Table | None:
        heading, twice, unknown = find_heading(opened.top, self._target)
        if heading is None or not _is_report(heading):
            self._report(told("status-header-missing", self._source, heading.line if heading else None))
            return None
        for name, header in twice.items():
            self._report(told("status-header-twice", self._source, heading.line, header, field=_LABELS[name]))
        if unknown:
            detail = {"headers": "、".join(unknown)}
            self._report(
                problem_of("headers-dropped", self._source, heading.line, detail=detail, level=Level.INFO)
            )
        return None if twice else opened.table(heading)

    def _block(self, heading: Heading, tidy: Rows) -> StatusBlock:
        columns = {name: tidy.cells[place] for name, place in heading.places.items()}
        numbers = phones(columns["phone"]) if "phone" in columns else None
        faulty = dict(numbers.faults) if numbers else {}
        block = StatusBlock([], [])
        for row, line in enumerate(tidy.lines):
            self.totals.rows += 1
            cells = {name: cells[row].strip() for name, cells in columns.items()}
            faults = [(tidy.faults[row], "")] if row in tidy.faults else []
            if faulty.get(row, PhoneFault.MASKED) != PhoneFault.MASKED and not faults:
                # A number that the carrier has masked is no fault: another column says who is meant, or nobody is.
                faults = [("status-phone", "phone")]
            phone = numbers.values[row] if numbers and row not in faulty else 0
            receipt = self._receipt(cells, phone, faults)
            if receipt is None:
                self._refuse(heading, tidy, row, faults, cells)
                continue
            block.lines.append(line)
            block.receipts.append(receipt)
        self.totals.taken += len(block.lines)
        return block

    def _receipt(self, cells: Mapping[str, str], phone: int, faults: list[tuple[str, str]]) -> Receipt | None:
        """The receipt of a row; None where something is wrong with it, which is added to `faults`."""
        if faults and faults[0][1] == "":
            return None
        number, reference, word = cells.get("id", ""), cells.get("reference", ""), cells["status"]
        if number and not _ID.fullmatch(number):
            faults.append(("status-id", "id"))
        if not number and not reference and not phone and not faults:
            faults.append(("status-nobody", ""))
        received = self._words.get(_plain(word))
        if received is None:
            faults.append(("status-word-unknown" if word else "status-word-empty", "status"))
        at = self._moment(cells.get("at", ""), faults)
        parts = _parts(cells.get("parts", ""), faults)
        if faults or received is None:
            return None
        named = int(number.partition(".")[0]) if number else 0
        self._seen.add(named or reference or phone)
        self.totals.said[received] += 1
        return Receipt(
            received,
            "" if named else reference,
            named,
            phone,
            _cause(word, cells.get("cause", "")),
            at,
            parts,
        )

    def _moment(self, text: str, faults: list[tuple[str, str]]) -> datetime | None:
        at = parse_moment(text, self._zone) if text else None
        if text and at is None:
            faults.append(("status-time", "at"))
        return at

    def _refuse(
        self,
        heading: Heading,
        tidy: Rows,
        row: int,
        faults: Sequence[tuple[str, str]],
        cells: Mapping[str, str],
    ) -> None:
        self.totals.refused += 1
        line = tidy.lines[row]
        for code, name in faults:
            column = heading.label(name) if name else None
            if code in WORDS["faults"]:
                self._report(told(code, self._source, line, column, value=_shown(name, cells.get(name, ""))))
            else:
                detail = {"first": str(line), "last": str(tidy.ends.get(row, line))}
                self._report(problem_of(code, self._source, line, column, detail=detail))


def _is_report(heading: Heading | None) -> bool:
    """Whether a header line has a status, and somebody whose it is."""
    return heading is not None and "status" in heading.places and bool(_NAMING & set(heading.places))


def _plain(word: str) -> str:
    return word.strip().casefold()


def _parts(text: str, faults: list[tuple[str, str]]) -> int:
    match = _PARTS.fullmatch(text)
    if text and not match:
        faults.append(("status-parts", "parts"))
    return int(match[1]) if match else 0


def _cause(word: str, cause: str) -> str:
    """The carrier's words without anything that could be somebody's number."""
    said = " ".join(f"{word} {cause}".split())
    return _LONG_NUMBER.sub("***", said)[:_CAUSE]


def _shown(name: str, text: str) -> str:
    """A faulty cell as problems show it."""
    plain = "".join(character if character.isprintable() else "?" for character in text)[:_SHOWN]
    return masked_phone(plain) if name == "phone" else _LONG_NUMBER.sub("***", plain)
