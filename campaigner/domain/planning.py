"""Who is reached by a run and who is not, why, and in what numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from campaigner.domain.campaign import Channel, Route
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import (
    ADDED,
    AGE_ASIDE,
    DOUBT,
    JOINED,
    PHONE2_ASIDE,
    PHONE_ASIDE,
    REFUSAL_ASIDE,
    ROW_KEY,
    UNSAID,
    Block,
    ControlTotals,
    Kind,
    age_on,
)
from campaigner.domain.problem import Problem, blocks
from campaigner.domain.sms import Cost

CHILD = 14
"""Nobody younger gets an SMS (PIPL art. 28 and 31)."""
_YEAR = 10_000
"""A year in days that are written as yyyymmdd."""
_UNSAID = 1
"""Stands beside the bits of `DOUBT`."""


class Reason(StrEnum):
    """Why somebody whom the segment matches is left out."""

    OPTED_OUT = "opted-out"
    REFUSAL_ASIDE = "refusal-set-aside"
    NO_CONSENT = "no-consent"
    PHONE_ASIDE = "phone-set-aside"
    NO_PHONE = "no-phone"
    UNDER_14 = "under-14"
    AGE_ASIDE = "age-set-aside"
    SAME_PHONE = "same-phone"
    SAME_PLACE = "same-recipient"


REASON_TITLES: Mapping[Reason, tuple[str, str]] = {
    Reason.OPTED_OUT: ("has opted out", "已退订"),
    Reason.REFUSAL_ASIDE: ("may have refused: the mark cannot be read", "是否拒收看不清，按拒收处理"),
    Reason.NO_CONSENT: ("has not agreed, in a list that asks for it", "名单要求同意，尚未表示同意"),
    Reason.PHONE_ASIDE: ("has a number that cannot be used", "手机号有误，没有采用"),
    Reason.NO_PHONE: ("has no mobile number", "没有手机号"),
    Reason.UNDER_14: ("is under 14; children get no SMS", "未满14周岁，不发短信"),
    Reason.AGE_ASIDE: (
        "may be under 14: birth date or age cannot be read",
        "出生日期或年龄有误，可能未满14周岁，不发短信",
    ),
    Reason.SAME_PHONE: ("shares the phone of somebody who already gets it", "与已列入者共用手机"),
    Reason.SAME_PLACE: ("is already in this run", "本次已列入"),
}

UNREAD = "warning-unread"
"""Code of the problem of a run whose texts leave warnings out; its value names them."""
VALUES = ", "
"""Between them."""

RECIPIENT = "recipient"
"""Column that `sift` adds: the recipient key, the phone itself for SMS, the row's key otherwise."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one channel of a run comes to.

    Args:
        channel: Which channel.
        segment: Segment it goes to.
        template: Template it is written with.
        matched: Rows that the segment's filter matches (for SMS to guardians: their phones).
        recipients: Who gets a message.
        excluded: Who matched and gets none, counted by reason; matched = recipients + their sum.
        parts: SMS parts of all messages together.
        price_milli: Price of a part, in thousandths of a yuan.
        copies: Sheets to print: letters, or posters over all places and sizes.
        rows: What became of the rows of its list; None in plans of before this was kept.
    """

    channel: Channel
    segment: str
    template: str
    matched: int = 0
    recipients: int = 0
    excluded: Mapping[Reason, int] = None  # type: ignore[assignment]
    parts: int = 0
    price_milli: int = 0
    copies: int = 0
    rows: ControlTotals | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "excluded", dict(self.excluded or {}))

    @property
    def cost(self) -> Cost:
        """What the parts cost."""
        return Cost.of(self.parts, self.price_milli)

    def as_data(self) -> dict[str, Any]:
        """As it is kept in the store and shown with `--json`."""
        return {
            "channel": self.channel.value,
            "segment": self.segment,
            "template": self.template,
            "matched": self.matched,
            "recipients": self.recipients,
            "excluded": {reason.value: count for reason, count in sorted(self.excluded.items())},
            "parts": self.parts,
            "price_milli": self.price_milli,
            "cost_yuan": self.cost.yuan,
            "copies": self.copies,
            **({"list": asdict(self.rows)} if self.rows else {}),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Tally":
        """The tally that `as_data` wrote."""
        return cls(
            Channel(data["channel"]),
            data["segment"],
            data["template"],
            data["matched"],
            data["recipients"],
            {Reason(reason): count for reason, count in data["excluded"].items()},
            data["parts"],
            data["price_milli"],
            data["copies"],
            ControlTotals(**data["list"]) if "list" in data else None,
        )


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run as the plan sees it, before it is kept.

    Args:
        code: Readable id, `<campaign>-<yyyymmdd>-<hhmm>` in the office's zone.
        campaign: Name of its campaign.
        title: Its campaign's title.
        due_at: When it fires, with zone.
        gateway: Way out of its SMS.
        warnings: Ids of the warnings it carries.
        tallies: One per channel.
        synthetic: Whether any of its audiences is invented.
        content_hash: Hash over everything that its wording is made of except the recipients.
        problems: What is wrong with it.
        release_at: The first moment from `due_at` on at which its window is open; `due_at` where none is given.
        not_after: The moment after which nothing of it goes out any more; None for none.
        text_key: Names of its SMS text, separated by blanks: that of template and warnings, and that of the wording
            where all share one; runs that have one in common say the same. "" without SMS.
    """

    code: str
    campaign: str
    title: str
    due_at: datetime
    gateway: str
    warnings: tuple[str, ...]
    tallies: tuple[Tally, ...]
    synthetic: bool
    content_hash: str
    problems: tuple[Problem, ...] = ()
    release_at: datetime = None  # type: ignore[assignment]
    not_after: datetime | None = None
    text_key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "release_at", self.release_at or self.due_at)

    @property
    def incomplete(self) -> list[ControlTotals]:
        """What became of the rows of its lists, of those of which not every row or cell is used."""
        found = dict.fromkeys(tally.rows for tally in self.tallies if tally.rows)
        return [totals for totals in found if totals.refused or totals.set_aside]

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the warnings that its texts show: what a record of it may name."""
        unread = {
            name
            for problem in self.problems
            if problem.code == UNREAD
            for name in problem.value.split(VALUES)
        }
        return tuple(name for name in self.warnings if name not in unread)

    @property
    def blocked(self) -> bool:
        """Whether something must be mended before it can be generated."""
        return blocks(self.problems)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is kept.

    Args:
        id: Its number in the store.
        planned: What the last plan said of it.
        state: Where it is on the road.
        attempt: How often it was begun; fences off an earlier worker that wakes up late.
        author: Who prepared it.
        digest: Hash over its finished messages; "" until generated.
        quantity: Finished messages.
        parts: SMS parts of them.
        returned_reason: Why it was sent back, if it was.
        reason: Why it stands in its state, as `domain.standing` reads it; "" where the state says enough.
        let_go: The lapse in spite of which a person let the rest of it go on; "" where nobody did.
    """

    id: int
    planned: PlannedRun
    state: RunState
    attempt: int
    author: str
    digest: str
    quantity: int
    parts: int
    returned_reason: str
    reason: str = ""
    let_go: str = ""

    @property
    def code(self) -> str:
        """Its readable id."""
        return self.planned.code


