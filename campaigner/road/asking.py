"""Asking: whether the configuration in force asks for a run; what it no longer asks for is withdrawn, or held."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from campaigner.almanac.book import open_almanac
from campaigner.almanac.schedules import firings
from campaigner.domain.calendar import ScheduleError
from campaigner.domain.campaign import Campaign, Schedule
from campaigner.domain.demand import ASKED, Demand, Lapse, demand
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.message import content_hash
from campaigner.domain.planning import PlannedRun, Run
from campaigner.domain.standing import kept_reason
from campaigner.errors import NotAskedError, OvertakenError
from campaigner.store import approvals, batches, messages, releases, runs, seen
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Desk, Work, faulty_parts

_INSTANT = timedelta(microseconds=1)


class Asking:
    """What one configuration asks for.

    Args:
        desk: The working folder as it was read.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._almanac = open_almanac(desk.config.calendar)

    def of(self, run: Run) -> Demand:
        """Whether a run is asked for; also one that is not, if a person let it go on in spite of just that."""
        found = self.of_planned(run.planned)
        return ASKED if found.lapse is not None and found.lapse == run.let_go else found

    def of_planned(self, planned: PlannedRun) -> Demand:
        """Whether a run is asked for, whatever anybody decided."""
        campaign = self.desk.config.campaigns.get(planned.campaign)
        return demand(planned, campaign, self._fires, self._doubt(campaign))

    def turn(self, campaign: Campaign, due: datetime) -> int | None:
        """Which firing of a campaign a moment is; None if it is none, or where the calendar does not reach so far."""
        try:
            return next((place for _moment, place in self._firings(campaign.schedule, due)), None)
        except ScheduleError:
            return None

    def sought(self) -> dict[str, str]:
        """Name of each campaign of which something certain is known -> a hash of when it asks for runs.

        Moving an occasion, a term or a day of rest is asking anew, as rewriting the schedule is.
        """
        return {
            name: content_hash(self._when(campaign))
            for name, campaign in self.desk.config.campaigns.items()
            if self._doubt(campaign) is None
        }

    def _when(self, campaign: Campaign) -> dict[str, object]:
        when: dict[str, object] = {"schedule": asdict(campaign.schedule), "paused": campaign.paused}
        rests = campaign.schedule.rests_on(self.desk.config.calendar)
        return {**when, "calendar": rests} if rests else when

    def _fires(self, schedule: Schedule, due: datetime) -> bool:
        return any(True for _firing in self._firings(schedule, due))

    def _firings(self, schedule: Schedule, due: datetime) -> Iterator[tuple[datetime, int]]:
        moment = due.astimezone(UTC)
        return firings(schedule, moment, moment + _INSTANT, self.desk.config.zone, self._almanac)

    def _doubt(self, campaign: Campaign | None) -> tuple[str, str] | None:
        """Why what config.toml says of a campaign, or that it says nothing of it, cannot be relied on."""
        desk = self.desk
        if desk.doubt is not None:
            return desk.doubt
        faulty = {("config.toml", section) for section in desk.config.unsound}
        missing: set[tuple[str, str]] = set()
        if campaign is not None:
            faulty |= faulty_parts(desk, campaign)
            missing |= {
                ("template", p.template) for p in campaign.channels if p.template not in desk.templates
            }
            missing |= {("warning", name) for name in campaign.warnings if name not in desk.catalogue}
        if not faulty and not missing:
            return None
        names = ", ".join(" ".join(filter(None, part)) for part in sorted(faulty | missing))
        return (
            f"{names} cannot be used as it is; see `campaigner check`",
            f"{names} 有问题，不能使用，请运行 campaigner check 查看",
        )


def require(work: Work, run: Run) -> None:
    """Go on only with a run that the configuration in force asks for.

    Args:
        work: Store and time; its folder is read again if it changed.
        run: The run as it was read.

    Raises:
        NotAskedError: It is no longer asked for, and withdrawn or held now; or that cannot be known.
    """
    found = Asking(work.in_force()).of(run)
    if not found.asked:
        settle(work, run, found)
        raise NotAskedError(refusal(run, found))


