"""Some thousand rows of an audience cleaned, whoever does it: a partition function that knows nothing of other rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from campaigner.domain.birth import masked_birth, same_birth
from campaigner.domain.people import COLUMNS, ROW_KEY, UNSAID, Audience, Block, masked_name
from campaigner.domain.phone import masked_phone
from campaigner.domain.problem import Level, Problem
from campaigner.intake.cleaning import DISAGREED, SAID_NOTHING, Cleaner, cleaners
from campaigner.intake.columns import Numbers, repeated
from campaigner.intake.faults import problem_of
from campaigner.intake.headers import Heading, column_of
from campaigner.intake.identity import row_keys
from campaigner.intake.lexicon import CONSENT, IDCARD, OPTED_OUT, SYNTHETIC
from campaigner.intake.rows import Rows

_LEVELS = {"text-private-character": Level.WARN, "header-repeated": Level.WARN, "row-total": Level.WARN}
"""Faults that stop nothing: the row with a private character is used, the other two are no recipients."""
_USABLE = frozenset({"text-private-character"})
_NUMBERS = re.compile(r"\d{3,}")
_SHOWN = 40
_ADDRESS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class CleanRows:
    """Rows after cleaning; whoever stands in the list twice may still be among them twice.

    Args:
        block: The usable ones, with every column of the kind and `ROW_KEY`.
        rows: How many there were.
        problems: What is wrong with the others.
        synthetic: Whether one of them says that it is invented.
    """

    block: Block
    rows: int
    problems: tuple[Problem, ...]
    synthetic: bool


class RowCleaner:
    """Cleans rows of one audience.

    Args:
        audience: Whose they are.
        heading: Its header line.
        today: Day after which nobody is born yet.
    """

    def __init__(self, audience: Audience, heading: Heading, today: date) -> None:
        self._audience = audience
        self._heading = heading
        self._today = today
        self._cleaners: Mapping[str, Cleaner] = cleaners(audience.kind, today)

    def __reduce__(self) -> tuple[type["RowCleaner"], tuple[Audience, Heading, date]]:
        """Another process makes its own: memories of cells stay where they are."""
        return RowCleaner, (self._audience, self._heading, self._today)

    def __call__(self, tidy: Rows) -> CleanRows:
        """These rows, cleaned."""
        faults: list[tuple[int, str, str]] = [(row, "", code) for row, code in tidy.faults.items()]
        cleaned: dict[str, Sequence[Any]] = {}
        for name, place in self._heading.places.items():
            column = self._cleaners[column_of(name)](tidy.cells[place])
            cleaned[name] = column.values
            faults += [(row, name, code) for row, code in column.faults if row not in tidy.faults]
        self._join_births(cleaned, faults)
        self._join_refusals(cleaned, len(tidy))
        problems, bad = self._told(tidy, faults)
        marks = enumerate(cleaned.get(SYNTHETIC, ()))
        synthetic = any(is_marked and row not in bad for row, is_marked in marks)
        return CleanRows(self._complete(tidy, cleaned, bad), len(tidy), problems, synthetic)

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

    def _join_refusals(self, cleaned: dict[str, Sequence[Any]], count: int) -> None:
        """Who refuses in any column that tells; who has not agreed where the list asks for it, in `UNSAID`."""
        names = self._heading.refusals()
        if not names or names == (OPTED_OUT,):
            return
        refused = np.zeros(count, dtype=bool)
        unsaid = np.zeros(count, dtype=bool)
        for name in names:
            values = np.asarray(cleaned.pop(name))
            consent = column_of(name) == CONSENT
            refused |= values == DISAGREED if consent else values.astype(bool)
            if consent and self._audience.empty_consent == "none":
                unsaid |= values == SAID_NOTHING
        cleaned[OPTED_OUT] = Numbers(refused)
        cleaned[UNSAID] = Numbers(unsaid & ~refused)

    def _told(self, tidy: Rows, faults: list[tuple[int, str, str]]) -> tuple[tuple[Problem, ...], set[int]]:
        """The faults row by row, and the positions of the rows that cannot be used."""
        order = {**self._heading.places, "": -1}
        sums = {row for row, _, code in faults if code == "row-total"}
        problems, bad = [], set()
        for row, name, code in sorted(faults, key=lambda fault: (fault[0], order[fault[1]])):
            if row in sums and code != "row-total":
                continue
            line = tidy.lines[row]
            detail = {"first": str(line), "last": str(tidy.ends.get(row, line))}
            header = self._heading.label(name) if name else None
            value = shown(self._audience, column_of(name), tidy.cells[order[name]][row]) if name else ""
            level = _LEVELS.get(code, Level.BLOCK)
            problems.append(
                problem_of(code, self._audience.file, line, header, value=value, detail=detail, level=level)
            )
            if code not in _USABLE:
                bad.add(row)
        return tuple(problems), bad

    def _complete(self, tidy: Rows, cleaned: dict[str, Sequence[Any]], bad: set[int]) -> Block:
        """The usable rows, with every column of the kind and their keys."""
        count = len(tidy)
        columns = {
            column.name: cleaned[column.name] if column.name in cleaned else repeated(column.empty, count)
            for column in COLUMNS[self._audience.kind]
        }
        if UNSAID in cleaned:
            columns[UNSAID] = cleaned[UNSAID]
        block = Block(self._audience.file, tidy.lines, columns)
        if bad:
            block = block.where([row not in bad for row in range(count)])
        keys = row_keys(self._audience.kind, block.columns, len(block))
        return Block(block.source, block.lines, {**block.columns, ROW_KEY: keys})


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