def run_code(campaign: str, local: datetime) -> str:
    """The readable id of a run at a local time; two firings at one minute are one run."""
    return f"{campaign}-{local:%Y%m%d-%H%M}"


def guardians(block: Block, *, both: bool) -> Block:
    """A pupils' block as one row for each guardian: the first, then with `both` the second where one is named."""
    joined = block.columns.get(JOINED)
    first = block if joined is None else block.where([how != ADDED for how in joined])
    lines = list(first.lines)
    columns = {name: list(values) for name, values in first.columns.items()}
    if not both:
        return Block(block.source, lines, columns)
    doubts = block.columns.get(DOUBT) or [0] * len(block)
    named = zip(block.columns["phone2"], block.columns["guardian2"], doubts, strict=True)
    extra = block.where([bool(phone or name or doubt & PHONE2_ASIDE) for phone, name, doubt in named])
    for name, values in extra.columns.items():
        origin = {"phone": "phone2", "guardian": "guardian2"}.get(name, name)
        columns[name] += extra.columns[origin] if origin != name else values
    if DOUBT in columns:
        columns[DOUBT][len(lines) :] = map(_of_second, extra.columns[DOUBT])
    return Block(block.source, lines + list(extra.lines), columns)


def _of_second(doubt: int) -> int:
    """The doubts of a row, told of its second guardian."""
    return (doubt & ~(PHONE_ASIDE | PHONE2_ASIDE)) | (PHONE_ASIDE if doubt & PHONE2_ASIDE else 0)


