"""Generating: a planned run -> finished messages in the store, sealed; cut short anywhere, begun again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from campaigner.artefacts import registry
from campaigner.content.rehearsing import OF_ROWS, Rehearsing
from campaigner.content.writing import ChannelWriter
from campaigner.domain.campaign import Campaign, Route
from campaigner.domain.lifecycle import RunState, sources_of
from campaigner.domain.message import Digest, Message
from campaigner.domain.people import Block
from campaigner.domain.planning import Run, Tally
from campaigner.domain.problem import Level, Problem
from campaigner.domain.roles import Deed
from campaigner.domain.standing import IN_CHINESE
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.errors import RenderError, StateError, UsageError
from campaigner.people.choosing import Choice, Reading, refused_phones, suppressed_phones
from campaigner.people.listed import require_readable_lists
from campaigner.people.lists import ended_lists, way_out
from campaigner.road.asking import Asking, require
from campaigner.road.changed import changed
from campaigner.road.forms import mark_forms
from campaigner.road.halves import sweep_halves
from campaigner.road.overdue import refuse_superseded
from campaigner.road.plan import usable_warnings
from campaigner.road.vouching import wording_facts
from campaigner.store import approvals, batches, messages, runs, settings
from campaigner.workspace.collecting import old_left_alone
from campaigner.workspace.desk import Desk, Unwatched, Work, channel_plans, day_number

GROUP = 50_000
"""Messages that are committed together: nothing is lost but time when the machine stops within."""
READY = sources_of(RunState.GENERATING)


def generate(work: Work, run: Run) -> Run:
    """Write every message of a run and seal it; `work.actor` is its author, and somebody else must approve it.

    Args:
        work: Desk, store, time and author.
        run: A run that is planned, returned, or was cut short while it was generated.

    Raises:
        NotAskedError: The configuration no longer asks for it, or a newer run takes its place.
        StateError: The run is in another state, or its settings changed since it was planned, or a list cannot be read
            that may hold refusals.
        UsageError: Its plan has problems that block it.
        RenderError: A text cannot be written; the run is planned again, without messages.
    """
    work.ask(Deed.GENERATE)
    if run.state in READY:
        require(work, run)
        refuse_superseded(work, run)
    campaign, warnings = _checked(work.desk, run)
    for audience in ended_lists(work.desk, campaign, work.desk.day(work.now)):
        raise UsageError(
            f"run {run.code} cannot be generated: {way_out(audience)[0]}\n"
            f"任务 {run.code} 不能生成：{way_out(audience)[1]}"
        )
    require_readable_lists(work, run.planned)
    sweep_halves(work)
    mine = _begin(work, run)
    try:
        written = _write_all(work, mine, campaign, warnings)
    except BaseException:
        _give_back(work, mine)
        raise
    sealed = _seal(work, mine, written)
    mark_forms(work, run.code)
    return sealed


@dataclass(frozen=True, slots=True)
class _Written:
    """What the messages of a run came to.

    Args:
        tallies: Figures of each channel.
        digest: Hash over all messages.
        synthetic: Whether any list that was read for them is of invented people, whatever it was when planned.
        problems: What is wrong with the run, of its rows as they were read now.
    """

    tallies: list[Tally]
    digest: str
    synthetic: bool
    problems: list[Problem]


def _checked(desk: Desk, run: Run) -> tuple[Campaign, list[WarningEntry]]:
    if run.state not in READY:
        raise StateError(
            f"run {run.code} is {run.state}; only a planned or returned run is generated\n"
            f"任务 {run.code} {IN_CHINESE[run.state]}：只有已计划或已退回的任务才能生成"
        )
    campaign = desk.config.campaigns[run.planned.campaign]
    blocking = [problem for problem in run.planned.problems if problem.level is Level.BLOCK]
    if blocking:
        raise UsageError(
            f"run {run.code} cannot be generated: {blocking[0]}; mend it and plan again\n"
            f"任务 {run.code} 不能生成：{blocking[0].message_zh}；请改正后重新运行 campaigner plan"
        )
    if changed(Asking(desk), run):
        raise StateError(
            f"settings or templates of run {run.code} changed since it was planned; plan again\n"
            f"任务 {run.code} 计划之后设置或模板有改动：请重新运行 campaigner plan"
        )
    return campaign, usable_warnings(desk, run.planned.warnings, run.planned.due_at)


def _begin(work: Work, run: Run) -> Run:
    """Take the run over: the attempt's number fences off whoever began it before."""
    with work.store.begin() as connection:
        runs.move(
            connection, run, RunState.GENERATING, work.now, attempt=run.attempt + 1, digest="", quantity=0
        )
        messages.clear(connection, run)
        batches.clear(connection, run)
        approvals.void(connection, run, work.now, "generated again")
        return runs.find(connection, run.code)


def _give_back(work: Work, run: Run) -> None:
    """A run that could not be written is planned again, without messages, unless somebody else took it."""
    with work.store.begin() as connection:
        try:
            runs.still_mine(connection, run)
        except StateError:
            return
        messages.clear(connection, run)
        runs.move(connection, run, RunState.PLANNED, work.now)


