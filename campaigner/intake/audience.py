"""Audiences in: from a clerk's file to blocks of cleaned rows, every fault told, every row accounted for."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from campaigner.domain.executor import Over
from campaigner.domain.people import ROW_KEY, Audience, Block, ControlTotals
from campaigner.domain.problem import Level, Problem
from campaigner.intake.cleaned import CleanRows, RowCleaner
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.merging import MOST, Merging
from campaigner.intake.seen import Seen
from campaigner.intake.tables import Table, file_sha256, open_table

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
        """Of the file's bytes, hexadecimal, once `blocks` is exhausted; "" where it cannot be read."""

    def blocks(self) -> Iterator[Block]:
        """Cleaned rows, without the refused and the merged ones.

        Every block has every column of the kind and `ROW_KEY`, as sequences of plain Python values, which
        are made when they are asked for; one with rows of `JOINED` comes behind those of which it tells. The file is
        read anew each time; `totals`, `synthetic` and `sha256` are those of the last time.
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
        cleaner = RowCleaner(self._audience, table.heading, self._today)
        merging = Merging(self._audience, self._report, self._again, self._seen)
        for found in self._over(cleaner, table.chunks(self._block_rows)):
            for problem in found.problems:
                self._report(problem)
            self.synthetic = self.synthetic or found.synthetic
            block = self._fresh(found, merging)
            if len(block):
                yield block
            if len(merging) >= MOST:
                yield from self._settled(merging)
        yield from self._settled(merging)
        if not self.totals.rows:
            self._report(problem_of("file-no-rows", self._audience.file, level=Level.WARN))

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
            block = merging.settle()
        except FileFault:
            self.totals += ControlTotals(refused=waiting)
            raise
        self.totals += ControlTotals(recipients=merging.others - others, merged=merging.merged - merged)
        if block is not None:
            yield block

    def _again(self) -> Iterator[Block]:
        """The cleaned rows once more, of the same file; nothing is told of them a second time."""
        table = open_table(self._audience, self._folder, lambda _problem: None)
        if table is not None:
            cleaner = RowCleaner(self._audience, table.heading, self._today)
            for tidy in table.chunks(self._block_rows):
                yield cleaner(tidy).block
