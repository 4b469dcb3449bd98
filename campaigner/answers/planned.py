"""A plan as it is shown: its runs as they are kept, what is wrong with them, and how each campaign goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigner.domain.calendar import Local
from campaigner.domain.lifecycle import RunState
from campaigner.domain.outlook import Outlook
from campaigner.domain.planning import Run
from campaigner.domain.problem import Problem
from campaigner.domain.repeats import Repeats
from campaigner.domain.standing import standing_data
from campaigner.road.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan beside what is kept of it.

    Args:
        plan: The plan.
        runs: The runs of its period as they are kept, with those that were withdrawn.
        problems: Everything that is wrong with it.
        repeats: Run -> how many of its phones have its text from another run, too.
        outlooks: When each campaign fires, and its year ahead.
    """

    plan: Plan
    runs: Sequence[Run]
    problems: Sequence[Problem]
    repeats: Mapping[str, Repeats]
    outlooks: Sequence[Outlook]

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {
            "from": self.plan.first.isoformat(),
            "to": self.plan.last.isoformat(),
            "runs": [self._run(run, local) for run in self.runs if run.state is not RunState.WITHDRAWN],
            "withdrawn": [
                {
                    "run": run.code, "campaign": run.planned.campaign,
                    "due": local(run.planned.due_at).isoformat(), **standing_data(run.state, run.reason),
                }
                for run in self.runs
                if run.state is RunState.WITHDRAWN
            ],
            "totals": {name: totals.as_data() for name, totals in self.plan.totals.items()},
            "schedules": [one.as_data() for one in self.outlooks],
            "problems": [problem.as_data() for problem in self.problems],
        }  # fmt: skip

    def _run(self, run: Run, local: Local) -> dict[str, Any]:
        planned = run.planned
        return {
            "run": run.code,
            "campaign": planned.campaign,
            "title": planned.title,
            "due": local(planned.due_at).isoformat(),
            "release": local(planned.release_at).isoformat(),
            "state": run.state.value,
            "warnings": list(planned.shown),
            "synthetic": planned.synthetic,
            "content": planned.content_hash,
            "channels": [tally.as_data() for tally in planned.tallies],
            "problems": [problem.as_data() for problem in planned.problems],
            **standing_data(run.state, run.reason),
            "repeats": self.repeats[run.code].as_data() if run.code in self.repeats else None,
        }
