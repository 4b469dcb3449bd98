"""Explaining: why a recipient is in a run, outside, or left out, rule by rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigner.domain.campaign import Channel, ChannelPlan
from campaigner.domain.people import Audience, Kind
from campaigner.domain.phone import parse_phone
from campaigner.domain.planning import REASON_TITLES, RECIPIENT, Reason, Run, guardians, sms_reason
from campaigner.errors import UsageError
from campaigner.stages.choosing import Choice, Reading, suppressed_phones
from campaigner.stages.desk import Desk, Progress, channel_plans, day_number


@dataclass(frozen=True, slots=True)
class Person:
    """Who a question is about: a phone, or a line of an audience.

    Args:
        phone: The phone; 0 if it is about a line.
        audience: Name of the audience; "" if it is about a phone.
        line: Line in the audience's file; 0 if it is about a phone.
    """

    phone: int = 0
    audience: str = ""
    line: int = 0

    def is_row(self, audience: str, line: int, row: Mapping[str, Any]) -> bool:
        """Whether a row of an audience is the one asked about."""
        if self.phone:
            return self.phone in {row.get("phone"), row.get("phone2")}
        return (audience, line) == (self.audience, self.line)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one row on one channel of one run.

    Args:
        run: Code of the run.
        channel: Which channel.
        audience: Audience that the row stands in.
        line: Line of the row in its file.
        verdict: `in`, `outside` (the filter does not match) or `left out`.
        why: The questions of the filter with their answers, or the rule that left it out.
    """

    run: str
    channel: Channel
    audience: str
    line: int
    verdict: str
    why: str


def person(text: str, desk: Desk) -> Person:
    """Who is meant by a phone, or by `audience:line`.

    Raises:
        UsageError: It is neither.
    """
    name, colon, line = text.rpartition(":")
    if colon and name in desk.config.audiences and line.isdigit():
        return Person(audience=name, line=int(line))
    phone = parse_phone(text)
    if isinstance(phone, int) and phone:
        return Person(phone=phone)
    raise UsageError(
        "give a mobile number, or an audience and a line in its file, such as residents:12; "
        f"the audiences are {', '.join(desk.config.audiences)}"
    )


def explain(
    desk: Desk, who: Person, runs: Sequence[Run], now: datetime, progress: Progress
) -> list[Explanation]:  # fmt: skip
    """What becomes of a person in each of these runs, in order of run, channel and row."""
    suppressed = suppressed_phones(desk, desk.day(now))
    found: list[Explanation] = []
    for run in runs:
        campaign = desk.config.campaigns.get(run.planned.campaign)
        for plan in channel_plans(campaign, desk) if campaign else ():
            audience = desk.audience_of(plan.segment)
            if who.audience not in {"", audience.name}:
                continue
            day = day_number(desk.day(run.planned.due_at))
            asking = _Asking(desk, who, plan, audience, day, suppressed)
            reading = Reading(desk, audience, desk.day(now), lambda _problem: None)
            with progress.bar(f"looking through {audience.file}", None) as bar:
                for block in reading.blocks(bar):
                    found += [
                        Explanation(run.code, plan.channel, audience.name, line, verdict, why)
                        for line, verdict, why in asking.answers(block)
                    ]
    return found


class _Asking:
    """Follows one person through the choice of one channel."""

    def __init__(
        self,
        desk: Desk,
        who: Person,
        plan: ChannelPlan,
        audience: Audience,
        day: int,
        suppressed: frozenset[int],
    ) -> None:
        self._filter = desk.filters[plan.segment]
        self._choice = Choice(desk, plan, day, suppressed)
        self._who, self._plan, self._audience = who, plan, audience
        self._day, self._suppressed = day, suppressed

    def answers(self, block: Any) -> Iterator[tuple[int, str, str]]:
        kept = self._choice.take(block)
        reached = set(zip(kept.lines, kept.columns[RECIPIENT], strict=True))
        for line, row in zip(block.lines, block.rows(), strict=True):
            if self._who.is_row(self._audience.name, line, row):
                yield from self._row(block, line, row, reached)

    def _row(
        self, block: Any, line: int, row: Mapping[str, Any], reached: set[tuple[int, int]]
    ) -> Iterator[tuple[int, str, str]]:
        clauses = "; ".join(
            f"{clause.text} is {'unknown' if clause.held is None else 'true' if clause.held else 'false'}"
            f" ({clause.value or 'empty'})"
            for clause in self._filter.why(row, self._day)
        )
        if not self._filter.matches(row, self._day):
            yield line, "outside", clauses
            return
        if self._plan.channel is not Channel.SMS:
            hit = any(reached_line == line for reached_line, _key in reached)
            yield line, "in" if hit else "left out", clauses or "everybody is in this segment"
            return
        for one in self._as_recipients(block, line):
            if self._who.phone and one["phone"] != self._who.phone:
                continue
            if (line, one["phone"]) in reached:
                yield line, "in", clauses or "everybody is in this segment"
            else:
                reason = sms_reason(one, self._audience.kind, self._day, self._suppressed)
                yield line, "left out", REASON_TITLES[reason or Reason.SAME_PHONE][0]

    def _as_recipients(self, block: Any, line: int) -> list[dict[str, Any]]:
        one = block.where([number == line for number in block.lines])
        if self._audience.kind is Kind.PUPILS:
            one = guardians(one, both=self._plan.options.get("guardians", "all") == "all")
        return list(one.rows())
