"""An office's own rules: added to the shipped ones, which nothing in them can change, weaken or take away."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from campaigner.domain.problem import Level
from campaigner.domain.wording.rules import READ_AS, AppliesTo
from campaigner.toml.places import Path
from campaigner.toml.table import Table

Data = dict[str, Any]

RULES_UNUSABLE = "rules-unusable"
"""Code of every fault of an office's own rules: with one of them, none of the file is used."""
SPARE = ("negated", "denied", "attributed", "said")
CHECKS = ("", "link", "scan")
ABOUT = ("", "app", "case")
CHANNELS = ("", *READ_AS)
"""Where a pattern applies: in texts of a channel, in a notice of somebody else's, or "" in what has no channel."""

_OPEN = frozenset({("groups",), ("numbers", "official"), ("names", "wrong"), ("plain", "jargon")})
"""Tables whose keys are names of somebody's choice."""
_GROUPS = ("groups",)
"""Word groups of shipped expressions: a word more in one of them may excuse what was found before."""
_COMPUTED = frozenset({("groups", "tld")})
"""Entries that the program makes of others; one of these names would be overwritten in silence."""
_TEXTS_OF_A_RULE = (
    "id",
    "title_zh",
    "source",
    "source_zh",
    "explanation_zh",
    "instead_zh",
    "held_by",
)


class NoAddition(NamedTuple):
    """What of an office's file is no addition.

    Args:
        path: Where it stands.
        message: Why, in English.
        message_zh: The same in Chinese.
    """

    path: Path
    message: str
    message_zh: str


