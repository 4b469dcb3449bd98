"""[calendar], [terms.NAME] and [occasions.NAME]: what decides on which days rules fire."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from campaigner.almanac.season import season
from campaigner.domain.calendar import Occasion, Point, Term, in_order, parse_point
from campaigner.domain.dayrule import WORDS
from campaigner.toml.table import Table

_LONGEST_TERM = timedelta(days=366)
Days = frozenset[date]


def read_days(table: Table) -> tuple[Days, Days, date | None]:
    """Holidays, adjusted working days, and the last day that they cover, as the yearly notice has them."""
    holidays, workdays = frozenset(table.days("holidays")), frozenset(table.days("workdays"))
    known_until = table.day("known_until")
    both = sorted(holidays & workdays)
    if both:
        table.fault(
            "config-calendar", f"{both[0]} is both a holiday and a working day",
            f"{both[0]} 既是放假日又是上班日", "workdays",
        )  # fmt: skip
    weekdays = sorted(day for day in workdays if day.weekday() < 5)  # noqa: PLR2004 - Monday to Friday
    if weekdays:
        table.fault(
            "config-calendar",
            f"{weekdays[0]} is no Saturday or Sunday; here stand only the weekend days on which people work",
            f"{weekdays[0]} 不是周六或周日；这里只写调休上班的周末", "workdays",
        )  # fmt: skip
    _covered(table, holidays, workdays, known_until)
    table.finish()
    return holidays, workdays, known_until


def _covered(table: Table, holidays: Days, workdays: Days, known_until: date | None) -> None:
    """A year that is said to be known has its holidays, and no day stands beyond."""
    if known_until is None:
        return
    if not any(day.year == known_until.year for day in holidays):
        table.fault(
            "config-calendar",
            f"`holidays` has no day of {known_until.year}, which is said to be known; write the days of the notice, "
            "or take `known_until` out",
            f"holidays 里没有{known_until.year}年的放假日；请按通知填写，或删去 known_until", "known_until",
        )  # fmt: skip
    late = sorted(day for day in holidays | workdays if day > known_until)
    if late:
        table.fault(
            "config-calendar",
            f"{late[0]} lies after `known_until`",
            f"{late[0]} 晚于 known_until",
            "known_until",
        )


def read_terms(tables: Iterable[tuple[str, Table]]) -> tuple[Term, ...]:
    """The school terms in order; they do not overlap."""
    found: dict[str, tuple[Term, Table]] = {}
    for name, table in tables:
        first, last = table.day("first", required=True), table.day("last", required=True)
        title = table.text("title", name)
        table.finish()
        if first is None or last is None:
            continue
        if not timedelta(0) < last - first <= _LONGEST_TERM:
            table.fault(
                "config-term", f"`last` ({last}) is a day after `first` ({first}), within a year",
                f"last（{last}）应在 first（{first}）之后，且不超过一年", "last",
            )  # fmt: skip
            continue
        found[name] = Term(name, first, last, title), table
    terms = in_order(term for term, _table in found.values())
    for earlier, later in pairwise(terms):
        if later.first <= earlier.last:
            found[later.name][1].fault(
                "config-term", f"begins before terms.{earlier.name} ends ({earlier.last})",
                f"早于 terms.{earlier.name} 的结束日（{earlier.last}）", "first",
            )  # fmt: skip
    return terms


def read_occasions(tables: Iterable[tuple[str, Table]]) -> Mapping[str, Occasion]:
    """The season calendar, with what config.toml adds or changes."""
    occasions = dict(season())
    for name, table in tables:
        if name in WORDS:
            table.fault(
                "config-name",
                f"`{name}` is a word of the rules; take another name",
                f"`{name}` 是规则用词，请换个名称",
            )
        known = occasions.get(name)
        start = _points(table, "start", required=known is None)
        end, day = _points(table, "end"), _points(table, "day")
        title = table.text("title", known.title if known else name)
        table.finish()
        own = Occasion(name, title, start, end, day, source="config.toml")
        occasion = _changed(known, own) if known else own
        if occasion.start:
            _consistent(table, occasion)
            occasions[name] = occasion
    return occasions


def _changed(known: Occasion, own: Occasion) -> Occasion:
    """A shipped occasion with other dates; days of one year stand beside those that come back."""
    return replace(
        known, title=own.title, start=_over(known.start, own.start), end=_over(known.end, own.end),
        day=_over(known.day, own.day),
    )  # fmt: skip


def _over(known: tuple[Point, ...], own: tuple[Point, ...]) -> tuple[Point, ...]:
    return own if any(point.on is None for point in own) else (*own, *known)


def _consistent(table: Table, occasion: Occasion) -> None:
    """Start, end and day come back together: each year, with each term, or only in certain years."""
    every = [*occasion.start, *occasion.end, *occasion.day]
    if len({point.term is None for point in every}) > 1:
        table.fault(
            "config-occasion", "`start`, `end` and `day` count from terms either all or none",
            "start、end、day 要么都按学期算，要么都不按",
        )  # fmt: skip
    for key, points in (("end", occasion.end), ("day", occasion.day)):
        if points and _comes_back(occasion.start) and not _comes_back(points):
            table.fault(
                "config-occasion", f'`start` comes back each year, so `{key}` does, too: write "06-30"',
                f'start 每年都有，{key} 也应每年都有，如 "06-30"', key,
            )  # fmt: skip


def _comes_back(points: tuple[Point, ...]) -> bool:
    return any(point.on is None for point in points)


def _points(table: Table, key: str, *, required: bool = False) -> tuple[Point, ...]:
    """A day, or several: text for one that comes back, a date for one year."""
    value = table.take(key, object)
    if value is None:
        if required:
            table.fault(
                "config-missing", f'`{key}` is missing; it wants a day, such as "06-07" or 2027-06-07',
                f'缺少 `{key}`，应为日期，如 "06-07" 或 2027-06-07',
            )  # fmt: skip
        return ()
    points = [_point(entry) for entry in (value if isinstance(value, list) else [value])]
    found = tuple(point for point in points if point is not None)
    if len(found) != len(points) or len([point for point in found if point.on is None]) > 1:
        table.fault(
            "config-occasion",
            'wants a day: "06-07", "lunar 08-15", "2 weeks before term starts", or dates such as 2027-06-07, '
            "one for each year",
            '应为日期："06-07"、"lunar 08-15"（农历）、"2 weeks before term starts"，或逐年写 2027-06-07', key,
        )  # fmt: skip
        return ()
    return found


def _point(value: Any) -> Point | None:
    if isinstance(value, str):
        return parse_point(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return Point(value.isoformat(), on=value)
    return None
