"""Pauses: what the log says of runs and campaigns that somebody holds back."""

from collections.abc import Iterable

from campaigner.domain.log import Entry

HOLDING = frozenset({"paused", "halted", "resumed"})
"""Kinds of entries that hold a run or a campaign back, or let it go on."""


def held(entries: Iterable[Entry], run: str, campaign: str) -> str:
    """Who holds a run or its campaign back by the log, and has not let it go on since; "" if nobody does.

    Args:
        entries: Of whatever runs, in order; those of the kinds `HOLDING` count.
        run: Code of the run.
        campaign: Its campaign.
    """
    standing: dict[str, str] = {}
    for entry in entries:
        if entry.kind not in HOLDING:
            continue
        name = str(entry.fields.get("name") or entry.run)
        if entry.kind == "resumed":
            standing.pop(name, None)
        else:
            standing[name] = f"{entry.actor} (entry {entry.seq})"
    return standing.get(run) or standing.get(campaign) or ""
