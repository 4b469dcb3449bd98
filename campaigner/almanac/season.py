"""The season calendar that is shipped: data/season.toml, read into the domain's occasions."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from campaigner.domain.calendar import Occasion, Point, parse_point
from campaigner.errors import ConfigError
from campaigner.toml.reading import shipped_values

_POINTS = ("start", "end", "day")
_LISTS = ("types", "audiences")


@cache
def season() -> Mapping[str, Occasion]:
    """The shipped occasions by name, in the order of the year.

    Raises:
        ConfigError: The file of the installation is damaged.
    """
    return parse_season((files(__package__) / "data" / "season.toml").read_text("utf-8"), "season.toml")


def parse_season(text: str, source: str) -> dict[str, Occasion]:
    """The occasions of one file.

    Args:
        text: TOML, one table for each occasion.
        source: File name, for the message.

    Raises:
        ConfigError: The text is no TOML, or a key is missing, unknown or of the wrong kind.
    """
    try:
        return {name: _occasion(name, entry) for name, entry in shipped_values(text, source).items()}
    except (TypeError, ValueError, AttributeError) as fault:
        raise ConfigError(
            f"the season calendar {source} is damaged: {fault}\n"
            f"节日和时令日历 {source} 已损坏：请重新安装 campaigner，或恢复该文件"
        ) from fault


def _occasion(name: str, entry: Mapping[str, Any]) -> Occasion:
    values = {key: _value(key, value) for key, value in entry.items()}
    return Occasion(name, **values)


def _value(key: str, value: Any) -> Any:
    if key in _POINTS:
        return (_point(value),)
    return tuple(value) if key in _LISTS else value


def _point(text: str) -> Point:
    point = parse_point(text)
    if point is None:
        raise ValueError(f"`{text}` is no day")
    return point
