"""Rehearsing: one text of each kind of row in a list is read before anybody is written to, with the lines it is for."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any

from campaigner.content.wording import context_of
from campaigner.content.writing import ChannelWriter, context
from campaigner.domain.campaign import Route
from campaigner.domain.people import COLUMNS, Block
from campaigner.domain.planning import RECIPIENT
from campaigner.domain.problem import Level, Problem
from campaigner.domain.wording.checker import Checker
from campaigner.domain.wording.rules import RuleFinding
from campaigner.domain.wording.sources import place, template_words
from campaigner.domain.wording.unfinished import EMPTY, HOLE, UNFINISHED
from campaigner.rendering.library import Fault, fault_line
from campaigner.rendering.rehearsal import Place, Rehearsal
from campaigner.rendering.shown import UnprintableError

LINES = 5
"""Lines of a list that a problem names; the others are counted."""
OF_ROWS = frozenset({"chk-30", "chk-31", "chk-32", "column-empty", "glyph-missing", "template-row"})
"""Codes of problems that a list may have or lose while a run waits."""
_KINDS = 20_000
"""Kinds of rows that are remembered, so that memory stays flat whatever the lists hold."""
_READS = 30
"""Characters of a text that a problem quotes."""
_FILLERS = {
    "name": "某人", "village": "某村", "estate": "某小区", "school": "某校", "grade": "某级", "class_name": "某班",
    "unit": "某厂", "guardian": "某家长", "guardian2": "某家长", "kind": "某类", "gender": "某性",
}  # fmt: skip
"""What stands for a cell that has something in it: nobody's data."""
_COMMON = frozenset(map(chr, (*range(0x20, 0x7F), *range(0x4E00, 0x9FA6), 0xB7, 0x0A)))
"""Characters that every font has."""
_CLAUSE = re.compile("[^，。！？；：、\\s“”（）《》]{4,}")


@dataclass(slots=True)
class _Tally:
    """One fault, and the rows that have it."""

    problem: Problem
    lines: list[int] = field(default_factory=list)
    rows: int = 0
    fields: tuple[str, ...] = ()
    reads: str = ""
    source: str = ""
    """The list, or the sheet of it, that the lines are of."""

    def add(self, lines: Sequence[int], rows: int, source: str) -> None:
        self.rows += rows
        self.source = self.source or source
        if source == self.source:
            self.lines += lines[: LINES - len(self.lines)]


