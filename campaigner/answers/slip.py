"""The approval slip of a run: what is kept of it in the store, as a sheet of paper to sign."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from campaigner.answers.pending import generated_entry, moment_of
from campaigner.answers.specimens import Masking, Texts, bears_names, read_texts
from campaigner.artefacts import registry
from campaigner.artefacts.kind import Printed
from campaigner.content.briefs import brief_of_run, channel_plan
from campaigner.content.wording import COUNTED, overrides_of, run_findings
from campaigner.domain.campaign import Campaign, ChannelPlan, Route
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.message import Message
from campaigner.domain.people import same_person
from campaigner.domain.phone import masked_phone
from campaigner.domain.planning import REASON_TITLES, Run, Tally
from campaigner.domain.problem import Level
from campaigner.domain.roles import DAEMON
from campaigner.domain.sms import units
from campaigner.domain.standing import not_so
from campaigner.domain.wording.rules import Override, RuleFinding
from campaigner.domain.wording.ruleset import OwnRules
from campaigner.errors import StateError
from campaigner.rendering import slip as paper
from campaigner.rendering.slip import SHORT, Remark, Section, Slip, Specimen
from campaigner.road.asking import Asking
from campaigner.road.changed import changed
from campaigner.road.repeats import approved_repeats, repeats_of
from campaigner.road.vouching import require_as_generated
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Work

SHOWN_BY = frozenset(
    {RunState.GENERATED, RunState.APPROVED, RunState.RELEASING, RunState.PARTLY, RunState.RELEASED}
)
"""States in which a run has the messages that somebody is to approve, or has approved."""
PICTURE_DPI = 80
NOBODY_YET = "自动编写，待拟稿人确认"
"""Stands for the author of a run that the daemon wrote and no person stands for yet."""
WITHHELD = "（该句写有收件人信息，纸上略去，请用 campaigner preview 查看）"
_GRAVITY = (Level.BLOCK, Level.WARN, Level.INFO)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A text that is shown: as it goes out, and with its names masked, which changes no length."""

    kept: str
    shown: str

    def masked(self, passage: str) -> str:
        """A sentence of it with its names masked; "" if it has no such sentence."""
        at = self.kept.find(passage) if len(self.kept) == len(self.shown) else -1
        return self.shown[at : at + len(passage)] if at >= 0 else ""


def slip_pdf(work: Work, run: Run) -> bytes:
    """The approval slip of a run as PDF; the same run gives the same bytes, whenever it is drawn.

    Raises:
        StateError: The run has no messages to approve, or what they were made of has changed since.
        RenderError: It cannot be drawn.
        StoreError: As for `slip_of`.
    """
    return paper.slip_pdf(slip_of(work, run))


def slip_of(work: Work, run: Run) -> Slip:
    """What stands on the approval slip of a run.

    Raises:
        StateError: As for `slip_pdf`.
        StoreError: The stored messages are not those that were generated.
    """
    campaign = _campaign(work, run)
    if run.state in {RunState.GENERATED, RunState.APPROVED}:
        require_as_generated(work, run)
    findings = run_findings(work, run, campaign)
    seen: list[_Seen] = []
    sections: list[Section] = []
    with work.store.read() as connection:
        for tally in run.planned.tallies:
            plan = channel_plan(work.desk, run, tally.channel)
            section, shown = _section(work, connection, run, campaign, plan, tally)
            sections.append(section)
            seen += shown
        entry = generated_entry(connection, run)
    desk, planned = work.desk, run.planned
    return Slip(
        office=desk.config.office.name,
        title=planned.title,
        code=run.code,
        due=_moment(desk.local(planned.due_at), weekday=True),
        author=NOBODY_YET if same_person(run.author, DAEMON) else run.author,
        prepared=_prepared(work, entry),
        warnings=tuple(_warning(work, name) for name in planned.shown),
        sections=tuple(sections),
        remarks=_remarks(work, run, campaign, findings, seen),
        notices=(*_own_rules(desk.rules.own), *_notices(work, run)),
        quantity=run.quantity,
        content=planned.content_hash,
        digest=run.digest,
        synthetic=planned.synthetic,
        chain=(entry.seq, entry.hash),
    )


