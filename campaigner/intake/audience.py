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
from campaigner.intake.seen import Seen
from campaigner.intake.tables import Table, file_sha256, open_tables

__all__ = ["AudienceReader", "Seen", "file_sha256"]


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
        are made when they are asked for. The file is read anew each time; `totals`, `synthetic` and `sha256`
        are those of the last time.
        """
        self._seen = Seen()
        self.totals, self.synthetic, self.sha256 = ControlTotals(), self._audience.synthetic, ""
        files: dict[str, str] = {}
        for table in open_tables(self._audience, self._folder, self._report, files):
            try:
                yield from self._blocks(table)
            except FileFault as fault:
                self._report(problem_of(fault.code, table.name, fault.line, detail=fault.detail))
            for problem in table.notes():
                self._report(problem)
            files[table.file] = table.sha256
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

    def _blocks(self, table: Table) -> Iterator[Block]:
        before = self.totals.rows
        cleaner = RowCleaner(table.audience, table.heading, self._today)
        for found in self._over(cleaner, table.chunks(self._block_rows)):
            for problem in found.problems:
                self._report(problem)
            self.synthetic = self.synthetic or found.synthetic
            block = self._merged(found)
            if len(block):
                yield block
        if self.totals.rows == before:
            self._report(problem_of("file-no-rows", table.name, level=Level.WARN))

    def _merged(self, found: CleanRows) -> Block:
        """The rows without those whose key was met before; counts all of them."""
        block = found.block
        fresh = self._seen.fresh(block.columns[ROW_KEY])
        kept = block if all(fresh) else block.where(fresh)
        self.totals += ControlTotals(found.rows, len(kept), len(block) - len(kept), found.rows - len(block))
        return kept
