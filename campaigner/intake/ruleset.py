"""The rules from their data files, with a user's own added."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from campaigner.domain.problem import Level, Problem
from campaigner.domain.wording.cases import CaseLimits, Persons
from campaigner.domain.wording.finder import Finder
from campaigner.domain.wording.folding import Folding
from campaigner.domain.wording.hotlines import Hotlines
from campaigner.domain.wording.official_names import OfficialNames
from campaigner.domain.wording.plainness import Plainness
from campaigner.domain.wording.rules import AppliesTo, Rule
from campaigner.domain.wording.ruleset import ABOUT_APP, ABOUT_CASE, Addressed, OwnRules, Pattern, Ruleset
from campaigner.domain.wording.unfinished import Mark, Unfinished
from campaigner.domain.wording.voice import Voice
from campaigner.intake.linear import filled
from campaigner.intake.own_expressions import Make, OwnExpressions
from campaigner.intake.own_rules import RULES_UNUSABLE, Data, check_entries, merged
from campaigner.toml.reading import shipped_values
from campaigner.toml.table import Table, read_table
from campaigner.toml.wording import Wording

_HOME = Path(__file__).parent / "rules"
_ABOUT = {"": 0, "app": ABOUT_APP, "case": ABOUT_CASE}
_ASCII = re.compile(r"(?<!\\)[a-z]")
LARGEST = 256 << 10
"""Bytes of a user's own file."""


@cache
def load_rules() -> Ruleset:
    """The shipped rules."""
    return _compile(_read(), None)


def read_own_rules(file: Path, source: str) -> tuple[Ruleset | None, list[Problem]]:
    """The shipped rules with those of an office's own file.

    Args:
        file: A TOML file that adds `[[rule]]`, `[[pattern]]`, `[numbers.official]`, `names.near_miss`,
            `[[expiry.list]]`, `[plain.jargon]` and so on; it cannot change, weaken or take away what is shipped.
        source: Its name relative to the working folder.

    Returns:
        The rules, or None if something in the file cannot work, and every fault of it.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "unknown fault"
        return None, [_unusable(f"the rules cannot be read: {reason}", "自定义的用语规则无法读取", source)]
    if len(raw) > LARGEST:
        return None, [
            _unusable(
                f"the file has more than {LARGEST >> 10} KiB; that is no list of rules",
                f"文件超过 {LARGEST >> 10} KiB，不会是用语规则",
                source,
            )
        ]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [
            _unusable("the rules cannot be read: save the file as UTF-8", "请另存为UTF-8编码", source, line)
        ]
    table, problems = read_table(text, source, Wording(RULES_UNUSABLE))
    rules = None if table is None else _with_own(table, problems)
    if rules is None or table is None:
        return None, [replace(problem, code=RULES_UNUSABLE) for problem in problems]
    return replace(rules, own=_own(raw, table)), []


def _with_own(table: Table, problems: list[Problem]) -> Ruleset | None:
    """The shipped rules with an office's; None if there are faults, which are added to `problems`."""
    shipped = _read()
    check_entries(table, shipped)
    joined, refused = merged(shipped, {name: table.peek(name) for name in table.names})
    for path, message, message_zh in refused:
        table.fault(RULES_UNUSABLE, message, message_zh, *path)
    expressions = OwnExpressions(table, shipped, joined)
    return None if problems else _compile(joined, expressions)


def _unusable(message: str, message_zh: str, source: str, line: int = 1) -> Problem:
    return Problem(RULES_UNUSABLE, message, message_zh, source, line)


def _own(raw: bytes, own: Table) -> OwnRules:
    """What an office added, as its approval form shows it."""
    return OwnRules(
        sha256=hashlib.sha256(raw).hexdigest(),
        rules=len(own.entries("rule")),
        patterns=len(own.entries("pattern")),
        numbers=tuple(own.table("numbers").mapping("official").items()),
    )


def _read() -> Data:
    merged: Data = {}
    for file in sorted(_HOME.glob("*.toml")):
        merged = _merged(merged, shipped_values(file.read_text("utf-8"), file.name))
    return merged


def _merged(base: Any, added: Any) -> Any:
    """The shipped files joined: tables, lists one behind the other, anything else from the second."""
    if isinstance(base, dict) and isinstance(added, dict):
        return base | {
            key: _merged(base[key], value) if key in base else value for key, value in added.items()
        }
    if isinstance(base, list) and isinstance(added, list):
        return base + added
    return added


