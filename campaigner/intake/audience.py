"""Audiences in: from a clerk's files to blocks of cleaned rows, every fault told, every row accounted for."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from campaigner.domain.executor import Over
from campaigner.domain.people import ROW_KEY, Audience, Block, ControlTotals
from campaigner.domain.problem import Level, Problem
from campaigner.intake.cleaned import CleanRows, RowCleaner
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.filenames import is_pattern
from campaigner.intake.merging import MOST, Merging
from campaigner.intake.seen import Seen
from campaigner.intake.tables import Table, file_sha256, open_tables

__all__ = ["AudienceReader", "Seen", "file_sha256"]


class AudienceReader:
    """Reads one audience.

    A faulty cell is set aside and reported, so that the clerk mends it, and the row stays for whatever does not need
    the cell; a row that is nobody, or whose cells have slid, is refused. An empty phone is no fault. The same person,
    pupil or place a second time is merged: guardians are added, and whatever else differs is told with both lines.

    Args:
        audience: What to read.
        folder: The working folder.
        today: Day after which nobody is born yet.
        report: Takes every problem as it is found.
        block_rows: Rows of the file that become one block.
        over: Carries the cleaning over the rows.
    """

    def __init__(
        self,
        audience: Audience,
        folder: Path,
        today: date,
        report: Callable[[Problem], None],
        *,
        block_rows: int = 5000,
        over: Over = map,
    ) -> None:
        self._audience = audience
        self._folder = folder
        self._today = today
        self._report = report
        self._block_rows = block_rows
        self._over = over
        self._seen = Seen()
        self.totals = ControlTotals()
        """Complete when `blocks` is exhausted."""
        self.synthetic = audience.synthetic
        """Whether the data are invented; complete when `blocks` is exhausted."""
        self.sha256 = ""
        """Of the file's bytes, hexadecimal, once `blocks` is exhausted; "" where it cannot be read. Of several files it
        is that of their names and hashes."""

    def blocks(self) -> Iterator[Block]:
        """Cleaned rows, without the refused and the merged ones.

        Every block has every column of the kind and `ROW_KEY`, as sequences of plain Python values, which
        are made when they are asked for; one with rows of `JOINED` comes behind those of which it tells. The file is
        read anew each time; `totals`, `synthetic` and `sha256` are those of the last time.
        """
        self._seen = Seen()
        self.totals, self.synthetic, self.sha256 = ControlTotals(), self._audience.synthetic, ""
        files: dict[str, str] = {}
        merging = Merging(self._audience.kind, self._report, self._again, self._seen)
        for table in open_tables(self._audience, self._folder, self._report, files):
            try:
                yield from self._blocks(table, merging)
            except FileFault as fault:
                self._report(problem_of(fault.code, table.name, fault.line, detail=fault.detail))
            for problem in table.notes():
                self._report(problem)
            files[table.file] = table.sha256
        try:
            yield from self._settled(merging)
        except FileFault as fault:
            self._report(problem_of(fault.code, self._audience.file, fault.line, detail=fault.detail))
        self.sha256 = self._hash(files)

    def _hash(self, files: Mapping[str, str]) -> str:
        """The hash of the file, or of the names and hashes of several; also of those of which nothing was used."""
        hashes = {file: known or self._hash_unused(file) for file, known in files.items()}
        if not is_pattern(self._audience.file):
            return hashes.get(self._audience.file, "") or self._hash_unused(self._audience.file)
        lines = "".join(f"{hashed}  {file}\n" for file, hashed in sorted(hashes.items()))
        return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest() if lines else ""

    def _hash_unused(self, file: str) -> str:
        try:
            return file_sha256(self._folder / file)
        except (OSError, ValueError):
            return ""

    def _blocks(self, table: Table, merging: Merging) -> Iterator[Block]:
        before = self.totals.rows
        cleaner = RowCleaner(table.audience, table.heading, self._today)
        for found in self._over(cleaner, table.chunks(self._block_rows)):
            for problem in found.problems:
                self._report(problem)
            self.synthetic = self.synthetic or found.synthetic
            block = self._fresh(found, merging)
            if len(block):
                yield block
            if len(merging) >= MOST:
                yield from self._settled(merging)
        if self.totals.rows == before:
            self._report(problem_of("file-no-rows", table.name, level=Level.WARN))

    def _fresh(self, found: CleanRows, merging: Merging) -> Block:
        """The rows without those whose key was met before, which wait; counts all of them."""
        block = found.block
        fresh = self._seen.fresh(block.columns[ROW_KEY])
        kept = block if all(fresh) else block.where(fresh)
        if len(kept) < len(block):
            merging.add(block.where([not is_fresh for is_fresh in fresh]))
        self.totals += ControlTotals(
            found.rows, len(kept), 0, found.rows - len(block), set_aside=found.set_aside
        )
        return kept

    def _settled(self, merging: Merging) -> Iterator[Block]:
        """What of the waiting rows is handed out all the same."""
        others, merged = merging.others, merging.merged
        waiting = len(merging)
        try:
            blocks = merging.settle()
        except FileFault:
            self.totals += ControlTotals(refused=waiting)
            raise
        self.totals += ControlTotals(recipients=merging.others - others, merged=merging.merged - merged)
        yield from blocks

    def _again(self) -> Iterator[Block]:
        """The cleaned rows once more, of the same tables; nothing is told of them a second time."""
        for table in open_tables(self._audience, self._folder, lambda _problem: None):
            cleaner = RowCleaner(table.audience, table.heading, self._today)
            for tidy in table.chunks(self._block_rows):
                yield cleaner(tidy).block
