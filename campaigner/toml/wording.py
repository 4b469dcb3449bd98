"""What the faults of TOML files are called, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from campaigner.toml.places import Path

TYPE_NAMES: Mapping[type, tuple[str, str]] = {
    str: ("a text in quotes", "加引号的文字"),
    bool: ("true or false", "true 或 false"),
    int: ("a whole number", "整数"),
    Decimal: ("a number", "数字"),
    dict: ("a table", "一张表（[…] 或 {…}）"),
    list: ("a list in [ ]", "用 [ ] 括起来的列表"),
    datetime: ("a date and time, 2026-12-01T09:00:00", "日期时间，如 2026-12-01T09:00:00"),
    date: ("a date without quotes, 2026-12-01", "不加引号的日期，如 2026-12-01"),
    object: ("a text, a date or a list", "文字、日期或列表"),
}
"""What a value of a type is called, in English and Chinese."""
LIST_NAMES: Mapping[type, tuple[str, str]] = {
    str: ("a list of texts in quotes", "列表，每一项是加引号的文字"),
    dict: ("a list of tables", "若干张表（[[…]]）"),
    date: ("a list of dates, [2027-01-01, 2027-01-02]", "日期列表，如 [2027-01-01]"),
}
"""The same of a list of them."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What faults are called in one kind of file.

    Args:
        code: Code of every fault that `codes` does not name; "" for `config-` and its kind.
        codes: Kind of fault (`missing`, `type`, `empty`, `range`, `duration`, `unknown-key`, ...) -> its code.
        titles: Key -> what officers call it, in Chinese.
    """

    code: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def code_of(self, kind: str) -> str:
        """The code of a kind of fault."""
        return self.codes.get(kind) or self.code or f"config-{kind}"

    def title(self, path: Path) -> str:
        """What a key is called in a Chinese line."""
        names = [part for part in path if isinstance(part, str)]
        written = ".".join(names)
        title = self.titles.get(names[-1]) if names else None
        return f"“{title}”（{written}）" if title else written


CONFIG = Wording()
"""Those of config.toml."""
