"""The summary of a month for an inspection: which runs, who approved, what went out, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from campaigner.domain.sms import Cost
from campaigner.rendering import pdf, qr

TITLE = "反诈宣传留痕月报"


@dataclass(frozen=True, slots=True)
class Line:
    """One run.

    Args:
        due: When it was due, as printed.
        title: What it is called.
        code: Its code.
        reached: (whom, how many) channel by channel, as printed.
        approved: Who approved, when and how much, as printed, line by line; none if nobody has.
        state: What became of the run, as printed.
        sent: Messages that went out.
        parts: SMS parts of them.
        outcome: What carriers told, as printed; "" if nothing.
        cost_milli: What the SMS cost, in thousandths of a yuan.
        synthetic: Whether its recipients are invented.
    """

    due: str
    title: str
    code: str
    reached: Sequence[tuple[str, str]]
    approved: Sequence[str]
    state: str
    sent: int
    parts: int
    outcome: str
    cost_milli: int
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A month.

    Args:
        office: Whose.
        month: As printed.
        made: When the summary was made, as printed.
        lines: Its runs.
        refused: How many phones refused in it.
        entries: How many entries the log has.
        head: Hash of the newest.
        broken: Why the log does not hold; "" if it does.
    """

    office: str
    month: str
    made: str
    lines: Sequence[Line]
    refused: int
    entries: int
    head: str
    broken: str


def summary_pdf(summary: Summary) -> bytes:
    """The summary as a PDF; the same summary gives the same bytes."""
    return pdf.compile_pdf("evidence.typ", _data(summary))


def _data(summary: Summary) -> dict[str, Any]:
    real = [line for line in summary.lines if not line.synthetic]
    return {
        "title": TITLE,
        "office": summary.office,
        "month": summary.month,
        "made": summary.made,
        "lines": [_line(line) for line in summary.lines],
        "totals": _totals(summary.lines),
        "invented": len(summary.lines) - len(real),
        "refused": summary.refused,
        "entries": summary.entries,
        "head": [summary.head[start : start + 16] for start in range(0, len(summary.head), 16)],
        "qr": qr.svg(summary.head),
        "verdict": f"记录链不完整：{summary.broken}" if summary.broken else "记录链完整，已逐条核对。",
        "holds": not summary.broken,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "due": line.due,
        "title": line.title,
        "synthetic": line.synthetic,
        "code": line.code,
        "reached": [list(pair) for pair in line.reached],
        "approved": list(line.approved) or ["未批准"],
        "state": line.state,
        "sent": f"{line.sent:,}",
        "parts": f"{line.parts:,}" if line.parts else "",
        "outcome": line.outcome,
        "cost": Cost(line.cost_milli).yuan if line.cost_milli else "",
    }


def _totals(lines: Sequence[Line]) -> dict[str, str]:
    return {
        "runs": f"{len(lines):,}",
        "sent": f"{sum(line.sent for line in lines):,}",
        "parts": f"{sum(line.parts for line in lines):,}",
        "cost": Cost(sum(line.cost_milli for line in lines)).yuan,
    }