def _notices(work: Work, run: Run) -> tuple[str, ...]:
    """What the plan says besides the wording, and how many have the text twice: as it was at the approval, if any."""
    said = [p.message_zh for p in run.planned.problems if not p.code.startswith("chk-")]
    repeats = repeats_of(work, run) if run.state is RunState.GENERATED else approved_repeats(work, run)
    return (*_lists(work, run), *said, *(line_zh for _line, line_zh in repeats.lines))


def _lists(work: Work, run: Run) -> list[str]:
    """What became of the rows of each list, those that were not used among them."""
    segments = work.desk.config.segments
    found: dict[str, list[str]] = {}
    for tally in run.planned.tallies:
        if tally.rows:
            found.setdefault(tally.rows.line_zh, []).append(segments[tally.segment].title)
    return [f"{'、'.join(dict.fromkeys(titles))}：{line}。" for line, titles in found.items()]


def _campaign(work: Work, run: Run) -> Campaign:
    if run.state not in SHOWN_BY:
        raise StateError(
            not_so(
                run.code,
                run.state,
                "a slip is drawn of a generated run",
                "审批单须在任务生成后出具",
                run.reason,
            )
        )
    if changed(Asking(work.desk), run):
        raise StateError(
            f"settings, template or warning changed since run {run.code} was generated; plan and generate it again\n"
            f"任务 {run.code} 生成之后设置、模板或提示有改动：请重新运行 plan 和 generate"
        )
    return work.desk.config.campaigns[run.planned.campaign]


def _moment(local: datetime, *, weekday: bool = False) -> str:
    shown = f"（周{_WEEKDAYS[local.weekday()]}）" if weekday else " "
    return f"{local.year}年{local.month}月{local.day}日{shown}{local:%H:%M}"


def _prepared(work: Work, entry: Entry) -> str:
    rehearsed = "（演练时间）" if "as_of" in entry.fields else ""
    return _moment(work.desk.local(moment_of(entry))) + rehearsed


def _own_rules(own: OwnRules | None) -> tuple[str, ...]:
    """What the office's own rules add to the shipped ones, and their hash."""
    if own is None:
        return ()
    numbers = "、".join(f"{number}（{purpose}）" for number, purpose in own.numbers)
    allowed = f"，另认可号码 {numbers}" if numbers else ""
    added = f"另用本单位规则 {own.rules} 条、句式 {own.patterns} 个{allowed}"
    return (f"用语检查除通用规则外，{added}（templates/rules.toml，校验值 {own.sha256[:SHORT]}）。",)


def _warning(work: Work, name: str) -> tuple[str, str]:
    """Name of a warning and where it was learnt: reports by number, notices by name."""
    entry = work.desk.catalogue[name]
    return entry.name, "；".join(f"{source.report} {source.place}".strip() for source in entry.sources)