@dataclass(slots=True)
class Rehearsing:
    """Reads one text for each kind of row that a channel of a run writes to.

    Two rows are of one kind where the same printed fields are empty, and the fields that the template compares are
    equal: their texts differ in names and places only, and these are looked at column by column.

    Args:
        writer: Writes the channel's texts.
    """

    writer: ChannelWriter
    read: set[str] = field(init=False, default_factory=set)
    _rehearsal: Rehearsal = field(init=False)
    _checker: Checker = field(init=False)
    _kinds: dict[tuple[Any, ...], tuple[tuple[Any, ...], ...]] = field(init=False, default_factory=dict)
    _tallies: dict[tuple[Any, ...], _Tally] = field(init=False, default_factory=dict)
    _sound: set[str] = field(init=False, default_factory=set)
    _source: str = field(init=False)
    _label: Mapping[str, str] = field(init=False)
    _secret: bool = field(init=False)
    _rows: int = field(init=False, default=0)
    _list: str = field(init=False, default="")

    def __post_init__(self) -> None:
        made, template = self.writer.made_of, self.writer.template
        day = made.desk.day(made.due)
        names = [entry.id for entry in made.warnings]
        self._rehearsal = Rehearsal(template, context(made.desk, made.warnings, made.due, made.plan))
        self._checker = Checker(made.desk.rules, context_of(made.desk, made.plan, names, day))
        self._source = template.source.decode("utf-8-sig").replace("\r\n", "\n")
        columns = COLUMNS[template.kind]
        self._label = {column.name: column.label for column in columns}
        self._secret = any(column.personal and column.name in template.weighed for column in columns)
        # A list without rows still has a template to read.
        self._kinds[()] = self._tried(dict.fromkeys(template.fields, True))

    def take(self, block: Block) -> None:
        """Read what is new in a block of the recipients."""
        if not len(block):
            return
        self._rows += len(block)
        self._list = block.source
        fields = self.writer.template.fields
        if fields:
            self._sort(block, fields)
        self._look_at_columns(block)

    def _sort(self, block: Block, fields: Sequence[str]) -> None:
        """Count the block's rows by their kind."""
        weighed = self.writer.template.weighed
        columns = [
            block.columns[name] if name in weighed else _filled(block.columns[name]) for name in fields
        ]
        for kind, rows in Counter(zip(*columns, strict=True)).items():
            faults = self._kinds.get(kind)
            if faults is None:
                if len(self._kinds) >= _KINDS:
                    self._kinds.clear()
                faults = self._kinds[kind] = self._tried(dict(zip(fields, kind, strict=True)))
            if faults:
                mine = compress(block.lines, (key == kind for key in zip(*columns, strict=True)))
                lines = [line for line, _number in zip(mine, range(LINES), strict=False)]
                for fault in faults:
                    self._tallies[fault].add(lines, rows, block.source)

    def _tried(self, kind: Mapping[str, Any]) -> tuple[tuple[Any, ...], ...]:
        """Keys of what is wrong with the text of a kind of row: True for a field with something in it."""
        template = self.writer.template
        row = {
            column.name: _value(kind.get(column.name, True), column.name, column.empty)
            for column in COLUMNS[template.kind]
        }
        try:
            rehearsed = self._rehearsal.text(row)
        except Exception as error:  # noqa: BLE001 - a template may raise anything; the problem names its place
            # Texts that are measured are all written, each row by itself.
            return () if self.writer.kind.measures_texts else (self._note(self._failed(error)),)
        body = self.writer.finished(rehearsed.text, {**row, RECIPIENT: 0})
        words = self.writer.kind.readable(body)
        seen = self.writer.kind.shown(self.writer.brief, rehearsed.text, words)
        self.read |= self._held(rehearsed.read, seen)
        noted = [self._note(self._finding(finding)) for finding in self._checker.check(words)]
        reads = "" if self._secret else _start(rehearsed.text)
        noted += [self._note(self._hole(one), one.fields, reads) for one in rehearsed.empty]
        noted += [
            self._note(Problem(lack.code, lack.message, lack.message_zh, template.file))
            for lack in self.writer.kind.lacks(rehearsed.text)
        ]
        return tuple(dict.fromkeys(noted))

    def _note(self, problem: Problem, fields: tuple[str, ...] = (), reads: str = "") -> tuple[Any, ...]:
        key = (problem.code, problem.source, problem.line, problem.column, problem.value, problem.message)
        self._tallies.setdefault(key, _Tally(problem, fields=fields, reads=reads))
        return key

    def _failed(self, error: Exception) -> Problem:
        template = self.writer.template
        line = fault_line(error, template.file)
        if isinstance(error, UnprintableError):
            return Problem("template-unprintable", f"{error}", error.message_zh, template.file, line)
        return Problem("template-row", f"{error}", "这些行无法生成文字", template.file, line)

    def _finding(self, finding: RuleFinding) -> Problem:
        """A finding at the place in the template, or in the warning, where its words stand."""
        made, template = self.writer.made_of, self.writer.template
        if self._secret:
            return replace(finding.problem(template.file), value="")
        if len(finding.text) > 1:
            at = template_words(self._source).find(finding.text)
            if at >= 0:
                return finding.problem(template.file, *place(self._source, at))
            for entry in made.warnings:
                source = (made.desk.config.folder / entry.file).read_text("utf-8-sig")
                at = source.find(finding.text)
                if at >= 0:
                    return finding.problem(entry.file, *place(source, at))
        # Of what is missing, the place is where the text begins.
        words = template_words(self._source)
        begin = len(words) - len(words.lstrip("\u200b \n"))
        return finding.problem(template.file, *(place(self._source, begin) if finding.rule == EMPTY else ()))

    def _hole(self, where: Place) -> Problem:
        labels = "、".join(self._label.get(name, name) for name in where.fields)
        return Problem(
            HOLE.lower(), f"{', '.join(where.fields)} is empty", f"没有{labels}", self.writer.template.file,
            where.line, where.column, level=Level.WARN,
        )  # fmt: skip

    def _held(self, read: frozenset[tuple[int, str]], words: str) -> set[str]:
        """Warnings that a text shows: words of a field that was read, and that no other warning has, stand in it."""
        warnings = self.writer.made_of.warnings
        clauses = [
            {
                clause
                for name in sorted(n for number, n in read if number == place_)
                for clause in _clauses(entry, name)
            }
            for place_, entry in enumerate(warnings)
        ]
        found = set()
        for number, mine in enumerate(clauses):
            others = set().union(*(clauses[:number] + clauses[number + 1 :]))
            if any(clause in words for clause in mine - others):
                found.add(warnings[number].id)
        return found

    def _look_at_columns(self, block: Block) -> None:
        """What cells bring into a text: words of a form or of a computer, and characters that no font has."""
        template, rules = self.writer.template, self.writer.made_of.desk.rules
        kind = self.writer.kind
        # What phones lack nobody knows, so that characters need not be gathered.
        paper = kind.channel.route is Route.FOLDER
        names = dict.fromkeys((*template.fields, *kind.printed_fields(template.kind)))
        for name in names:
            values = block.columns[name]
            if not isinstance(values[0], str):
                continue
            joined = "\n".join(values)
            if rules.unfinished.suspects(joined):
                self._look_at_cells(block, name, values)
            if paper and (rare := kind.unprintable("".join(set(joined) - _COMMON))):
                for number, value in enumerate(values):
                    if absent := sorted(rare.intersection(value)):
                        shown = ", ".join(f"U+{ord(character):04X}" for character in absent)
                        self._cell(
                            block,
                            number,
                            name,
                            "glyph-missing",
                            f"has {shown}, which no font has",
                            f"有字库里没有的字 {shown}",
                        )

    def _look_at_cells(self, block: Block, name: str, values: Sequence[str]) -> None:
        suspects = self.writer.made_of.desk.rules.unfinished.suspects
        kinds: dict[str, str] = {}
        for value in set(values) - self._sound:
            found = (
                [each.kind for each in self._checker.check(value) if each.rule == UNFINISHED]
                if suspects(value)
                else []
            )
            if found:
                kinds[value] = found[0]
            elif len(self._sound) < _KINDS:
                self._sound.add(value)
        for number, value in enumerate(values) if kinds else ():
            if value in kinds:
                what = f"holds what nobody has filled in ({kinds[value]})"
                self._cell(block, number, name, UNFINISHED.lower(), what, "里是没有填好的内容")

    def _cell(self, block: Block, number: int, name: str, code: str, what: str, what_zh: str) -> None:
        problem = Problem(
            code, f"the list's {name} {what}", f"名单的“{self._label[name]}”{what_zh}", block.source, None,
            self._label[name],
        )  # fmt: skip
        self._tallies[self._note(problem)].add([block.lines[number]], 1, block.source)

    def unread(self) -> list[str]:
        """Ids of the run's warnings of which nothing stands in the texts."""
        return [entry.id for entry in self.writer.made_of.warnings if entry.id not in self.read]

    def failed(self, faults: Iterable[tuple[Fault, int]]) -> None:
        """Take in rows that could not be written.

        Args:
            faults: Each with the line of its row.
        """
        for fault, line in faults:
            zh = fault.why_zh or "无法生成文字"
            problem = Problem("template-row", fault.why, zh, self.writer.template.file, fault.line)
            self._tallies[self._note(problem)].add([line], 1, self._list)

    def problems(self) -> Iterator[Problem]:
        """What is wrong, with the lines of the list that it is about."""
        template = self.writer.template
        for tally in self._tallies.values():
            if not tally.rows and template.fields and (self._rows or template.weighed):
                # The filled row that stands for all is nobody's.
                continue
            if tally.fields:
                yield self._holes(tally)
            elif tally.rows in {0, self._rows} and tally.problem.code != "template-row":
                yield tally.problem
            else:
                yield self._about(tally.problem, tally)

    def _holes(self, tally: _Tally) -> Problem:
        problem = tally.problem
        if tally.rows == self._rows:
            listed = tally.source.partition("[")[0]
            return Problem(
                "column-empty",
                f"{problem.message} in all {tally.rows} rows of {listed}; the text then reads `{tally.reads}`",
                f"{listed} 的{tally.rows}行都{problem.message_zh}，文字会成为“{tally.reads}”；"
                "请补上这一列，或换一个不用它的模板",
                problem.source, problem.line, problem.column,
            )  # fmt: skip
        return self._about(
            problem, tally, f"; the text then reads `{tally.reads}`", f"，文字会成为“{tally.reads}”"
        )

    def _about(self, problem: Problem, tally: _Tally, more: str = "", more_zh: str = "") -> Problem:
        lines = ", ".join(map(str, tally.lines))
        rest = tally.rows - len(tally.lines)
        behind, behind_zh = (f" and {rest} more", f"等{tally.rows}行") if rest else ("", "")
        return Problem(
            problem.code,
            f"{problem.message} (line {lines}{behind} of {tally.source}){more}",
            f"{tally.source} 第{lines.replace(', ', '、')}行{behind_zh}：{problem.message_zh}{more_zh}",
            problem.source,
            tally.lines[0] if problem.source == tally.source else problem.line,
            problem.column,
            problem.value,
            problem.level,
        )


def _filled(values: Sequence[Any]) -> Sequence[bool]:
    """Whether each cell has something in it."""
    return [True] * len(values) if all(values) else list(map(bool, values))


def _value(known: Any, name: str, empty: Any) -> Any:
    """A cell for a rehearsal: the value that the template compares, a filler, or nothing."""
    if known is True and not isinstance(empty, bool):
        return _FILLERS.get(name, "某") if isinstance(empty, str) else empty or 1
    return empty if known is False else known


def _start(text: str) -> str:
    """The beginning of a text, on one line."""
    shown = " ".join(text.split())
    return shown[:_READS] + ("…" if len(shown) > _READS else "")


def _clauses(entry: Any, name: str) -> Iterator[str]:
    """The clauses of a warning's field."""
    value = getattr(entry, name)
    for text in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
        if isinstance(text, str):
            yield from _CLAUSE.findall(text) or [text]
