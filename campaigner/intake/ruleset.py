"""The rules from their data files, with a user's own added."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from campaigner.domain.problem import Level
from campaigner.domain.wording.cases import CaseLimits, Persons
from campaigner.domain.wording.folding import Folding
from campaigner.domain.wording.hotlines import Hotlines
from campaigner.domain.wording.official_names import OfficialNames
from campaigner.domain.wording.plainness import Plainness
from campaigner.domain.wording.rules import AppliesTo, Rule
from campaigner.domain.wording.ruleset import ABOUT_APP, ABOUT_CASE, Addressed, OwnRules, Pattern, Ruleset
from campaigner.domain.wording.unfinished import Mark, Unfinished
from campaigner.domain.wording.voice import Voice
from campaigner.errors import ConfigError
from campaigner.intake.own_rules import Data, merged

_HOME = Path(__file__).parent / "rules"
_GROUP = re.compile(r"<<(\w+)>>")
_SPARE = frozenset({"negated", "denied", "attributed", "said"})
_CHECKS = frozenset({"", "link", "scan"})
_ABOUT = {"": 0, "app": ABOUT_APP, "case": ABOUT_CASE}
_ASCII = re.compile(r"(?<!\\)[a-z]")


def load_rules(extra: Path | None = None) -> Ruleset:
    """The shipped rules, and those of a user's own file.

    Args:
        extra: A TOML file that adds `[[rule]]`, `[[pattern]]`, `[numbers.official]`, `names.near_miss`,
            `[[expiry.list]]`, `[plain.jargon]` and so on; it cannot change, weaken or take away what is shipped.

    Raises:
        ConfigError: The user's file cannot be read, or something in it cannot work.
    """
    if extra is None:
        return _shipped()
    try:
        raw = extra.read_bytes()
        own = tomllib.loads(raw.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{extra.name}: the rules cannot be read: {error}") from error
    joined, faults = merged(_read(), own)
    if faults:
        raise ConfigError(f"{extra.name}: {'; '.join(faults)}")
    try:
        rules = _compile(joined)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise ConfigError(f"{extra.name}: {_fault(error)}") from error
    return replace(rules, own=_own(raw, own))


def _own(raw: bytes, own: Data) -> OwnRules:
    """What an office added, as its approval form shows it."""
    return OwnRules(
        sha256=hashlib.sha256(raw).hexdigest(),
        rules=len(own.get("rule", ())),
        patterns=len(own.get("pattern", ())),
        numbers=tuple(own.get("numbers", {}).get("official", {}).items()),
    )


@cache
def _shipped() -> Ruleset:
    return _compile(_read())


def _read() -> Data:
    merged: Data = {}
    for file in sorted(_HOME.glob("*.toml")):
        merged = _merged(merged, tomllib.loads(file.read_text(encoding="utf-8")))
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


def _fault(error: Exception) -> str:
    return f"the entry {error} is missing or unknown" if isinstance(error, KeyError) else str(error)


def _compile(data: Data) -> Ruleset:
    rules = {entry["id"]: _rule(entry) for entry in data["rule"]}
    groups = _groups(data)
    patterns = [_pattern(entry, groups) for entry in data["pattern"]]
    patterns += [_expired(index, entry) for index, entry in enumerate(data["expiry"]["list"], start=1)]
    for pattern in patterns:
        if pattern.rule not in rules:
            raise ValueError(f"pattern {pattern.kind}: there is no rule {pattern.rule}")
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
        unfinished=Unfinished(_marks(data, rules), folding, voice),
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
        groups = {name: _filled(text, groups) for name, text in groups.items()}
    return groups


def _any_of(words: Sequence[str]) -> str:
    """An expression for any of these words, the longest first; most places are passed over by their first character."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    heads = "".join(sorted({re.escape(word[0]) for word in words}))
    return f"(?:(?=[{heads}])(?:{'|'.join(map(re.escape, longest_first))}))"


def _filled(text: str, groups: Mapping[str, str]) -> str:
    return _GROUP.sub(lambda match: groups[match[1]], text)


def _expression(entry: Data, key: str, groups: Mapping[str, str]) -> re.Pattern[str] | None:
    return _compiled(_filled(entry[key], groups)) if entry.get(key) else None


def _expressions(text: str | list[str], groups: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """One expression, or several: the search for one that begins with a few certain characters is ten times faster."""
    return tuple(_compiled(_filled(each, groups)) for each in ([text] if isinstance(text, str) else text))


def _compiled(text: str) -> re.Pattern[str]:
    # Ignoring case costs time, so only where there are letters.
    return re.compile(text, re.IGNORECASE if _ASCII.search(text) else re.NOFLAG)


def _pattern(entry: Data, groups: Mapping[str, str]) -> Pattern:
    kind = entry["id"]
    finds = _expressions(entry["find"], groups)
    if (
        not finds
        or any(find.search("") for find in finds)
        or not entry["triggers"]
        or not all(entry["triggers"])
    ):
        raise ValueError(
            f"pattern {kind}: it needs an expression that matches no empty text, and trigger words"
        )
    spare = frozenset(entry.get("spare", ()))
    if not spare <= _SPARE or entry.get("check", "") not in _CHECKS:
        raise ValueError(
            f"pattern {kind}: spare may name {', '.join(sorted(_SPARE))}; check may be link or scan"
        )
    expired_on = entry.get("expired_on")
    return Pattern(
        rule=entry["rule"],
        kind=kind,
        finds=finds,
        triggers=tuple(entry["triggers"]),
        message=entry["message"],
        needs=_expression(entry, "needs", groups),
        unless=_expression(entry, "unless", groups),
        about=_ABOUT[entry.get("about", "")],
        spare=spare,
        channels=frozenset(entry.get("channels", ())),
        check=entry.get("check", ""),
        clause_finds=_expressions(entry.get("find_at_clause", []), groups),
        expired_on=expired_on,
        says=entry.get("says", ""),
        instead=entry.get("instead", ""),
    )


def _marks(data: Data, rules: Mapping[str, Rule]) -> list[Mark]:
    """The marks of unfinished texts; their expressions keep the case that they are written in."""
    groups = {**data["unfinished"]["groups"], "surname": data["persons"]["surnames"]}
    marks = []
    for entry in data["unfinished"]["mark"]:
        finds = tuple(re.compile(_filled(find, groups)) for find in entry["find"])
        if entry["rule"] not in rules or any(find.search("字") for find in finds):
            raise ValueError(
                f"mark {entry['id']}: it needs a rule that there is, and must not match any text"
            )
        spared = entry.get("spared_after")
        marks.append(
            Mark(
                rule=entry["rule"],
                kind=entry["id"],
                finds=finds,
                says=entry["says"],
                channels=frozenset(entry.get("channels", ())),
                excused=entry.get("excused", False),
                spared_after=re.compile(spared) if spared else None,
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