def sift(
    block: Block, channel: Channel, kind: Kind, day: int, suppressed: frozenset[int] | set[int]
) -> tuple[Block, Counter[Reason]]:
    """Leave out whom the channel must not reach, and name each recipient.

    Args:
        block: Rows that the segment matches; for SMS to guardians already one row per guardian.
        channel: Which channel.
        kind: What the audience's rows are.
        day: Day of the run, yyyymmdd.
        suppressed: Phones that have opted out anywhere (CHK-07).

    Returns:
        The rows that stay, with the column `recipient`, and how many were left out for which reason.
    """
    match channel.route:
        case Route.FOLDER:
            return _named(block, block.columns[ROW_KEY]), Counter()
        case Route.GATEWAY:
            return _sifted(block, kind, day, suppressed)
        case never:
            assert_never(never)


def _sifted(
    block: Block, kind: Kind, day: int, suppressed: frozenset[int] | set[int]
) -> tuple[Block, Counter[Reason]]:
    """Who may get an SMS, and how many may not for which reason."""
    rows = list(_sms_rows(block, kind))
    lately = day - CHILD * _YEAR
    # Hardly anybody is left out; whoever may be is looked at more closely.
    doubtful = [
        number
        for number, (phone, opted_out, doubts, birth, stated) in enumerate(rows)
        if opted_out or doubts or not phone or phone in suppressed or birth > lately or -1 < stated < CHILD
    ]
    reasons = {
        number: reason for number in doubtful if (reason := _sms_reason(rows[number], day, suppressed))
    }
    if reasons:
        stays = [True] * len(rows)
        for number in reasons:
            stays[number] = False
        block = block.where(stays)
    return _named(block, block.columns["phone"]), Counter(reasons.values())


def _sms_rows(block: Block, kind: Kind) -> Any:
    """(phone, opted out, doubts, birth, stated age) of each row; a pupil's age is not its guardian's.

    The doubts are those of `DOUBT`, and `_UNSAID` for whoever has not agreed.
    """
    columns = block.columns
    unknown = [0] * len(block)
    births = (unknown, [-1] * len(block)) if kind is Kind.PUPILS else (columns["birth"], columns["age"])
    doubts = columns.get(UNSAID, unknown)
    if DOUBT in columns:
        doubts = [bool(unsaid) | doubt for unsaid, doubt in zip(doubts, columns[DOUBT], strict=True)]
    return zip(columns["phone"], columns["opted_out"], doubts, *births, strict=True)


def _sms_reason(
    row: tuple[int, bool, int, int, int], day: int, suppressed: frozenset[int] | set[int]
) -> Reason | None:
    phone, opted_out, doubts, birth, stated = row
    if opted_out or phone in suppressed:
        return Reason.OPTED_OUT
    if doubts & REFUSAL_ASIDE:
        return Reason.REFUSAL_ASIDE
    if doubts & _UNSAID:
        return Reason.NO_CONSENT
    if not phone:
        return Reason.PHONE_ASIDE if doubts & PHONE_ASIDE else Reason.NO_PHONE
    if 0 <= age_on(day, birth, stated) < CHILD:
        return Reason.UNDER_14
    return Reason.AGE_ASIDE if doubts & AGE_ASIDE else None


def sms_reason(
    row: Mapping[str, Any], kind: Kind, day: int, suppressed: frozenset[int] | set[int]
) -> Reason | None:
    """Why this one row gets no SMS, or None: the rule of `sift`, for explanations."""
    birth, stated = (0, -1) if kind is Kind.PUPILS else (row["birth"], row["age"])
    doubts = int(row.get(UNSAID, False)) | row.get(DOUBT, 0)
    return _sms_reason((row["phone"], row["opted_out"], doubts, birth, stated), day, suppressed)


def _named(block: Block, keys: Sequence[int]) -> Block:
    return Block(block.source, block.lines, {**block.columns, RECIPIENT: keys})
