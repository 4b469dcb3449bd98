"""Random small offices with random histories; the same number gives the same office."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.simulation.offices.lists import CONSENT, REFUSAL, Person, Sheet
from tests.simulation.offices.scene import WARNINGS, History, Step
from tests.simulation.offices.settings import DAY, Campaign, Gateway, Schedule, Segment, Settings

_NAMES = ("c1", "c2", "c3", "c4")
_DAMAGES = {
    "one.csv": ("missing", "error", "bytes", "wide"),
    "two.xlsx": ("missing", "cut", "error", "sheet"),
}
_SPOILS = (
    "bracket", "caps cap", "windows window", "calendar calender", "terms term", "audiences.two audience.two",
    "segments.s2 segment.s2", "gateways.line gateway.line",
)  # fmt: skip
_TIMES = (*range(480, 1260, 60), 400, 1290)
_COMMANDS = {"plan", "generate", "approve", "return", "cancel", "pause", "resume", "urgent", "export", "send"}
_PEOPLE = 12


class _Dice(Random):
    """Words for what is decided by chance."""

    def often(self, share: float) -> bool:
        return self.random() < share

    def minute(self, days: int) -> int:
        return self.randrange(days) * DAY + self.choice(_TIMES)


def history(seed: int) -> History:
    """The office of a number, and what happens to it."""
    dice = _Dice(seed)
    days = dice.randint(4, 7)
    settings = _settings(dice, days)
    sheets = (("one.csv", _sheet(dice)), ("two.xlsx", _sheet(dice)))
    steps = [*_rhythm(dice, days, settings), *_happenings(dice, days, settings)]
    steps.sort(key=lambda step: step[0])
    return History(seed, settings, sheets, tuple(steps), slips=seed % 25 == 0)


def _settings(dice: _Dice, days: int) -> Settings:
    names = _NAMES[: dice.randint(1, 3)]
    return Settings(
        campaigns={name: _campaign(dice, days) for name in names},
        segments={"s1": Segment("one.csv", dice.choice(("", "柳树村"))), "s2": Segment("two.xlsx")},
        gateways={"carrier": _gateway(dice), "line": _gateway(dice)},
        window=dice.choice(((8, 21), (9, 18))),
        quiet=(dice.randint(0, days),) if dice.often(0.3) else (),
        per_phone=dice.choice((0, 0, 1, 2)),
        gap=dice.choice((0, 0, 6, 20)),
        same_text=dice.choice((0, 0, 24, 48, 72)),
        holidays=(dice.randint(0, days),),
        term=dice.randint(1, days + 4),
        fair=dice.randint(0, days),
        not_after=dice.choice((24, 48, 72)),
    )


def _gateway(dice: _Dice) -> Gateway:
    return Gateway(dice.choice((0, 0, 0, 2)), dice.choice((0, 0, 0, 3)))


def _campaign(dice: _Dice, days: int) -> Campaign:
    return Campaign(
        segment=dice.choice(("s1", "s1", "s2")), schedule=_schedule(dice, days), template=dice.choice("ab"),
        warning=dice.choice(WARNINGS), gateway=dice.choice(("carrier", "carrier", "line")),
        paused=dice.often(0.05), misfire=dice.choice(("late", "late", "late", "move", "skip")),
    )  # fmt: skip


def _schedule(dice: _Dice, days: int) -> Schedule:
    kind = dice.choice(("weekly", "weekly", "weekly", "dates", "dates", "every", "term", "fair"))
    at = dice.choice(_TIMES)
    if kind == "dates":
        moments = tuple(sorted({dice.minute(days) for _date in range(dice.randint(1, 3))}))
        return Schedule(kind, numbers=moments)
    if kind == "every":
        return Schedule(kind, at, (dice.randint(1, 3),), start=dice.randint(0, 1) * DAY + at)
    if kind == "weekly":
        weekdays = tuple(sorted(dice.sample(range(7), dice.choice((2, 4, 7)))))
        rest = dice.choice(("keep", "keep", "next", "skip"))
        return Schedule(kind, at, weekdays, rest)
    return Schedule(kind, at, (dice.randint(0, 3),))


def _sheet(dice: _Dice) -> Sheet:
    numbers = dice.sample(range(_PEOPLE), dice.randint(2, 6))
    people = tuple(Person(number, dice.randint(0, 1), dice.often(0.2)) for number in numbers)
    column = dice.choice((REFUSAL, REFUSAL, REFUSAL, CONSENT, ""))
    return Sheet(people, column)


def _rhythm(dice: _Dice, days: int, settings: Settings) -> Iterator[Step]:
    """What happens every day: turns of the daemon, of which some are missing, and somebody who approves."""
    off = dice.randint(0, days) * DAY + dice.randrange(DAY) if dice.often(0.4) else days * DAY
    until = off + dice.choice((5, 20, 40, 70)) * 60
    dues = {due for campaign in settings.campaigns.values() for due in settings.minutes(campaign, days)}
    for day in range(days):
        for minute in (7 * 60, 10 * 60 + 5, 15 * 60 + 5):
            yield from _turn(dice, day * DAY + minute + dice.randrange(4), off, until)
        if dice.often(0.9):
            again = dice.often(0.7)
            yield (
                day * DAY + dice.choice((7 * 60 + 30, 7 * 60 + 30, 9 * 60 + 45, 16 * 60)),
                "approve",
                None,
                again,
            )
    for due in sorted(dues):
        if 0 <= due < days * DAY and dice.often(0.8):
            yield from _turn(dice, due + dice.choice((0, 0, 1, 20)), off, until)


def _turn(dice: _Dice, minute: int, off: int, until: int) -> Iterator[Step]:
    if off <= minute < until:
        return
    if dice.often(0.08):
        yield minute, "cut", int(10 ** dice.uniform(0.5, 2.6))
        yield minute, "turn"
        yield minute + 2, "turn"
    else:
        yield minute, "turn"
    if dice.often(0.06):
        yield minute + 1, "restart"
    if dice.often(0.02):
        yield minute + 3, "back", dice.randrange(3, 90)


def _happenings(dice: _Dice, days: int, settings: Settings) -> Iterator[Step]:
    names = [*settings.campaigns, "c4"]
    kinds: tuple[Callable[[_Dice, int, list[str]], tuple[Any, ...]], ...] = (
        *(_edit,) * 5, *(_list,) * 3, *(_by_hand,) * 3, *(_refusal,) * 2, _spoil,
    )  # fmt: skip
    for _happening in range(dice.randint(2, 12)):
        minute = dice.minute(days) + dice.choice((-1, -1, -61, 5, 15, 95))
        step = dice.choice(kinds)(dice, days, names)
        if step[0] in _COMMANDS and dice.often(0.05):
            yield max(minute, 0), "cut", int(10 ** dice.uniform(0.3, 2))
        yield max(minute, 0), *step
        if step[0] in {"spoil", "pause"} or (step[0] == "sheet" and step[2] == "damage"):
            undone = {"spoil": ("repair",), "pause": ("resume",)}.get(step[0], (*step[:3], ""))
            if dice.often(0.85):
                yield minute + dice.choice((10, 10, 300, DAY, 2 * DAY)), *undone
        if step[0] == "office" and dice.often(0.3):
            yield minute + dice.choice((10, 300, DAY)), step[0], step[1], getattr(settings, step[1])


def _edit(dice: _Dice, days: int, names: list[str]) -> tuple[Any, ...]:
    name = dice.choice(names)
    edits: tuple[tuple[Any, ...], ...] = (
        ("change", name, "paused", True), ("change", name, "paused", True), ("change", name, "paused", False),
        ("schedule", name, "end", dice.minute(days) + 5), ("schedule", name, "at", dice.choice(_TIMES)),
        ("change", name, "schedule", _schedule(dice, days)), ("change", name, "schedule", _schedule(dice, days)),
        ("change", name, "template", dice.choice("ab")), ("change", name, "segment", dice.choice(("s1", "s2"))),
        ("change", name, "gateway", dice.choice(("carrier", "line"))),
        ("change", name, "warning", dice.choice(WARNINGS)), ("rename", name, f"{name}x"), ("drop", name),
        ("set-campaign", name, _campaign(dice, days)),
        ("entry", "openings", dice.choice("ab"), dice.randrange(4)), ("office", "signature", dice.randrange(2)),
        ("entry", "segments", "s1", Segment("one.csv", dice.choice(("", "柳树村", "杨树村")))),
        ("entry", "gateways", dice.choice(("carrier", "line")), _gateway(dice)),
        ("office", "window", dice.choice(((8, 21), (9, 12), (14, 18)))), ("office", "quiet", (dice.randint(0, days),)),
        ("office", "same_text", dice.choice((24, 96))), ("office", "per_phone", dice.choice((0, 1))),
        ("office", "holidays", (dice.randint(0, days), dice.randint(0, days))),
        ("office", "workdays", (dice.choice((5, 6)),)), ("office", "term", dice.randint(1, days + 4)),
        ("office", "fair", dice.randint(0, days)),
    )  # fmt: skip
    return dice.choice(edits)


def _list(dice: _Dice, _days: int, _names: list[str]) -> tuple[Any, ...]:
    file = dice.choice(("one.csv", "two.xlsx"))
    number = dice.randrange(_PEOPLE)
    edits: tuple[tuple[Any, ...], ...] = (
        ("add", Person(number, dice.randint(0, 1))), ("remove", number), ("refuses", number), ("refuses", number),
        ("accepts", number), ("column", ""), ("column", dice.choice((REFUSAL, CONSENT))),
        ("damage", dice.choice(_DAMAGES[file])), ("damage", dice.choice(_DAMAGES[file])),
    )  # fmt: skip
    return ("sheet", file, *dice.choice(edits))


def _by_hand(dice: _Dice, _days: int, _names: list[str]) -> tuple[Any, ...]:
    place = dice.randrange(4)
    return dice.choice(
        (
            ("plan",), ("generate",), ("approve",), ("approve", place, True), ("return", place), ("cancel", place),
            ("pause", place), ("pause", place, True), ("resume",), ("urgent", place), ("export", place), ("send",),
            ("line", dice.choice((60, 600, 2 * DAY))),
        )
    )  # fmt: skip


def _refusal(dice: _Dice, _days: int, _names: list[str]) -> tuple[Any, ...]:
    number = dice.randrange(_PEOPLE)
    if dice.often(0.5):
        return ("refuse", number)
    if dice.often(0.3):
        return ("accept", number)
    more = tuple(dice.sample(range(_PEOPLE), dice.choice((0, 1))))
    if dice.often(0.5):
        return ("import", "refusals.csv", (number,), more, "")
    return ("import", "refusals.xlsx", (number,), more, dice.choice(("", "", "cut")))


def _spoil(dice: _Dice, _days: int, names: list[str]) -> tuple[Any, ...]:
    name = dice.choice(names)
    return ("spoil", dice.choice((*_SPOILS, f"key {name}", f"campaigns.{name} campaign.{name}")))
