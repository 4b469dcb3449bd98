"""Choosing who is reached: one reading of an audience serves every run that needs it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from campaigner.domain.campaign import Channel, ChannelPlan
from campaigner.domain.executor import Over
from campaigner.domain.people import Audience, Block, ControlTotals, Kind
from campaigner.domain.phone import LARGEST
from campaigner.domain.planning import RECIPIENT, Reason, guardians, sift
from campaigner.domain.problem import Problem
from campaigner.domain.segment import Filter
from campaigner.domain.subject import pseudonym
from campaigner.intake.audience import AudienceReader
from campaigner.intake.holders import phones_in
from campaigner.intake.seen import Seen
from campaigner.people.listed import list_state, marked_phones
from campaigner.store import erasures, refusals, settings
from campaigner.store.engine import Store
from campaigner.workspace.desk import Bar, Desk


class Choice:
    """Who of an audience one channel of one run reaches, told block by block.

    Args:
        desk: The working folder.
        plan: The channel's plan.
        day: Day of the run, yyyymmdd.
        suppressed: Phones that have opted out anywhere.
    """

    def __init__(self, desk: Desk, plan: ChannelPlan, day: int, suppressed: frozenset[int]) -> None:
        self._filter: Filter = desk.filters[plan.segment]
        self._kind = desk.audience_of(plan.segment).kind
        self._both = plan.options.get("guardians", "all") == "all"
        self._channel = plan.channel
        self._day = day
        self._suppressed = suppressed
        self._seen = Seen(LARGEST) if plan.channel is Channel.SMS else Seen()
        self.matched = 0
        self.recipients = 0
        self.excluded: Counter[Reason] = Counter()

    @property
    def seen(self) -> Seen:
        """Who of the audience has been taken: phones for SMS, else numbers of rows."""
        return self._seen

    def take(self, block: Block) -> Block:
        """The recipients in a block of the audience, with the column `recipient`."""
        matching = block.where(self._filter.mask(block, self._day)) if self._filter.text else block
        if self._channel is Channel.SMS and self._kind is Kind.PUPILS:
            matching = guardians(matching, both=self._both)
        self.matched += len(matching)
        kept, excluded = sift(matching, self._channel, self._kind, self._day, self._suppressed)
        fresh = self._seen.fresh(kept.columns[RECIPIENT])
        repeats = len(fresh) - sum(fresh)
        if repeats:
            kept = kept.where(fresh)
            same = Reason.SAME_PHONE if self._channel is Channel.SMS else Reason.SAME_PLACE
            excluded[same] += repeats
        self.excluded += excluded
        self.recipients += len(kept)
        return kept


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom the SMS of a planned run reach, and with what, to be compared with other runs.

    Args:
        texts: What names the text: its key, and the hash of the wording where all share one.
        phones: The phones.
    """

    texts: frozenset[str]
    phones: Seen = field(compare=False)


class Reading:
    """One reading of an audience, with its faults and control totals.

    Args:
        desk: The working folder.
        audience: Which audience.
        today: The day on which it is read.
        report: Called for each fault.
        over: Carries the cleaning over the rows.
    """

    def __init__(
        self,
        desk: Desk,
        audience: Audience,
        today: date,
        report: Callable[[Problem], None],
        over: Over = map,
    ) -> None:
        self._reader = AudienceReader(audience, desk.config.folder, today, report, over=over)

    def blocks(self, bar: Bar) -> Iterator[Block]:
        """The cleaned blocks."""
        for block in self._reader.blocks():
            yield block
            bar.advance(len(block))

    @property
    def synthetic(self) -> bool:
        """Whether the audience is invented."""
        return self._reader.synthetic

    @property
    def totals(self) -> ControlTotals:
        """What became of its rows."""
        return self._reader.totals


def refused_phones(desk: Desk, store: Store) -> frozenset[int]:
    """Phones that refused by a reply, in a carrier's file, or by word of mouth; and who was deleted at his own wish.

    Of the latter only a hash is left: they are known again where they still stand in a list.
    """
    with store.read() as connection:
        refused = refusals.phones(connection)
        gone = erasures.phones(connection)
        salt = settings.value(connection, settings.SALT) if gone else None
    return refused | _listed_again(desk, gone, bytes.fromhex(salt)) if salt else refused


_listed: dict[Path, tuple[object, frozenset[int]]] = {}
"""Whom each list still had of those who were deleted, and in which state its file was then."""


def _listed_again(desk: Desk, gone: frozenset[str], salt: bytes) -> frozenset[int]:
    """Phones in any list whose owners were deleted; a list whose file is as it was is not read again."""
    found: set[int] = set()
    for audience in desk.config.audiences.values():
        path = desk.config.folder / audience.file
        state = (audience, list_state(audience, desk.config.folder), gone, salt)
        known, again = _listed.get(path, (None, frozenset()))
        if known != state:
            phones = phones_in(audience, desk.config.folder)
            again = frozenset(phone for phone in phones if pseudonym(salt, phone) in gone)
            _listed[path] = state, again
        found |= again
    return frozenset(found)


def suppressed_phones(desk: Desk, refused: frozenset[int]) -> frozenset[int]:
    """Those who refused, and phones marked as opted out in any audience: it holds for every list (CHK-07)."""
    return _both(refused, marked_phones(desk))


def _both(one: frozenset[int], other: frozenset[int]) -> frozenset[int]:
    """Who is in one or the other; where only one has anybody, no copy of it is made."""
    return one | other if one and other else one or other
