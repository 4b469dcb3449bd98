"""How many phones of a run have its text already, or get it once more from another run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from campaigner.domain.caps import Caps

WINDOW = timedelta(days=14)
"""Within which a text counts as the same again where [caps] names no `same_text`."""
_SHOWN = 3
"""Runs that a sentence names."""


def window_of(caps: Caps) -> timedelta:
    """Within which time the same text counts as sent again."""
    return caps.same_text or WINDOW


@dataclass(frozen=True, slots=True)
class Count:
    """How many phones, as far as it is known.

    Args:
        least: So many at least.
        most: So many at most; the same number where it is known.
    """

    least: int = 0
    most: int = 0

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return self.least == self.most

    def __bool__(self) -> bool:
        return self.most > 0

    @property
    def words(self) -> tuple[str, str]:
        """In English and Chinese."""
        if self.known:
            return f"{self.least:,}", f"{self.least:,}个"
        if not self.least:
            return f"at most {self.most:,}", f"至多{self.most:,}个"
        return f"{self.least:,} to {self.most:,}", f"{self.least:,}至{self.most:,}个"


NOBODY = Count()


def united(known: Iterable[int], unknown: Iterable[int], total: int) -> Count:
    """A count of phones over groups that may share some of them.

    Args:
        known: How many of a run's phones are in each group that was counted.
        unknown: How many each group has of which nobody knows who is in it.
        total: How many phones the run has.
    """
    counted, sizes = list(known), list(unknown)
    return Count(max(counted, default=0), min(total, sum(counted) + sum(sizes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How many of a run's phones have the same text twice within a span of time.

    Args:
        within: The span, before the run's moment and after it.
        total: Phones of the run.
        had: Those to which another release with this text went, or is on its way.
        had_from: Codes of the runs that it belongs to.
        coming: Those that another run has, too, of which they are still to get it.
        coming_from: Codes of those runs.
    """

    within: timedelta
    total: int
    had: Count = NOBODY
    had_from: tuple[str, ...] = ()
    coming: Count = NOBODY
    coming_from: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.had or self.coming)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What to say of it, in English and Chinese; nothing where no phone is concerned."""
        days, days_zh = _span(self.within)
        total = f"{self.total:,}"
        found = []
        if self.had:
            count, count_zh = self.had.words
            runs, runs_zh = _named(self.had_from)
            later, later_zh = _later(self.had)
            line = f"{count} of its {total} phones had this very text within {days} ({runs}){later}"
            found.append(
                (line, f"{total}个号码中，{count_zh}在{days_zh}内已发过同样内容（{runs_zh}）{later_zh}")
            )
        if self.coming:
            count, count_zh = self.coming.words
            runs, runs_zh = _named(self.coming_from)
            later, later_zh = _later(self.coming)
            line = f"{count} of its {total} phones get this very text from another run within {days} ({runs}){later}"
            line_zh = (
                f"{total}个号码中，{count_zh}在{days_zh}内还将从其他任务收到同样内容（{runs_zh}）{later_zh}"
            )
            found.append((line, line_zh))
        return tuple(found)

    def as_data(self) -> dict[str, object]:
        """For `--json`, and for the log."""
        return {
            "within_seconds": int(self.within.total_seconds()), "phones": self.total,
            "had": [self.had.least, self.had.most], "had_from": list(self.had_from),
            "coming": [self.coming.least, self.coming.most], "coming_from": list(self.coming_from),
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Repeats":
        """What `as_data` wrote."""
        return cls(
            within=timedelta(seconds=data["within_seconds"]), total=data["phones"],
            had=Count(*data["had"]), had_from=tuple(data["had_from"]),
            coming=Count(*data["coming"]), coming_from=tuple(data["coming_from"]),
        )  # fmt: skip


def _later(count: Count) -> tuple[str, str]:
    if count.known:
        return "", ""
    return "; the number is known once the runs are generated", "，准确数字在各任务生成后才能知道"


def _span(span: timedelta) -> tuple[str, str]:
    if span % timedelta(days=1):
        hours = f"{span / timedelta(hours=1):g}"
        return f"{hours} hours", f"{hours}小时"
    return f"{span.days} days", f"{span.days}天"


def _named(codes: tuple[str, ...]) -> tuple[str, str]:
    more = len(codes) - _SHOWN
    shown = codes[:_SHOWN]
    if more <= 0:
        return ", ".join(shown), "、".join(shown)
    return f"{', '.join(shown)} and {more} more", f"{'、'.join(shown)}等{len(codes)}项"