def merged(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[Data, list[NoAddition]]:
    """The shipped rules with an office's own behind them.

    Args:
        shipped: All shipped rule files, joined.
        own: The office's file, in the same form.

    Returns:
        The joined data, and what of the office's file is no addition.
    """
    joined, faults = _joined(shipped, own, ())
    faults += _repeated(shipped, own, "rule")
    faults += _repeated(shipped, own, "pattern")
    return joined, faults


def _joined(
    shipped: Mapping[str, Any], own: Mapping[str, Any], path: tuple[str, ...]
) -> tuple[Data, list[NoAddition]]:
    joined: Data = dict(shipped)
    faults: list[NoAddition] = []
    for key, value in own.items():
        place = (*path, key)
        if place in _COMPUTED:
            faults.append(
                NoAddition(place, "is made by the program; choose another name", "由程序生成，请另起名称")
            )
        elif key not in shipped:
            if path in _OPEN:
                joined[key] = value
            else:
                near = get_close_matches(key, shipped, n=1)
                hint, hint_zh = (
                    (f"; did you mean `{near[0]}`?", f"，是不是 `{near[0]}`？") if near else ("", "")
                )
                faults.append(
                    NoAddition(
                        place,
                        f"is unknown; there is nothing of this name to add to{hint}",
                        f"没有这一项，请删去或改正名称{hint_zh}",
                    )
                )
        elif isinstance(shipped[key], dict) and isinstance(value, dict):
            joined[key], found = _joined(shipped[key], value, place)
            faults += found
        elif isinstance(shipped[key], list) and isinstance(value, list) and path != _GROUPS:
            joined[key] = [*shipped[key], *value]
        elif value != shipped[key]:
            way, way_zh = (
                ("give yours another name", "请另起名称")
                if path in _OPEN
                else ("take it out", "请删去这一项")
            )
            faults.append(
                NoAddition(
                    place,
                    f"is shipped and cannot be changed, only added to; {way}",
                    f"系统自带，不能改动，{way_zh}",
                )
            )
    return joined, faults


def _repeated(shipped: Mapping[str, Any], own: Mapping[str, Any], kind: str) -> Iterator[NoAddition]:
    """Entries of a list that bear an id which another one has: whichever came later would count alone."""
    added = own.get(kind, [])
    if not isinstance(added, list):
        return
    taken = {entry["id"] for entry in shipped[kind]}
    for number, entry in enumerate(added):
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and name in taken:
            yield NoAddition(
                (kind, number, "id"),
                f"{name} is a shipped {kind} or stands twice, and cannot be changed; give yours its own id",
                f"编号 {name} 已被占用，请另起编号",
            )
        elif isinstance(name, str):
            taken.add(name)


def check_entries(table: Table, shipped: Mapping[str, Any]) -> None:
    """Look over each entry that an office's file adds; every fault is reported at its place.

    Args:
        table: The office's file.
        shipped: All shipped rule files, joined.
    """
    rules = {entry["id"] for entry in shipped["rule"]}
    for entry in table.entries("rule"):
        rules.add(_check_rule(entry))
    for entry in table.entries("pattern"):
        _check_pattern(entry, rules)
    for entry in table.table("unfinished").entries("mark"):
        _check_mark(entry, rules)
    for entry in table.table("expiry").entries("list"):
        entry.texts("words", required=True, filled=True, least=1)
        if entry.day("valid_until", required=True) == date.max:
            entry.fault(RULES_UNUSABLE, "is the last day of all", "日期过大", "valid_until")
        entry.text("why", required=True)
        entry.texts("except", filled=True)
        entry.finish()
    for entry in table.table("tailored").entries("group"):
        entry.texts("segments", required=True, filled=True, least=1)
        entry.texts("words", required=True, filled=True, least=1)
        entry.finish()
    _check_words(table, shipped)


def _check_rule(entry: Table) -> str:
    texts = {key: entry.text(key, required=True) for key in _TEXTS_OF_A_RULE}
    entry.choice("level", list(Level), required=True)
    entry.choice("applies_to", list(AppliesTo), required=True)
    entry.finish()
    return texts["id"]


def _known_rule(entry: Table, rules: set[str]) -> None:
    rule = entry.text("rule", required=True)
    if rule and rule not in rules:
        entry.fault(RULES_UNUSABLE, f"there is no rule {rule}", f"没有 {rule} 这条规则", "rule")


def _check_pattern(entry: Table, rules: set[str]) -> None:
    _known_rule(entry, rules)
    entry.text("id", required=True)
    entry.text("message", required=True)
    entry.texts("triggers", required=True, filled=True, least=1)
    if "find" not in entry:
        entry.fault(RULES_UNUSABLE, "`find` is missing; it wants an expression", "缺少 `find`，应为表达式")
    for key in ("find", "find_at_clause"):
        if isinstance(entry.peek(key), str):
            entry.text(key, required=True)
        else:
            entry.texts(key, filled=True, least=int(key == "find"))
    for key in ("needs", "unless", "says", "instead"):
        entry.text(key)
    entry.choice("about", ABOUT)
    entry.choice("check", CHECKS)
    entry.choices("spare", SPARE)
    entry.choices("channels", CHANNELS)
    entry.day("expired_on")
    entry.finish()


def _check_mark(entry: Table, rules: set[str]) -> None:
    _known_rule(entry, rules)
    entry.text("id", required=True)
    entry.text("says", required=True)
    entry.texts("find", required=True, filled=True, least=1)
    entry.text("spared_after")
    entry.choices("channels", CHANNELS)
    entry.flag("excused")
    entry.finish()


def _check_words(table: Table, shipped: Mapping[str, Any]) -> None:
    """Lists of words and tables of words, wherever the shipped rules have some."""
    for key, value in shipped.items():
        if key == "groups":
            groups = table.table(key)
            for name in groups.names:
                if isinstance(groups.peek(name), list):
                    groups.texts(name, filled=True, least=1)
                else:
                    groups.text(name, required=True)
        elif isinstance(value, dict):
            _check_words_below(table.table(key), (key,), value)
        elif value and isinstance(value[0], str):
            table.texts(key, filled=True)


def _check_words_below(table: Table, path: tuple[str, ...], shipped: Mapping[str, Any]) -> None:
    for name in table.names:
        known = shipped.get(name)
        if path in _OPEN:
            table.text(name, required=True)
        elif isinstance(known, dict):
            _check_words_below(table.table(name), (*path, name), known)
        elif isinstance(known, list) and known and isinstance(known[0], str):
            table.texts(name, filled=True)
