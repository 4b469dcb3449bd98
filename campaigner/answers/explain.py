"""Explaining: why a recipient is in a run, outside, or left out, rule by rule."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from campaigner.domain.campaign import Channel, ChannelPlan
from campaigner.domain.caps import CAP_TITLES, Cap, Contact, first_allowed, phone_cap
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import ROW_KEY, Block, Kind
from campaigner.domain.phone import parse_phone
from campaigner.domain.planning import REASON_TITLES, RECIPIENT, Reason, Run, guardians, sms_reason
from campaigner.domain.problem import Problem
from campaigner.domain.roles import Deed
from campaigner.domain.segment import Clause
from campaigner.domain.standing import explained
from campaigner.errors import UsageError
from campaigner.intake.merging import MERGED
from campaigner.people.choosing import Choice, Reading, refused_phones, suppressed_phones
from campaigner.people.listed import file_holds, holds
from campaigner.people.takeouts import Standing as Exported
from campaigner.people.takeouts import standing
from campaigner.road.queue import moment_of_release
from campaigner.store import outbox, releases
from campaigner.store.outbox import Standing
from campaigner.workspace.desk import Desk, Work, channel_plans, day_number

_LINE = re.compile("[0-9]{1,9}")


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
        verdict: `in`, `outside` (the filter does not match), `left out`, `deferred` (put off by a cap), `held` (no
            SMS goes out at present), `refused` (the row is not used), `merged`, `no row`, or `withdrawn` or `missed`
            for a run of which nobody gets anything.
        why: The questions of the filter with their answers, or the rule that left it out.
    """

    run: str
    channel: Channel
    audience: str
    line: int
    verdict: str
    why: str

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        return asdict(self)


def person(text: str, desk: Desk) -> Person:
    """Who is meant by a phone, or by `audience:line`.

    Raises:
        UsageError: It is neither.
    """
    name, colon, line = text.rpartition(":")
    if colon and name in desk.config.audiences and _LINE.fullmatch(line):
        return Person(audience=name, line=int(line))
    phone = parse_phone(text)
    if isinstance(phone, int) and phone:
        return Person(phone=phone)
    raise UsageError(
        "give a mobile number, or an audience and a line in its file, such as residents:12; "
        f"the audiences are {', '.join(desk.config.audiences)}\n"
        f"请写手机号，或名单名加文件中的行号，例如 residents:12；名单有：{'、'.join(desk.config.audiences)}"
    )


def explain(work: Work, who: Person, runs: Sequence[Run]) -> list[Explanation]:
    """What became, or would become, of a person in each of these runs, in order of run, channel and row.

    For a run whose messages are written, the store says who is in it; today's lists only say why.
    """
    work.ask(Deed.LOOK)
    desk = work.desk
    suppressed = suppressed_phones(desk, refused_phones(desk, work.store))
    held = [*holds(desk), *file_holds(work.store)]
    outside = standing(work, [who.phone]) if who.phone else []
    found: list[Explanation] = []
    for run in runs:
        if run.state is RunState.WITHDRAWN or (run.state is RunState.MISSED and not run.digest):
            found += _nobody_gets(run)
            continue
        campaign = desk.config.campaigns.get(run.planned.campaign)
        for plan in channel_plans(campaign, desk) if campaign else ():
            if who.audience in {"", desk.audience_of(plan.segment).name}:
                answers = _Asking(work, who, run, plan, suppressed).answers()
                waits = held if plan.channel is Channel.SMS and run.state is not RunState.RELEASED else []
                found += [_with_takeouts(_held(answer, waits), outside) for answer in answers]
    return found


def _nobody_gets(run: Run) -> list[Explanation]:
    """Why nobody at all gets a run of which no messages are kept; the lists are not asked."""
    why = "，".join(explained(run.reason))
    return [
        Explanation(run.code, tally.channel, "", 0, run.state.value, why) for tally in run.planned.tallies
    ]


def _with_takeouts(answer: Explanation, outside: Sequence[Exported]) -> Explanation:
    """What is said of somebody who refused when his message was exported already."""
    for one in outside:
        if (one.takeout.run, Channel.SMS) == (answer.run, answer.channel):
            why = f"{answer.why}; refused after the export, to be taken out at the platform: {one.english}"
            return replace(answer, why=why)
    return answer


def _held(answer: Explanation, held: Sequence[Problem]) -> Explanation:
    """What is said of somebody who is in, while no SMS goes out at all."""
    if not held or answer.verdict != "in":
        return answer
    return replace(answer, verdict="held", why=f"{held[0].message}; else in: {answer.why}")


