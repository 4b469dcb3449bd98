"""Rules on conduct that pencil and paper can check: events, quiz, survey (CHK-08, CHK-11, CHK-13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from campaigner.domain.problem import Level, Problem


@dataclass(frozen=True, slots=True)
class Survey:
    """One awareness survey.

    Args:
        day: When it was taken; None where the entry does not say.
        sample: How many were asked; 0 where the entry does not say.
        positive: How many knew.
    """

    day: date | None
    sample: int
    positive: int

    @property
    def awareness(self) -> float:
        """Share of those asked who knew; 0 without a sample."""
        return self.positive / self.sample if self.sample > 0 else 0.0


def months_without_event(
    areas: Iterable[str], events: Mapping[str, Sequence[date]], first: date, last: date
) -> list[tuple[str, str]]:
    """(area, month as 2026-06) for each month of a period in which an area has no event (CHK-08; R14 三.4).

    Args:
        areas: All areas.
        events: Days of the events of each area.
        first: A day of the first month.
        last: A day of the last month.
    """
    months = [
        f"{index // 12}-{index % 12 + 1:02d}"
        for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]
    held = {area: {f"{day.year}-{day.month:02d}" for day in days} for area, days in events.items()}
    return [(area, month) for area in areas for month in months if month not in held.get(area, set())]


def quiz_missing(quizzes: Iterable[date], first: date, last: date) -> bool:
    """Whether no quiz falls into the period, both ends included (CHK-11; R14 三.4)."""
    return not any(first <= day <= last for day in quizzes)


def check_survey(survey: Survey, lowest: float, source: str) -> list[Problem]:
    """What is wrong with a survey entry (CHK-13; R14 二): refused without day or sample, flagged below the goal.

    Args:
        survey: The entry.
        lowest: `Ruleset.lowest_awareness`, a share.
        source: Where the entry stands.
    """
    if survey.sample <= 0:
        return [
            _problem(
                "survey-sample",
                "the survey does not say how many were asked",
                "没有写明调查样本数，不能采用。",
                source,
            )
        ]
    problems = []
    if survey.day is None:
        problems.append(
            _problem(
                "survey-day",
                "the survey does not say when it was taken",
                "没有写明调查日期，不能采用。",
                source,
            )
        )
    if not 0 <= survey.positive <= survey.sample:
        problems.append(
            _problem(
                "survey-count",
                "more people knew than were asked",
                "知晓人数与样本数对不上，不能采用。",
                source,
            )
        )
    elif survey.positive < lowest * survey.sample:
        problems.append(
            _problem(
                "survey-low",
                f"awareness is {survey.awareness:.1%}, below {lowest:.0%} (CHK-13)",
                f"知晓率{survey.awareness:.1%}，低于{lowest:.0%}（CHK-13）。",
                source,
                Level.WARN,
            )
        )
    return problems


def _problem(code: str, message: str, message_zh: str, source: str, level: Level = Level.BLOCK) -> Problem:
    return Problem(code, message, message_zh, source, level=level)
