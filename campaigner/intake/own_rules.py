"""An office's own rules: added to the shipped ones, which nothing in them can change, weaken or take away."""

from collections.abc import Iterator, Mapping
from typing import Any

Data = dict[str, Any]

_OPEN = frozenset({("groups",), ("numbers", "official"), ("names", "wrong"), ("plain", "jargon")})
"""Tables whose keys are names of somebody's choice."""
_GROUPS = ("groups",)
"""Word groups of shipped expressions: a word more in one of them may excuse what was found before."""
_COMPUTED = frozenset({("groups", "tld")})
"""Entries that the program makes of others; one of these names would be overwritten in silence."""


def merged(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[Data, list[str]]:
    """The shipped rules with an office's own behind them.

    Args:
        shipped: All shipped rule files, joined.
        own: The office's file, in the same form.

    Returns:
        The joined data, and what of the office's file is no addition, one sentence each.
    """
    joined, faults = _joined(shipped, own, ())
    faults += _repeated(shipped, own, "rule")
    faults += _repeated(shipped, own, "pattern")
    return joined, faults


def _joined(
    shipped: Mapping[str, Any], own: Mapping[str, Any], path: tuple[str, ...]
) -> tuple[Data, list[str]]:
    joined: Data = dict(shipped)
    faults: list[str] = []
    for key, value in own.items():
        place = (*path, key)
        name = ".".join(place)
        if place in _COMPUTED:
            faults.append(f"{name} is made by the program; choose another name（由程序生成，请另起名称）")
        elif key not in shipped:
            if path in _OPEN:
                joined[key] = value
            else:
                faults.append(
                    f"{name} is unknown; there is nothing of this name to add to（没有这一项，请删去或改正名称）"
                )
        elif isinstance(shipped[key], dict) and isinstance(value, dict):
            joined[key], found = _joined(shipped[key], value, place)
            faults += found
        elif isinstance(shipped[key], list) and isinstance(value, list) and path != _GROUPS:
            joined[key] = [*shipped[key], *value]
        elif value != shipped[key]:
            way = (
                "give yours another name（系统自带，不能改动，请另起名称）"
                if path in _OPEN
                else "take it out（系统自带，不能改动，请删去这一项）"
            )
            faults.append(f"{name} is shipped and cannot be changed, only added to; {way}")
    return joined, faults


def _repeated(shipped: Mapping[str, Any], own: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Entries of a list that bear an id which another one has: whichever came later would count alone."""
    added = own.get(kind, [])
    if not isinstance(added, list):
        return
    taken = {entry["id"] for entry in shipped[kind]}
    for entry in added:
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and name in taken:
            yield (
                f"{name} is a shipped {kind} or stands twice, and cannot be changed; give yours its own id"
                "（编号已被占用，请另起编号）"
            )
        elif isinstance(name, str):
            taken.add(name)