@old_left_alone()
def _write_all(work: Work, run: Run, campaign: Campaign, warnings: list[WarningEntry]) -> _Written:
    desk, due = work.desk, run.planned.due_at
    suppressed = suppressed_phones(desk, refused_phones(desk, work.store))
    day = day_number(desk.day(due))
    with work.store.begin() as connection:
        salt = settings.salt(connection)
    digest = Digest()
    tallies = []
    synthetic = False
    problems = [problem for problem in run.planned.problems if problem.code not in OF_ROWS]
    for plan in channel_plans(campaign, desk):
        writer = ChannelWriter(desk, campaign, plan, warnings, due, run.code, salt)
        reading = Reading(
            desk, desk.audience_of(plan.segment), desk.day(work.now), lambda _problem: None, work.over
        )
        choice = Choice(desk, plan, day, suppressed)
        rehearsing = Rehearsing(writer)
        tallies.append(_write_channel(work, run, rehearsing, choice, reading, digest))
        synthetic = synthetic or reading.synthetic
        problems += [problem for problem in rehearsing.problems() if problem.code in OF_ROWS]
    refused = [problem for problem in problems if problem.level is Level.BLOCK and problem.code in OF_ROWS]
    if refused:
        # The list is not the one any more that was planned with.
        more = f" (and {len(refused) - 1} more; plan again)" if len(refused) > 1 else ""
        raise RenderError(
            f"{refused[0]}{more}",
            f"{refused[0].place}：{refused[0].message_zh}（共 {len(refused)} 处；名单与计划时不同，"
            "请改正后重新运行 campaigner plan）",
        )
    return _Written(tallies, digest.value(), synthetic, problems)


def _write_channel(
    work: Work, run: Run, rehearsing: Rehearsing, choice: Choice, reading: Reading, digest: Digest
) -> Tally:
    writer = rehearsing.writer
    plan = writer.plan
    expected = next((t.recipients for t in run.planned.tallies if t.channel is plan.channel), None)
    parts = copies = 0
    longest = ""
    with work.progress.bar(f"writing {plan.channel} of {run.code}", expected) as bar:
        for group in _grouped(_finished(work, choice, rehearsing, reading)):
            _append(work, run, group, writer)
            digest.add(
                plan.channel, [m.recipient for m in group], [m.copies for m in group], [m.body for m in group]
            )
            parts += sum(m.parts for m in group)
            if plan.channel.route is Route.FOLDER:
                copies += sum(m.copies for m in group)
                longest = max(longest, *(m.body for m in group), key=len)
            bar.advance(len(group))
    if longest:
        # What cannot be printed is found before anybody approves it.
        registry.printed(plan.channel).proof(writer.brief, longest)
    return Tally(
        plan.channel,
        plan.segment,
        plan.template,
        choice.matched,
        choice.recipients,
        dict(choice.excluded),
        parts,
        writer.price_milli,
        copies,
        reading.totals,
    )


def _finished(
    work: Work, choice: Choice, rehearsing: Rehearsing, reading: Reading
) -> Iterator[list[Message]]:
    """Finished messages, block by block of the audience; its faults were listed by the plan."""
    writer = rehearsing.writer

    def kept() -> Iterator[Block]:
        for block in map(choice.take, reading.blocks(Unwatched())):
            if len(block):
                rehearsing.take(block)
                yield writer.wanted(block)

    yield from (work.over if writer.writes_much else map)(writer.messages, kept())


def _grouped(blocks: Iterator[list[Message]]) -> Iterator[list[Message]]:
    group: list[Message] = []
    for block in blocks:
        group += block
        if len(group) >= GROUP:
            yield group
            group = []
    if group:
        yield group


def _append(work: Work, run: Run, group: list[Message], writer: ChannelWriter) -> None:
    """One durable commit of a group; a text that all share is kept once."""
    channel = writer.plan.channel
    with work.store.beside() as connection:
        runs.still_mine(connection, run)
        wording = None
        if writer.shared is not None and not writer.kind.addressed:
            known = messages.wordings(connection, run, channel)
            wording = next(iter(known), None) or messages.add_wording(connection, run, channel, writer.shared)
        messages.append(connection, run, channel, group, wording)


def _seal(work: Work, run: Run, written: _Written) -> Run:
    """The run becomes whole: ledger, figures and log entry in one transaction."""
    tallies, digest = written.tallies, written.digest
    with work.store.begin() as connection:
        runs.still_mine(connection, run)
        quantity = sum(messages.seal(connection, run, tally.channel) for tally in tallies)
        parts = sum(tally.parts for tally in tallies)
        planned = replace(
            run.planned, tallies=tuple(tallies), problems=tuple(written.problems), synthetic=written.synthetic
        )
        figures = {
            "quantity": quantity,
            "parts": parts,
            "digest": digest,
            "content": run.planned.content_hash,
            "channels": {tally.channel.value: tally.recipients for tally in tallies},
            **wording_facts(work, connection, run, planned),
        }
        fields = {**runs.plan_fields(planned), "author": work.actor}
        runs.move(
            connection,
            run,
            RunState.GENERATED,
            work.now,
            **fields,
            digest=digest,
            quantity=quantity,
            parts=parts,
            returned_reason="",
        )
        work.record(connection, "generated", run.code, figures)
        return runs.find(connection, run.code)
