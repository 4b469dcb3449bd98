"""What a schedule comes to in the year ahead, as far as it is known: how often, how much, for how many yuan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaigner.domain.campaign import Channel
from campaigner.domain.planning import Tally
from campaigner.domain.sms import Cost

YEAR = 365
"""Days that are looked ahead, today included."""
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Amount:
    """What one run of a campaign comes to, as the mean of runs that were counted.

    Args:
        runs: How many runs were counted; 0 where nothing is known.
        recipients: Who gets an SMS, of all of them together.
        parts: Their SMS parts.
        cost: Their price.
        copies: Their sheets to print.
    """

    runs: int = 0
    recipients: int = 0
    parts: int = 0
    cost: Cost = field(default_factory=lambda: Cost(0))
    copies: int = 0

    @classmethod
    def of(cls, runs: Sequence[Sequence[Tally]]) -> "Amount":
        """The amount of runs, each with its channels."""
        tallies = [tally for run in runs for tally in run]
        sms = [tally for tally in tallies if tally.channel is Channel.SMS]
        return cls(
            len(runs), sum(tally.recipients for tally in sms), sum(tally.parts for tally in sms),
            sum((tally.cost for tally in sms), Cost(0)), sum(tally.copies for tally in tallies),
        )  # fmt: skip

    def times(self, total: int, count: int) -> int:
        """What `count` runs come to, of something that these come to `total` of; half rounded up."""
        return (2 * total * count + self.runs) // (2 * self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A campaign's schedule in words, and its year ahead.

    Args:
        campaign: Name of the campaign.
        title: What officers call it.
        words: When it fires, English and Chinese.
        first: First day of the year ahead.
        last: Its last day.
        firings: How often it fires in it, as far as certain; None where that is not counted.
        unknown: Why there may be more, English and Chinese; empty if there are none.
        amount: What one run comes to.
        paused: Whether the campaign is paused.
    """

    campaign: str
    title: str
    words: Words
    first: date
    last: date
    firings: int | None
    unknown: Words
    amount: Amount
    paused: bool

    @property
    def sentence(self) -> Words:
        """All of it in one sentence, English and Chinese."""
        english, chinese = self.words
        year, year_zh = f"from {self.first} to {self.last}", f"今后一年（{self.first}至{self.last}）"
        if self.paused:
            return f"{english}; paused, nothing goes out", f"{chinese}，已暂停，不发送"
        if self.firings is None:
            return f"{english}; {year} {self.unknown[0]}", f"{chinese}，{year_zh}{self.unknown[1]}"
        times = "once" if self.firings == 1 else f"{self.firings} times"
        if self.unknown[0]:
            english += f"; {year} certainly {times}, perhaps more: {self.unknown[0]}"
            chinese += f"，{year_zh}能确定的有{self.firings}次，以后的还不能确定：{self.unknown[1]}"
        else:
            english += f"; {year} {times}"
            chinese += f"，{year_zh}{self.firings}次"
        amount, amount_zh = self._amount(self.firings)
        return english + amount, chinese + amount_zh

    def _amount(self, firings: int) -> Words:
        if not firings:
            return "", ""
        one = self.amount
        if not one.runs:
            return (
                "; how many each time is not known, since none falls into the period that was counted",
                "；每次多少还不知道，因为这段时间内没有批次可以计数",
            )
        whole, whole_zh = ("these", f"这{firings}次") if self.unknown[0] else ("all of them", "全年")
        found, found_zh = "", ""
        if one.parts:
            parts = one.times(one.parts, firings)
            yuan = Cost(one.times(one.cost.milli, firings)).yuan
            found += (
                f"; each about {one.times(one.parts, 1)} SMS parts to {one.times(one.recipients, 1)} people, "
                f"{whole} about {parts} parts, {yuan} yuan"
            )
            found_zh += (
                f"，每次约{one.times(one.parts, 1)}条短信（{one.times(one.recipients, 1)}人），"
                f"{whole_zh}约{parts}条，{yuan}元"
            )
        if one.copies:
            sheets = one.times(one.copies, firings)
            found += f"; each about {one.times(one.copies, 1)} sheets, {whole} about {sheets}"
            found_zh += f"，每次约印{one.times(one.copies, 1)}张，{whole_zh}约{sheets}张"
        return found, found_zh

    def as_data(self) -> dict[str, Any]:
        """For `--json`; yuan and figures of the year are those of the firings that are certain."""
        one, known = self.amount, self.firings is not None and bool(self.amount.runs)
        count = self.firings or 0
        return {
            "campaign": self.campaign,
            "title": self.title,
            "words": self.words[0],
            "words_zh": self.words[1],
            "sentence": self.sentence[0],
            "sentence_zh": self.sentence[1],
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "paused": self.paused,
            "firings": self.firings,
            "certain": not self.unknown[0],
            "runs_counted": one.runs,
            "year_parts": one.times(one.parts, count) if known else None,
            "year_yuan": Cost(one.times(one.cost.milli, count)).yuan if known else None,
            "year_copies": one.times(one.copies, count) if known else None,
        }
