"""Audiences in: from a clerk's file to blocks of cleaned rows, every fault told, every row accounted for."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from campaigner.domain.birth import masked_birth, same_birth
from campaigner.domain.people import COLUMNS, ROW_KEY, Audience, Block, ControlTotals, masked_name
from campaigner.domain.phone import masked_phone
from campaigner.domain.problem import Level, Problem
from campaigner.intake.cleaning import cleaners, parse_opt_out, phones
from campaigner.intake.columns import repeated
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.identity import row_keys
from campaigner.intake.lexicon import IDCARD, SYNTHETIC
from campaigner.intake.rows import Rows
from campaigner.intake.seen import Seen
from campaigner.intake.tables import Table, file_sha256, open_table

__all__ = ["AudienceReader", "Seen", "file_sha256", "opted_out_phones"]

_LEVELS = {"text-private-character": Level.WARN, "header-repeated": Level.WARN, "row-total": Level.WARN}
"""Faults that stop nothing: the row with a private character is used, the other two are no recipients."""
_USABLE = frozenset({"text-private-character"})
_REFUSALS = (True, "opted-out-unclear")
_NUMBERS = re.compile(r"\d{3,}")
_SHOWN = 40
_ADDRESS_SHOWN = 2


class AudienceReader:
    """Reads one audience.

    A row with a faulty cell is refused and reported, so that the clerk mends it: a wrong second guardian's
    number refuses a pupil's row as the first one's does, because dropping it would lose a guardian silently.
    An empty phone is no fault. The same person, pupil or place a second time is merged; the first row wins.

    Args:
        audience: What to read.
        folder: The working folder.
        today: Day after which nobody is born yet.
        report: Takes every problem as it is found.
        block_rows: Rows of the file that become one block.
    """

    def __init__(
        self,
        audience: Audience,
        folder: Path,
        today: date,
        report: Callable[[Problem], None],
        *,
        block_rows: int = 5000,
    ) -> None:
        self._audience = audience
        self._folder = folder
        self._today = today
        self._report = report
        self._block_rows = block_rows
        self._cleaners = cleaners(audience.kind, today)
        self._seen = Seen()
        self.totals = ControlTotals()
        """Complete when `blocks` is exhausted."""
        self.synthetic = audience.synthetic
        """Whether the data are invented; complete when `blocks` is exhausted."""
        self.sha256 = ""
        """Of the file's bytes, hexadecimal, once `blocks` is exhausted; "" where it cannot be read."""

    def blocks(self) -> Iterator[Block]:
        """Cleaned rows, without the refused and the merged ones.

        Every block has every column of the kind and `ROW_KEY`, as sequences of plain Python values, which
        are made when they are asked for. The file is read anew each time; `totals`, `synthetic` and `sha256`
        are those of the last time.
        """
        self._seen = Seen()
        self.totals, self.synthetic, self.sha256 = ControlTotals(), self._audience.synthetic, ""
        table = None
        try:
            table = open_table(self._audience, self._folder, self._report)
            if table:
                yield from self._blocks(table)
        except FileFault as fault:
            self._report(problem_of(fault.code, self._audience.file, fault.line, detail=fault.detail))
        if table:
            self.sha256 = table.sha256
        else:
            self._hash_unused()

    def _hash_unused(self) -> None:
        """The hash also of a file of which nothing was used, where there is one."""
        try:
            self.sha256 = file_sha256(self._folder / self._audience.file)
        except (OSError, ValueError):
            self.sha256 = ""

    def _blocks(self, table: Table) -> Iterator[Block]:
        for rows in table.chunks(self._block_rows):
            block = self._block(table, rows)
            if len(block):
                yield block
        if not self.totals.rows:
            self._report(problem_of("file-no-rows", self._audience.file, level=Level.WARN))

    def _block(self, table: Table, tidy: Rows) -> Block:
        faults: list[tuple[int, str, str]] = [(row, "", code) for row, code in tidy.faults.items()]
        cleaned: dict[str, Sequence[Any]] = {}
        for name, place in table.heading.places.items():
            column = self._cleaners[name](tidy.cells[place])
            cleaned[name] = column.values
            faults += [(row, name, code) for row, code in column.faults if row not in tidy.faults]
        self._join_births(cleaned, faults)
        bad = self._tell(table, tidy, faults)
        if not self.synthetic:
            marks = enumerate(cleaned.get(SYNTHETIC, ()))
            self.synthetic = any(is_marked and row not in bad for row, is_marked in marks)
        return self._merged(self._complete(tidy, cleaned, bad), len(tidy))

    def _join_births(self, cleaned: dict[str, Sequence[Any]], faults: list[tuple[int, str, str]]) -> None:
        """The birth date of the identity card where there is one; another one beside it is a fault."""
        cards = cleaned.pop(IDCARD, None)
        if cards is None:
            return
        faulty = {row for row, _, _ in faults}
        stated = cleaned.get("birth", [0] * len(cards))
        births = []
        for row, (card, birth) in enumerate(zip(cards, stated, strict=True)):
            births.append(card or birth)
            if row not in faulty and card and birth and not same_birth(card, birth):
                faults.append((row, "birth", "birth-differs"))
        cleaned["birth"] = births

    def _tell(self, table: Table, tidy: Rows, faults: list[tuple[int, str, str]]) -> set[int]:
        """Report the faults row by row; returns the positions of the rows that cannot be used."""
        order = {**table.heading.places, "": -1}
        sums = {row for row, _, code in faults if code == "row-total"}
        bad = set()
        for row, name, code in sorted(faults, key=lambda fault: (fault[0], order[fault[1]])):
            if row in sums and code != "row-total":
                continue
            line = tidy.lines[row]
            detail = {"first": str(line), "last": str(tidy.ends.get(row, line))}
            header = table.heading.label(name) if name else None
            value = shown(self._audience, name, tidy.cells[order[name]][row]) if name else ""
            level = _LEVELS.get(code, Level.BLOCK)
            self._report(
                problem_of(code, self._audience.file, line, header, value=value, detail=detail, level=level)
            )
            if code not in _USABLE:
                bad.add(row)
        return bad

    def _complete(self, tidy: Rows, cleaned: dict[str, Sequence[Any]], bad: set[int]) -> Block:
        """The usable rows, with every column of the kind."""
        count = len(tidy)
        columns = {
            column.name: cleaned[column.name] if column.name in cleaned else repeated(column.empty, count)
            for column in COLUMNS[self._audience.kind]
        }
        block = Block(self._audience.file, tidy.lines, columns)
        return block.where([row not in bad for row in range(count)]) if bad else block

    def _merged(self, block: Block, rows: int) -> Block:
        """The block with its keys, without the rows whose key was met before; counts all of them."""
        keys = row_keys(self._audience.kind, block.columns, len(block))
        fresh = self._seen.fresh(keys)
        whole = Block(block.source, block.lines, {**block.columns, ROW_KEY: keys})
        kept = whole if all(fresh) else whole.where(fresh)
        self.totals += ControlTotals(rows, len(kept), len(block) - len(kept), rows - len(block))
        return kept


