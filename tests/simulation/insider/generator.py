"""Random stories of an insider; the same number gives the same story."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.insider.hands import SETTINGS
from tests.simulation.insider.rows import TABLES
from tests.simulation.insider.scene import DAY, Step, Story

_MOMENTS = (2 * DAY + 600, 3 * DAY + 540, 6 * DAY + 540, 7 * DAY + 600, 8 * DAY + 540)
"""When runs are due: in this order those of `server`, `line`, `batch`, `server`, `line`."""
_HONEST_EVERY = 5
"""One story in so many has no insider."""
_ELSEWHERE = next(place for place, (table, *_rest) in enumerate(SETTINGS) if table == "output")
_TOGETHER = (("swap", "swap_back"), ("lay_aside", "take_back"), ("keep_entries", "entry", "put_entries"),
    ("backup", "restore"))  # fmt: skip
"""Crimes of which one leads to the other."""
Make = Callable[[Random], tuple[Any, ...]]


def _number(dice: Random) -> int:
    return dice.randrange(12)


def _one(dice: Random) -> tuple[Any, ...]:
    return (_number(dice),)


def _two(dice: Random) -> tuple[Any, ...]:
    return _number(dice), _number(dice)


def _none(_dice: Random) -> tuple[Any, ...]:
    return ()


def _setting(dice: Random) -> tuple[Any, ...]:
    return dice.randrange(len(SETTINGS)), dice.choice((0, 0, 1, 2))


def _cell(dice: Random) -> tuple[Any, ...]:
    table = dice.choice((*range(8), *range(8), *range(len(TABLES))))
    return table, dice.randrange(40), dice.randrange(24), dice.randrange(8)


_SHE: dict[str, tuple[float, Make]] = {
    "she_approves": (6, _one), "she_looks": (1.5, _one), "she_signs": (2, _one), "she_returns": (1.2, _one),
    "she_pauses": (1, lambda dice: (_number(dice), dice.random() < 0.4)), "she_resumes": (0.6, _none),
    "she_cancels": (0.4, _one),
}  # fmt: skip
_COMMANDS: dict[str, tuple[float, Make]] = {
    "plan": (1.5, _none), "generate": (2.5, _one), "release": (6, _one),
    "release_all": (2, _none), "other_way": (0.3, _one), "urgent": (1.2, _one), "return_": (0.6, _one),
    "resume": (0.5, _one), "slip": (0.3, _one),
    "approve": (0.7, lambda dice: (_number(dice), dice.choice(("王经办", "张三", "李 所长 ")))),
}  # fmt: skip
_CLERK: dict[str, tuple[float, Make]] = {
    "set": (3.5, _setting), "word": (1.5, _two), "warn": (0.7, _one), "profile": (0.7, _one), "rules": (0.2, _none),
    "people": (1, lambda dice: (_number(dice), dice.random() < 0.5)),
    "line": (1.2, lambda dice: (dice.random() < 0.5, dice.choice((0, 0, 3, 8)))),
}  # fmt: skip
_CRIMES: dict[str, tuple[float, Make]] = {
    "cell": (4, _cell), "drop": (1, _cell), "double": (0.7, _cell), "unguard": (0.7, _none), "forge": (1, _one),
    "revive": (1, _one), "prolong": (0.5, _none), "merge": (0.5, _one), "lead": (0.8, _two), "hurry": (0.7, _one),
    "swap": (1.6, lambda dice: (_number(dice), dice.random() < 0.4, dice.randrange(3))), "loosen": (0.7, _none),
    "swap_back": (1, _none), "spring": (1, _one),
    "retitle": (0.4, _one), "rewrite_author": (0.5, _one), "become": (0.8, _two), "forget": (1, _one),
    "swap_codes": (0.4, _two), "entry": (0.7, _two), "strike": (0.4, _one), "cut": (0.6, _one),
    "keep_entries": (0.4, _none), "put_entries": (0.4, _none), "lay_aside": (0.9, _none), "take_back": (0.9, _none),
    "out": (1.6, lambda dice: (
        _number(dice), dice.choice(("remove", "copy", "plant", "lose", "alter", "alter")), _number(dice))),
    "key": (0.3, lambda dice: (dice.choice(("away", "back")),)),
    "form": (0.2, lambda dice: (dice.choice(("away", "")),)),
    "backup": (0.5, _none), "restore": (0.5, _none),
}  # fmt: skip


def story(seed: int, crimes: tuple[str, ...] = ()) -> Story:
    """The story of a number.

    Args:
        seed: The number.
        crimes: What the insider does that no clerk has to; some of all that there is if none are given.
    """
    dice = Random(seed)
    honest = seed % _HONEST_EVERY == 0 and not crimes
    moves = _SHE | _COMMANDS | _CLERK | ({} if honest else _CRIMES)
    if not honest:
        # A few kinds of crime at a time, so that one that is told of does not hide another.
        chosen = set(crimes or dice.sample(sorted(_CRIMES), dice.randint(1, 4)))
        chosen |= {name for group in _TOGETHER for name in group if chosen & set(group)}
        moves = {name: move for name, move in moves.items() if name not in _CRIMES or name in chosen}
        moves |= {name: (moves[name][0] * 5, moves[name][1]) for name in sorted(chosen)}
    steps: list[Step] = []
    minute = 620
    steps += [(minute, "she_approves", _number(dice)) for _start in range(dice.choice((0, 1, 2, 3)))]
    names, weights = list(moves), [weight for weight, _make in moves.values()]
    for _move in range(dice.randint(6, 18)):
        minute = _later(dice, minute)
        (name,) = dice.choices(names, weights)
        given = moves[name][1](dice)
        given = given[:2] if name in {"drop", "double"} else given
        if honest and name == "set" and given[0] == _ELSEWHERE:
            continue
        steps.append((minute, name, *given))
    for _end in range(dice.choice((0, 1, 1, 2))):
        minute = _later(dice, minute)
        steps.append((minute, "release_all"))
    return Story(seed, tuple(steps), honest=honest, anchored=dice.random() < 0.7)


def _later(dice: Random, minute: int) -> int:
    """The minute of the next step: soon, in some hours, or when a run is due."""
    ahead = [due for due in _MOMENTS if due > minute]
    if ahead and dice.random() < 0.25:
        return ahead[0] + dice.choice((1, 1, 30))
    return minute + dice.choice((1, 2, 5, 20, 60, 200))