def _compile(data: Data, own: OwnExpressions | None) -> Ruleset:
    rules = {entry["id"]: _rule(entry) for entry in data["rule"]}
    groups = _groups(data)
    make = [_making("pattern", number, groups, own) for number in range(len(data["pattern"]))]
    patterns = [_pattern(entry, each) for entry, each in zip(data["pattern"], make, strict=True)]
    patterns += [_expired(index, entry) for index, entry in enumerate(data["expiry"]["list"], start=1)]
    folding = Folding(_pairs(data["traditional"]["pairs"]), data["traditional"]["simplified"])
    voice = Voice(data["context"])
    names, persons, plain, cases = data["names"], data["persons"], data["plain"], data["cases"]
    return Ruleset(
        rules=rules,
        patterns=tuple(patterns),
        folding=folding,
        voice=voice,
        hotlines=Hotlines(data["numbers"]["official"]),
        names=OfficialNames(
            names["app"], names["center"], names["near_miss"], names["wrong"], folding, voice
        ),
        persons=Persons(
            cases["roles"],
            [*persons["officials"], *persons["suspects"]],
            persons["surnames"],
            persons["not_given"],
            persons["titles"],
            persons["fates"],
        ),
        plainness=Plainness(plain["segments"], plain["sentence"], plain["clause"], plain["jargon"]),
        case_limits=CaseLimits(cases["months"], cases["significant_digits"]),
        addressed=tuple(
            Addressed(tuple(each["segments"]), re.compile("|".join(map(re.escape, each["words"]))))
            for each in data["tailored"]["group"]
        ),
        flags={_ABOUT[name]: re.compile(expression) for name, expression in data["flags"].items()},
        staff=(re.compile(data["staff"]["own"]), re.compile(data["staff"]["public"])),
        unfinished=Unfinished(_marks(data, own), folding, voice),
    )


def _rule(entry: Data) -> Rule:
    return Rule(**{**entry, "level": Level(entry["level"]), "applies_to": AppliesTo(entry["applies_to"])})


def _groups(data: Data) -> dict[str, str]:
    groups = {
        name: each if isinstance(each, str) else _any_of(each)
        for name, each in (data["groups"] | {"tld": data["tlds"]}).items()
    }
    # A group may name groups; two rounds are enough for what stands in the file.
    for _ in range(2):
        groups = {name: filled(text, groups) for name, text in groups.items()}
    return groups


def _any_of(words: Sequence[str]) -> str:
    """An expression for any of these words, the longest first; most places are passed over by their first character."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    heads = "".join(sorted({re.escape(word[0]) for word in words}))
    return f"(?:(?=[{heads}])(?:{'|'.join(map(re.escape, longest_first))}))"


def _making(kind: str, number: int, groups: Mapping[str, str], own: OwnExpressions | None) -> Make:
    """What compiles the expressions of one entry: Python's engine for what is shipped, a linear one for what is not."""
    if own is not None and own.wrote(kind, number):
        return own.making(kind, number)
    return lambda text, *_place: _compiled(filled(text, groups))


def _expression(entry: Data, key: str, make: Make) -> Finder | None:
    return make(entry[key], key) if entry.get(key) else None


def _expressions(entry: Data, key: str, make: Make) -> tuple[Finder, ...]:
    """One expression, or several: the search for one that begins with a few certain characters is ten times faster."""
    text = entry.get(key, [])
    if isinstance(text, str):
        return (make(text, key),)
    return tuple(make(each, key, place) for place, each in enumerate(text))


def _compiled(text: str) -> re.Pattern[str]:
    # Ignoring case costs time, so only where there are letters.
    return re.compile(text, re.IGNORECASE if _ASCII.search(text) else re.NOFLAG)


def _pattern(entry: Data, make: Make) -> Pattern:
    return Pattern(
        rule=entry["rule"],
        kind=entry["id"],
        finds=_expressions(entry, "find", make),
        triggers=tuple(entry["triggers"]),
        message=entry["message"],
        needs=_expression(entry, "needs", make),
        unless=_expression(entry, "unless", make),
        about=_ABOUT[entry.get("about", "")],
        spare=frozenset(entry.get("spare", ())),
        channels=frozenset(entry.get("channels", ())),
        check=entry.get("check", ""),
        clause_finds=_expressions(entry, "find_at_clause", make),
        expired_on=entry.get("expired_on"),
        says=entry.get("says", ""),
        instead=entry.get("instead", ""),
    )


def _marks(data: Data, own: OwnExpressions | None) -> list[Mark]:
    """The marks of unfinished texts; their expressions keep the case that they are written in."""
    groups = {**data["unfinished"]["groups"], "surname": data["persons"]["surnames"]}
    marks = []
    for number, entry in enumerate(data["unfinished"]["mark"]):
        make: Make = lambda text, *_place: re.compile(filled(text, groups))  # noqa: E731
        if own is not None and own.wrote("mark", number):
            make = own.making("mark", number)
        spared = entry.get("spared_after")
        marks.append(
            Mark(
                rule=entry["rule"],
                kind=entry["id"],
                finds=tuple(make(find, "find", place) for place, find in enumerate(entry["find"])),
                says=entry["says"],
                channels=frozenset(entry.get("channels", ())),
                excused=entry.get("excused", False),
                spared_after=make(spared, "spared_after") if spared else None,
            )
        )
    return marks


def _expired(index: int, entry: Data) -> Pattern:
    longest_first = sorted(entry["words"], key=lambda word: (-len(word), word))
    unless = "|".join(map(re.escape, entry.get("except", ())))
    return Pattern(
        rule="CHK-22",
        kind=f"expired-{index}",
        finds=(re.compile("|".join(map(re.escape, longest_first))),),
        triggers=tuple(entry["words"]),
        message=f"out of date since {entry['valid_until']}",
        unless=re.compile(unless) if unless else None,
        expired_on=entry["valid_until"] + timedelta(days=1),
        says=entry["why"],
    )


def _pairs(text: str) -> dict[str, str]:
    """Traditional to simplified characters from `國国 詐诈`."""
    return {pair[0]: pair[1] for pair in text.split()}
