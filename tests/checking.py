"""What tests say and ask in one word: a rule of an office, findings of a text, a warning, sums, who gets nothing."""

from pathlib import Path

from sqlalchemy import Connection, text

from campaigner.domain.people import ControlTotals
from campaigner.domain.planning import Run
from campaigner.domain.problem import Problem
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.domain.wording.checker import Checker, TextContext
from campaigner.domain.wording.rules import RuleFinding
from campaigner.domain.wording.ruleset import Ruleset
from campaigner.intake.warnings import read_catalogue
from campaigner.store.outbox import NEVER

OUR_RULE = """[[rule]]
id = "OUR-01"
level = "warn"
applies_to = "text"
title_zh = "不用方言"
source = "本县规定"
source_zh = "宣传用普通话。"
explanation_zh = "这是方言。"
instead_zh = "请改用普通话。"
held_by = "domain/wording/checker"
"""
"""A rule of an office's own, as it stands in templates/rules.toml."""


def check_text(text: str, rules: Ruleset, context: TextContext) -> list[RuleFinding]:
    """Everything in a text that breaks a rule, by place."""
    return Checker(rules, context).check(text)


def read_warning(path: Path, root: Path) -> tuple[WarningEntry | None, list[Problem]]:
    """The one warning in its folder, or all that is wrong with it."""
    entries, problems = read_catalogue(path.parent, root)
    assert len(entries) <= 1
    return next(iter(entries.values()), None), problems


def balanced(totals: ControlTotals) -> bool:
    """Whether every row is accounted for."""
    return totals.rows == totals.recipients + totals.merged + totals.refused


def left_out(connection: Connection, run: Run) -> dict[str, int]:
    """How many of a run will never go out, by reason."""
    query = (
        "SELECT held_by, count(*) FROM ledger WHERE run_id = :run AND release_no = :never GROUP BY held_by"
    )
    rows = connection.execute(text(query), {"run": run.id, "never": NEVER})
    return {why: count for why, count in rows}  # noqa: C416 - rows are no pairs to a type checker
