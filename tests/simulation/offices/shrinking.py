"""Making a history that fails as short as it can be."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.offices.scene import History
from tests.simulation.shrinking import fewer_steps


def shrunk(history: History, fails: Callable[[History], bool]) -> History:
    """The history with as few steps, campaigns and people as still fail, by taking out ever smaller pieces.

    Args:
        history: One that fails.
        fails: Whether a history does.
    """
    history = fewer_steps(history, fails)
    for name in list(history.settings.campaigns):
        kept = {key: value for key, value in history.settings.campaigns.items() if key != name}
        smaller = replace(history, settings=replace(history.settings, campaigns=kept))
        history = smaller if fails(smaller) else history
    history = _plainer(history, fails)
    for place, (file, sheet) in enumerate(history.sheets):
        for person in sheet.people:
            now = history.sheets[place][1]
            fewer = replace(now, people=tuple(other for other in now.people if other != person))
            sheets = (*history.sheets[:place], (file, fewer), *history.sheets[place + 1 :])
            smaller = replace(history, sheets=sheets)
            history = smaller if fewer.people and fails(smaller) else history
    return fewer_steps(history, fails)


def _plainer(history: History, fails: Callable[[History], bool]) -> History:
    """Settings that make no difference as they are where nobody says anything."""
    plain = {"quiet": (), "per_phone": 0, "gap": 0, "same_text": 0, "holidays": (4,), "window": (8, 21)}
    for key, value in plain.items():
        smaller = replace(history, settings=replace(history.settings, **{key: value}))  # type: ignore[arg-type]
        history = smaller if fails(smaller) else history
    return history
