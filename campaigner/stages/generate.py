"""Generating: a planned run -> finished messages in the store, sealed; cut short anywhere, it is begun again."""

from collections.abc import Iterator
from datetime import datetime

from campaigner.domain.campaign import Campaign, Channel, ChannelPlan
from campaigner.domain.lifecycle import RunState, sources_of
from campaigner.domain.message import Digest, Message
from campaigner.domain.people import Block
from campaigner.domain.planning import Run, Tally
from campaigner.domain.problem import Level
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.errors import StateError, UsageError
from campaigner.stages.choosing import Choice, Reading, suppressed_phones
from campaigner.stages.desk import Desk, Progress, channel_plans, day_number
from campaigner.stages.plan import retallied, usable_warnings
from campaigner.stages.writing import ChannelWriter, pinned_hash
from campaigner.store import approvals, batches, log, messages, runs, settings
from campaigner.store.engine import Store

GROUP = 50_000
"""Messages that are committed together: nothing is lost but time when the machine stops within."""
READY = sources_of(RunState.GENERATING)


def generate(
    desk: Desk, store: Store, run: Run, now: datetime, author: str, progress: Progress
) -> Run:  # fmt: skip
    """Write every message of a run and seal it.

    Args:
        desk: The working folder.
        store: The store.
        run: A run that is planned, returned, or was cut short while it was generated.
        now: The time it is.
        author: Who prepares it; somebody else must approve it.
        progress: Shows how far it is.

    Raises:
        StateError: The run is in another state, or its settings changed since it was planned.
        UsageError: Its plan has problems that block it.
        RenderError: A text cannot be written; the run stays as it was before.
    """
    campaign, warnings = _checked(desk, run)
    mine = _begin(store, run, now)
    try:
        tallies, digest = _write_all(desk, store, mine, campaign, warnings, now, progress)
    except BaseException:
        _give_back(store, mine, now)
        raise
    return _seal(store, mine, tallies, digest, now, author)


def _checked(desk: Desk, run: Run) -> tuple[Campaign, list[WarningEntry]]:
    if run.state not in READY:
        raise StateError(f"run {run.code} is {run.state}; only a planned or returned run is generated")
    campaign = desk.config.campaigns.get(run.planned.campaign)
    if campaign is None:
        raise StateError(f"campaign {run.planned.campaign} of run {run.code} is no longer in config.toml")
    blocking = [problem for problem in run.planned.problems if problem.level is Level.BLOCK]
    if blocking:
        raise UsageError(f"run {run.code} cannot be generated: {blocking[0]}; mend it and plan again")
    if pinned_hash(desk, campaign, run.planned.warnings, run.planned.due_at) != run.planned.content_hash:
        raise StateError(f"settings or templates of run {run.code} changed since it was planned; plan again")
    return campaign, usable_warnings(desk, run.planned.warnings, run.planned.due_at)


def _begin(store: Store, run: Run, now: datetime) -> Run:
    """Take the run over: the attempt's number fences off whoever began it before."""
    with store.begin() as connection:
        runs.move(connection, run, RunState.GENERATING, now, attempt=run.attempt + 1, digest="", quantity=0)
        messages.clear(connection, run)
        batches.clear(connection, run)
        approvals.void(connection, run, now, "generated again")
        return runs.find(connection, run.code)


def _give_back(store: Store, run: Run, now: datetime) -> None:
    """A run that could not be written is planned again, without messages, unless somebody else took it."""
    with store.begin() as connection:
        try:
            runs.still_mine(connection, run)
        except StateError:
            return
        messages.clear(connection, run)
        runs.move(connection, run, RunState.PLANNED, now)


def _write_all(
    desk: Desk, store: Store, run: Run, campaign: Campaign, warnings: list[WarningEntry], now: datetime,
    progress: Progress,
) -> tuple[list[Tally], str]:  # fmt: skip
    suppressed = suppressed_phones(desk, desk.day(now))
    digest = Digest()
    tallies = []
    gateway = desk.config.gateways.get(campaign.gateway)
    with store.begin() as connection:
        salt = settings.salt(connection)
    for plan in channel_plans(campaign, desk):
        writer = ChannelWriter(desk, campaign, plan, warnings, run.planned.due_at, run.code, salt)
        choice = Choice(desk, plan, day_number(desk.day(run.planned.due_at)), suppressed)
        expected = next((t.recipients for t in run.planned.tallies if t.channel is plan.channel), None)
        with progress.bar(f"writing {plan.channel} of {run.code}", expected) as bar:
            parts = copies = 0
            for group in _grouped(_finished(desk, plan, choice, writer, now)):
                _append(store, run, plan.channel, group, writer)
                digest.add(plan.channel, ((m.recipient, m.copies, m.body) for m in group))
                parts += sum(m.parts for m in group)
                copies += 0 if plan.channel is Channel.SMS else sum(m.copies for m in group)
                bar.advance(len(group))
        tallies.append(
            Tally(
                plan.channel, plan.segment, plan.template, choice.matched, choice.recipients,
                dict(choice.excluded), parts, gateway.price_milli if gateway else 0, copies,
            )
        )  # fmt: skip
    return tallies, digest.value()


def _finished(
    desk: Desk, plan: ChannelPlan, choice: Choice, writer: ChannelWriter, now: datetime
) -> Iterator[list[Message]]:
    reading = Reading(desk, desk.audience_of(plan.segment), desk.day(now), lambda _problem: None)
    for block in reading.blocks(_unwatched):
        kept: Block = choice.take(block)
        if len(kept):
            yield writer.messages(kept)


class _Unwatched:
    def advance(self, count: int) -> None:
        """The bar counts messages, not rows."""


_unwatched = _Unwatched()


def _grouped(blocks: Iterator[list[Message]]) -> Iterator[list[Message]]:
    group: list[Message] = []
    for block in blocks:
        group += block
        if len(group) >= GROUP:
            yield group
            group = []
    if group:
        yield group


def _append(store: Store, run: Run, channel: Channel, group: list[Message], writer: ChannelWriter) -> None:
    """One durable commit of a group; texts that all share are kept once."""
    with store.begin() as connection:
        runs.still_mine(connection, run)
        wording = None
        if writer.shared is not None and channel is not Channel.LETTER:
            known = messages.wordings(connection, run, channel)
            wording = next(iter(known), None) or messages.add_wording(connection, run, channel, writer.shared)
        messages.append(connection, run, channel, group, wording)


def _seal(store: Store, run: Run, tallies: list[Tally], digest: str, now: datetime, author: str) -> Run:
    """The run becomes whole: ledger, figures and log entry in one transaction."""
    with store.begin() as connection:
        runs.still_mine(connection, run)
        quantity = sum(
            messages.seal(connection, run, tally.channel, messages.recipients(connection, run, tally.channel))
            for tally in tallies
        )
        parts = sum(tally.parts for tally in tallies)
        planned = retallied(run.planned, tallies)
        runs.move(
            connection, run, RunState.GENERATED, now, digest=digest, quantity=quantity, parts=parts,
            author=author, returned_reason="", **runs.plan_fields(planned),
        )  # fmt: skip
        log.append(
            connection, now, "generated", run.code, author,
            {
                "quantity": quantity, "parts": parts, "digest": digest,
                "content": run.planned.content_hash,
                "channels": {tally.channel.value: tally.recipients for tally in tallies},
            },
        )  # fmt: skip
        return runs.find(connection, run.code)