def still_asked(work: Work, run: Run) -> None:
    """Stop a release that is under way if the configuration in force no longer asks for its run; nothing is written.

    Raises:
        NotAskedError: It does not; the release is taken back by whoever catches this, and the run settled then.
    """
    found = Asking(work.in_force()).of(run)
    if not found.asked:
        raise NotAskedError(refusal(run, found))


def refusal(run: Run, found: Demand) -> str:
    """What is said of a run that may not go on, in English and Chinese."""
    english, chinese = found.why
    if found.doubt is not None:
        return f"nothing of run {run.code} goes out: {english}\n{run.code} 暂不发送：{chinese}"
    in_chinese = f"{run.code} 不再需要：{chinese}，不会发送"
    return f"run {run.code} is no longer asked for: {english}; nothing of it goes out\n{in_chinese}"


@dataclass(frozen=True, slots=True)
class Settled:
    """A run that is not asked for any more, and what became of it: withdrawn, or held."""

    before: Run
    state: RunState
    lapse: Lapse


def settle(work: Work, run: Run, found: Demand) -> Settled | None:
    """Withdraw or hold a run that is no longer asked for; None if it is asked for, or if that is unknown."""
    with work.store.begin() as connection:
        return settle_within(work, connection, run, found)


def settle_within(work: Work, connection: Connection, run: Run, found: Demand) -> Settled | None:
    """`settle` within the caller's transaction."""
    lapse = found.lapse
    if lapse is None or run.state is RunState.HELD or run.state not in OPEN | {RunState.RELEASING}:
        return None
    if run.state is RunState.RELEASING or releases.of_run(connection, run):
        hold(work, connection, run, lapse)
        return Settled(run, RunState.HELD, lapse)
    withdraw(work, connection, run, lapse)
    return Settled(run, RunState.WITHDRAWN, lapse)


def withdraw(work: Work, connection: Connection, run: Run, lapse: Lapse) -> None:
    """A run of which nothing is out goes back: no approval, no messages; its campaign may ask for it again."""
    why = Demand(lapse).why[0]
    approvals.void(connection, run, work.now, why)
    messages.clear(connection, run)
    batches.clear(connection, run)
    runs.move(
        connection, run, RunState.WITHDRAWN, work.now, digest="", quantity=0, parts=0,
        state_reason=kept_reason(lapse), let_go="",
    )  # fmt: skip
    work.record(connection, "withdrawn", run.code, {
        "reason": lapse.value, "why": why, "was": run.state.value, "messages": run.quantity,
    })  # fmt: skip


def hold(work: Work, connection: Connection, run: Run, lapse: Lapse) -> None:
    """The rest of a run of which something is out waits until a person lets it go on or calls it off."""
    runs.move(connection, run, RunState.HELD, work.now, state_reason=kept_reason(lapse), let_go="")
    work.record(connection, "held", run.code, {"reason": lapse.value, "why": Demand(lapse).why[0]})


def settle_all(work: Work) -> list[Settled]:
    """Withdraw or hold every run that is not out and that the configuration in force no longer asks for."""
    asking = Asking(work.in_force())
    with work.store.read() as connection:
        waiting = runs.in_states(connection, OPEN)
    done = []
    for run in waiting:
        found = asking.of_planned(run.planned)
        if run.let_go and found.asked:
            with work.store.begin() as connection:
                runs.note_let_go(connection, run, "")
        elif found.lapse is not None and found.lapse != run.let_go:
            try:
                settled = settle(work, run, found)
            except OvertakenError:
                continue  # somebody is at work on it; the next look finds it
            if settled is not None:
                done.append(settled)
    note_seen(work, asking)
    return done


def note_seen(work: Work, asking: Asking) -> None:
    """Keep since when each campaign asks for what it asks for now; nothing is written where it is kept already."""
    config = asking.desk.config
    exist = config.campaigns if asking.desk.doubt is None and not config.unsound else None
    with work.store.read() as connection:
        if not seen.differs(connection, asking.sought(), exist):
            return
    with work.store.begin() as connection:
        seen.note(connection, asking.sought(), exist, work.now)