def _section(
    work: Work, connection: Connection, run: Run, campaign: Campaign, plan: ChannelPlan, tally: Tally
) -> tuple[Section, list[_Seen]]:
    """One channel, and those of its texts that are shown."""
    desk = work.desk
    template = desk.templates[tally.template]
    texts = read_texts(connection, run, tally)
    masking = Masking(work, run, campaign, plan)
    bodies = masking.bodies(texts.chosen)
    named = [body if body is not None else masking.to_nobody() for body in bodies]
    kind = registry.artefact(tally.channel)
    section = Section(
        name=kind.title,
        unit=kind.unit,
        segment=desk.config.segments[tally.segment].title,
        template=f"{template.title}（{template.id}）",
        matched=tally.matched,
        recipients=tally.recipients,
        excluded=tuple((REASON_TITLES[reason][1], count) for reason, count in tally.excluded.items()),
        texts=texts.distinct,
        parts=tally.parts,
        price_milli=tally.price_milli,
    )
    match tally.channel.route:
        case Route.GATEWAY:
            gateway = desk.config.gateways.get(run.planned.gateway)
            section = replace(
                section,
                sms=True,
                specimens=_specimens(texts, bodies, named),
                spread=texts.spread,
                signature=gateway.signature if gateway else "",
            )
        case Route.FOLDER:
            printed = registry.printed(tally.channel)
            section = replace(
                section,
                counted=not printed.addressed,
                sheets=tally.copies,
                paper=printed.paper(brief_of_run(desk, run, tally.channel), tally.copies),
                pictures=_pictures(work, run, printed, named),
            )
        case never:
            assert_never(never)
    shown = [
        _Seen(kind.readable(message.body), kind.readable(body))
        for message, body in zip(texts.chosen, named, strict=True)
    ]
    return section, shown


def _specimens(texts: Texts, bodies: Sequence[str | None], named: Sequence[str]) -> tuple[Specimen, ...]:
    return tuple(
        Specimen(text, units(message.body), message.parts, _to(message, place, known=body is not None))
        for place, (message, body, text) in enumerate(zip(texts.chosen, bodies, named, strict=True))
    )


def _to(message: Message, place: int, *, known: bool) -> str:
    """Whom a text goes to, as far as paper may say it."""
    longest = "最长的一条，" if place == 0 else ""
    nobody = "" if known else "（名单已有变动，收件人以“某”代替）"
    return f"{longest}发往{masked_phone(message.recipient)}{nobody}"


def _pictures(work: Work, run: Run, kind: Printed, bodies: Sequence[str]) -> tuple[bytes, ...]:
    """The sheets that are shown: the first that bears an addressee, or every one that differs, up to three."""
    brief = brief_of_run(work.desk, run, kind.channel)
    shown = bodies[:1] if kind.addressed else bodies
    return tuple(kind.preview(brief, body, PICTURE_DPI).png for body in shown)


def _remarks(
    work: Work, run: Run, campaign: Campaign, findings: Sequence[RuleFinding], seen: Sequence[_Seen]
) -> tuple[Remark, ...]:
    """The findings on the wording, gravest first, each with what a person said of it; alike ones are counted."""
    passed = {(each.rule, each.text_hash): each for each in overrides_of(work, run) if each.complete}
    secret = any(bears_names(work, plan) for plan in campaign.channels)
    ranked = sorted(findings, key=lambda one: (_GRAVITY.index(one.level), one.rule))
    alike: Counter[Remark] = Counter()
    for finding in ranked:
        # What the plan counted names lines of a list, nobody and no cell.
        private = secret and finding.kind != COUNTED
        shown = _masked(finding.passage, seen) if private else finding.passage
        override = passed.get((finding.rule, finding.text_hash)) if finding.level is Level.WARN else None
        alike[_remark(work, finding, override, shown)] += 1
    return tuple(replace(remark, places=places) for remark, places in alike.items())


def _masked(passage: str, seen: Sequence[_Seen]) -> str:
    """A sentence as it stands, masked, in a text that is shown; "" if it stands in none."""
    found = (text.masked(passage) for text in seen)
    return next(filter(None, found), "")


def _remark(work: Work, finding: RuleFinding, override: Override | None, shown: str) -> Remark:
    rule = work.desk.rules.rules[finding.rule]
    says = f"{finding.explanation_zh}{finding.instead_zh}"
    if shown != finding.passage:
        # What is said of this one sentence may quote a name.
        says = f"{rule.explanation_zh}（{rule.id} {rule.title_zh}：{rule.source_zh}）{rule.instead_zh}"
    return Remark(
        level=finding.level,
        rule=f"{rule.id} {rule.title_zh}",
        sentence=shown or WITHHELD,
        why=says,
        passed=f"{override.by}同意保留，理由：{override.reason}" if override else "",
    )