class _Asking:
    """Follows one person through the choice of one channel of one run."""

    def __init__(
        self, work: Work, who: Person, run: Run, plan: ChannelPlan, suppressed: frozenset[int]
    ) -> None:
        self._work, self._who, self._run, self._plan = work, who, run, plan
        self._suppressed = suppressed
        self._day = day_number(work.desk.day(run.planned.due_at))
        self._filter = work.desk.filters[plan.segment]
        self._audience = work.desk.audience_of(plan.segment)
        self._faults: list[Problem] = []

    def answers(self) -> list[Explanation]:
        desk = self._work.desk
        choice = Choice(desk, self._plan, self._day, self._suppressed)
        reading = Reading(desk, self._audience, desk.day(self._work.now), self._faults.append)
        found: list[Explanation] = []
        with self._work.progress.bar(f"looking through {self._audience.file}", None) as bar:
            for block in reading.blocks(bar):
                kept = choice.take(block)
                reached = set(zip(kept.lines, kept.columns[RECIPIENT], strict=True))
                for line, row in zip(block.lines, block.rows(), strict=True):
                    if self._who.is_row(self._audience.name, line, row):
                        found += self._row(block, line, row, reached)
        return found or self._nobody()

    def _nobody(self) -> list[Explanation]:
        """A line that stands for no recipient is explained too."""
        if not self._who.line:
            return []
        faults = [fault for fault in self._faults if fault.line == self._who.line]
        if not faults:
            why = "no recipient of its own: a header, an empty row, or a repeat of an earlier row"
            return [self._explained(self._who.line, "no row", why)]
        merged = all(fault.code in MERGED for fault in faults)
        return [self._explained(self._who.line, "merged" if merged else "refused", faults[0].message)]

    def _with_faults(self, line: int, why: str) -> str:
        """Why, and which cells of the row are not used."""
        return "; ".join([why, *(f"{one.place}: {one.message}" for one in self._faults if one.line == line)])

    def _explained(self, line: int, verdict: str, why: str) -> Explanation:
        return Explanation(self._run.code, self._plan.channel, self._audience.name, line, verdict, why)

    def _row(
        self, block: Block, line: int, row: Mapping[str, Any], reached: set[tuple[int, int]]
    ) -> Iterator[Explanation]:
        clauses = "; ".join(_told(clause) for clause in self._filter.why(row, self._day))
        matches = self._filter.matches(row, self._day)
        for one in self._as_recipients(block, line):
            sms = self._plan.channel is Channel.SMS
            key = one["phone"] if sms else one[ROW_KEY]
            if sms and self._who.phone and key != self._who.phone:
                continue
            if not matches:
                verdict, why = "outside", clauses
            elif (line, key) in reached:
                verdict, why = "in", clauses or "everybody is in this segment"
            else:
                reason = sms_reason(one, self._audience.kind, self._day, self._suppressed) if sms else None
                verdict, why = "left out", REASON_TITLES[reason or Reason.SAME_PHONE][0]
            yield self._explained(line, *self._as_written(key, verdict, self._with_faults(line, why)))

    def _as_written(self, key: int, verdict: str, why: str) -> tuple[str, str]:
        """What the run's own messages say, where they are written already."""
        if not self._run.digest:
            return verdict, why
        with self._work.store.read() as connection:
            kept = outbox.standing(connection, self._run, self._plan.channel, key)
            done = {release.number: release for release in releases.of_run(connection, self._run)}
        if kept is None:
            if verdict != "in":
                return verdict, why
            return "left out", f"not in the run as it was generated; by today's lists {verdict}: {why}"
        if verdict != "in":
            why = f"in the run as it was generated; by today's lists {verdict}: {why}"
        if kept.release in done:
            return "in", f"{why}; went out {self._when(done[kept.release].at)}"
        if kept.release == outbox.NEVER:
            return "left out", self._never(kept.held_by)
        return self._waiting(key, kept, why)

    def _never(self, word: str) -> str:
        why = _NEVER.get(word, word)
        return f"{why}: {'，'.join(explained(self._run.reason))}" if word == RunState.MISSED else why

    def _waiting(self, key: int, standing: Standing, why: str) -> tuple[str, str]:
        """Until when a message waits that is written and not out, and which rule holds it."""
        moment, rule = standing.not_before, standing.held_by
        if not rule and self._plan.channel is Channel.SMS:
            moment, rule = self._forecast(key)
        if not rule:
            return "in", why
        told = CAP_TITLES[Cap(rule)][0]
        return (
            "deferred",
            f"put off until {self._when(moment) if moment else 'never'}: {told}; {self._contacts(key)}",
        )

    def _forecast(self, key: int) -> tuple[datetime | None, str]:
        """What the caps would say of a phone when the run goes out."""
        desk, run = self._work.desk, self._run
        at = moment_of_release(self._work, run)
        if at is None:
            return None, ""
        contacts = [Contact(moment, text) for moment, _run, text in self._history(key)]
        blocked = partial(phone_cap, desk.config.caps, contacts, text=run.planned.text_key)
        moment, rule = first_allowed(blocked, at, desk.timetable_of(run.planned))
        return moment, rule.value if rule else ""

    def _history(self, key: int) -> list[tuple[datetime, int, str]]:
        """The SMS that a phone got near the run's moment, those of this run left out."""
        reach = self._work.desk.config.caps.reach
        at = self._run.planned.release_at
        with self._work.store.read() as connection:
            found = outbox.phone_history(connection, key, at - reach, at + 2 * reach)
        return [entry for entry in found if entry[1] != self._run.id]

    def _contacts(self, key: int) -> str:
        moments = ", ".join(self._when(moment) for moment, _run, _text in self._history(key))
        return f"it has messages on {moments}" if moments else "another phone of the household has messages"

    def _when(self, moment: datetime) -> str:
        return f"{self._work.desk.local(moment):%Y-%m-%d %H:%M}"

    def _as_recipients(self, block: Block, line: int) -> list[dict[str, Any]]:
        one = block.where([number == line for number in block.lines])
        if self._plan.channel is Channel.SMS and self._audience.kind is Kind.PUPILS:
            one = guardians(one, both=self._plan.options.get("guardians", "all") == "all")
        return list(one.rows())


_NEVER = {
    Reason.OPTED_OUT.value: "has opted out since the run was generated",
    "cancelled": "the run was called off before its turn came",
    "expired": "the run's last moment passed before its turn came",
    "missed": "the run was missed",
}
"""Why a message of a run never goes out, by the ledger's word."""


def _told(clause: Clause) -> str:
    answer = "unknown" if clause.held is None else "true" if clause.held else "false"
    return f"{clause.text} is {answer} ({clause.value or 'empty'})"
