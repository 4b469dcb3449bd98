"""Wording: every distinct text of a run against the rules, before a second person may say yes."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from campaigner.artefacts import registry
from campaigner.domain.campaign import Campaign, ChannelPlan
from campaigner.domain.planning import Run
from campaigner.domain.problem import Level, Problem
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.domain.wording.checker import Checker, TextContext, check_document
from campaigner.domain.wording.rules import Override, RuleFinding
from campaigner.domain.wording.skimming import Skimmer
from campaigner.domain.wording.sources import place, template_words
from campaigner.domain.wording.unfinished import HOLE, TEXT_RULES
from campaigner.rendering.library import Template
from campaigner.store import log, messages
from campaigner.toml.reading import read_toml
from campaigner.workspace.collecting import old_left_alone
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.reason import told

_BLOCK = 5_000
WARNING_TEXTS = frozenset(
    {"name", "victims", "method", "red_flags", "rule", "advice", "short", "long", "headline", "large"}
)
"""Fields of a warning that the public may read."""
COUNTED = "field-empty"
"""Kind of the finding for rows in which a printed field is empty."""
OVERRIDDEN = "overridden"
"""Kind of the log entry by which a person lets a sentence pass."""


def context_of(desk: Desk, plan: ChannelPlan, warnings: Sequence[str], day: date) -> TextContext:
    """What the texts of one channel of a run are for."""
    template = desk.templates.get(plan.template)
    code = desk.config.qr_codes.get(plan.options.get("qr", ""))
    return TextContext(
        channel=registry.artefact(plan.channel).wording,
        segments=(plan.segment,),
        written_for=template.segments if template else (),
        warning=", ".join(warnings),
        hotlines=frozenset(desk.config.office.hotlines),
        qr_contents=frozenset({code.content} if code else ()),
        today=day,
        finished=True,
    )


@old_left_alone()
def run_findings(work: Work, run: Run, campaign: Campaign) -> list[RuleFinding]:
    """What breaks a rule in the finished messages of a run, each kind of text read once."""
    desk = work.desk
    found: dict[tuple[str, str, str], RuleFinding] = {}
    for plan in campaign.channels:
        context = context_of(desk, plan, run.planned.warnings, desk.day(run.planned.due_at))
        kind = registry.artefact(plan.channel)
        skimmer = Skimmer(Checker(desk.rules, context))
        label = f"reading the {plan.channel} texts of {run.code}"
        with work.store.read() as connection, work.progress.bar(label, None) as bar:
            texts = messages.texts(connection, run, plan.channel)
            while block := list(islice(texts, _BLOCK)):
                words = (kind.readable(body) for body in dict.fromkeys(block))
                for finding in skimmer.findings(words):
                    found.setdefault((finding.rule, finding.passage, finding.text), finding)
                bar.advance(len(block))
    return [*found.values(), *map(_counted, counted_holes(run))]


def counted_holes(run: Run) -> list[Problem]:
    """What the plan says of rows in which a printed field is empty: a finished text does not show it."""
    return [
        problem
        for problem in run.planned.problems
        if problem.code == HOLE.lower() and problem.level is Level.WARN and not problem.value
    ]


def _counted(problem: Problem) -> RuleFinding:
    """Such rows as a finding of a run; a person's word for it dies when other rows are concerned."""
    return RuleFinding(
        HOLE, COUNTED, Level.WARN, 0, 0, "", problem.message_zh, problem.message, problem.message_zh, "",
    )  # fmt: skip


def overrides_of(work: Work, run: Run) -> list[Override]:
    """What persons have let pass in this run, from the log."""
    with work.store.read() as connection:
        entries = list(log.entries(connection, run.code, (OVERRIDDEN,)))
    return [
        Override(entry.fields["rule"], passage, entry.actor, entry.fields["reason"])
        for entry in entries
        for passage in entry.fields["passages"]
    ]


def overriding(rule: str, reason: str, findings: Sequence[RuleFinding]) -> dict[str, object]:
    """What the log says where somebody lets every sentence pass that breaks a rule of level `warn`, with a reason."""
    passages = sorted({finding.text_hash for finding in findings if finding.rule == rule})
    return {"rule": rule, "reason": told(reason), "passages": passages}


def template_problems(desk: Desk, template: Template, source_text: str) -> list[Problem]:
    """What breaks a rule in the words that stand in a template itself."""
    context = TextContext(
        registry.artefact(template.channel).wording,
        hotlines=frozenset(desk.config.office.hotlines),
        today=None,
    )
    found = _but_unfinished(check_document(source_text, template.file, desk.rules, context))
    return found + [
        finding.problem(template.file, *place(source_text, finding.start))
        for finding in _unfinished(desk, template_words(source_text), context)
    ]


def warning_problems(desk: Desk, warning: WarningEntry, source_text: str, today: date) -> list[Problem]:
    """What breaks a rule in the texts of a warning, at their lines."""
    context = TextContext(hotlines=frozenset(desk.config.office.hotlines), warning=warning.id, today=today)
    found = _but_unfinished(check_document(source_text, warning.file, desk.rules, context))
    document = read_toml(source_text, warning.file)
    return found + [
        finding.problem(warning.file, *document.places.inside(finding.start, *path))
        for path, text in document.texts()
        if path[0] in WARNING_TEXTS
        for finding in _unfinished(desk, text, context)
    ]


def _but_unfinished(problems: Iterable[Problem]) -> list[Problem]:
    """A file's own notation would look like a text that is not finished, so that is looked for in its words alone."""
    return [problem for problem in problems if problem.code.upper() not in TEXT_RULES]


def _unfinished(desk: Desk, text: str, context: TextContext) -> list[RuleFinding]:
    """What is not finished in a text."""
    return [finding for finding in Checker(desk.rules, context).check(text) if finding.rule in TEXT_RULES]


def document_problems(desk: Desk, text: str, source: str, today: date) -> list[Problem]:
    """What breaks a rule in somebody else's text."""
    qr_contents = frozenset(code.content for code in desk.config.qr_codes.values())
    context = TextContext(
        "notice", hotlines=frozenset(desk.config.office.hotlines), qr_contents=qr_contents, today=today
    )
    return check_document(text, source, desk.rules, context)
