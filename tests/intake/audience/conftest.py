from dataclasses import dataclass
from datetime import date

import pytest

from campaigner.domain.people import COLUMNS, DOUBT, JOINED, ROW_KEY, Audience, ControlTotals, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.intake.audience import AudienceReader
from tests.checking import balanced

TODAY = date(2026, 11, 24)


@dataclass
class Read:
    rows: list[dict]
    lines: list[int]
    problems: list[Problem]
    totals: ControlTotals
    synthetic: bool
    sha256: str

    @property
    def faults(self):
        """Line and code of what stops or needs a look."""
        return [(problem.line, problem.code) for problem in self.problems if problem.level is not Level.INFO]

    def column(self, name):
        return [row[name] for row in self.rows]


@pytest.fixture
def read(tmp_path):
    """Writes a file, reads it as an audience, and checks what holds for every audience."""

    def reading(content, kind=Kind.PEOPLE, *, name="list.csv", block_rows=5000, **settings):
        if isinstance(content, str):
            content = content.encode()
        if content is not None:
            (tmp_path / name).write_bytes(content)
        problems = []
        audience = Audience("residents", Kind(kind), name, **settings)
        reader = AudienceReader(audience, tmp_path, TODAY, problems.append, block_rows=block_rows)
        rows, lines = [], []
        for block in reader.blocks():
            known = {column.name for column in COLUMNS[audience.kind]} | {ROW_KEY}
            assert known <= set(block.columns) <= known | {DOUBT, JOINED}
            assert {len(values) for values in block.columns.values()} == {len(block)}
            for column in COLUMNS[audience.kind]:
                assert {type(value) for value in block.columns[column.name]} <= {column.type}
            rows += block.rows()
            lines += block.lines
        assert balanced(reader.totals)
        assert reader.totals.recipients == sum(not row.get(JOINED) for row in rows)
        assert {problem.source.partition("[")[0] for problem in problems} <= {name}
        # Only a note, which every list without telephones has.
        told = [problem for problem in problems if problem.code != "phone-column-missing"]
        return Read(rows, lines, told, reader.totals, reader.synthetic, reader.sha256)

    return reading


@pytest.fixture
def read_blocks(tmp_path):
    """Writes a list and reads it as blocks."""

    def reading(content, kind):
        (tmp_path / "list.csv").write_text(content, "utf-8")
        return list(AudienceReader(Audience("list", kind, "list.csv"), tmp_path, TODAY, [].append).blocks())

    return reading