def shown(audience: Audience, name: str, text: str) -> str:
    """A faulty cell as problems show it: masked if personal, nothing of an identity card (PIPL art. 51).

    Args:
        audience: Whose file it is.
        name: Our column.
        text: The cell.
    """
    plain = "".join(character if character.isprintable() else "?" for character in text)[:_SHOWN].strip()
    personal = {column.name for column in COLUMNS[audience.kind] if column.personal}
    if name == IDCARD:
        return ""
    if name not in personal:
        return _NUMBERS.sub("***", plain)
    if name == "birth":
        return masked_birth(plain)
    if name in {"phone", "phone2"}:
        return masked_phone(plain)
    if name == "address":
        return plain[:_ADDRESS_SHOWN] + "*" * len(plain[_ADDRESS_SHOWN:])
    return masked_name(plain)


def opted_out_phones(audience: Audience, folder: Path, today: date) -> set[int]:
    """Phones of every row whose mark says that no messages are wanted, of both guardians on a pupil's row.

    Faults are not told here, `AudienceReader` tells them. A refusal is stronger than any list: a row counts
    however faulty it is besides, and so does a mark that may be a refusal.

    Args:
        audience: What to read.
        folder: The working folder.
        today: The day of the reading.
    """
    del today  # No mark and no number depends on it, but every reading of an audience is given its day.
    found: set[int] = set()
    try:
        table = open_table(audience, folder, lambda _: None)
        if table is None or "opted_out" not in table.heading.places:
            return found
        for tidy in table.chunks(5000):
            found |= _refusing(table, tidy)
    except FileFault:
        # What was read before the fault still counts.
        return found
    return found


def _refusing(table: Table, tidy: Rows) -> set[int]:
    places = table.heading.places
    marks = tidy.cells[places["opted_out"]]
    refusals = {mark for mark in set(marks) if parse_opt_out(mark) in _REFUSALS}
    marked = [row for row, mark in enumerate(marks) if mark in refusals]
    found: set[int] = set()
    for name in ("phone", "phone2"):
        if name in places and marked:
            cells = tidy.cells[places[name]]
            values, faults = phones([cells[row] for row in marked])
            wrong = {row for row, _ in faults}
            found |= {value for row, value in enumerate(values) if value and row not in wrong}
    return found
