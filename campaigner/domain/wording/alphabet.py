"""Which Han characters the rules look at: to them, every other one is like any other.

Recipients' names and villages are mostly made of such others. Once these are all written alike, ten thousand
greetings are a few hundred, and each is judged once.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinMethodType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_HAN = range(0x4E00, 0xA000)
_CODE = "campaigner.domain.wording"


def characters(*roots: Any) -> frozenset[str]:
    """Every character in the texts and expressions that these values, and the code of these modules, hold.

    Args:
        roots: Rules, and the modules that read them; whatever hangs on them is looked through.
    """
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.update(value)
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(_held(value))
    return frozenset(found)


def blinding(known: Iterable[str]) -> dict[int, int]:
    """A table for `str.translate` that writes every Han character the rules do not know as one and the same."""
    looked_at = {ord(character) for character in known}
    others = [code for code in _HAN if code not in looked_at]
    return dict.fromkeys(others, others[0]) if others else {}


_TABLES: dict[int, tuple[Any, dict[int, int]]] = {}
"""One table for each set of rules: it takes some milliseconds to look through them."""


def blinding_of(rules: Any) -> dict[int, int]:
    """The table for a set of rules and the code that reads texts by them."""
    if id(rules) not in _TABLES:
        readers = [module for name, module in sys.modules.items() if name.startswith(_CODE)]
        _TABLES[id(rules)] = (rules, blinding(characters(rules, *readers)))
    return _TABLES[id(rules)][1]


def _held(value: Any) -> Iterator[Any]:
    """What a value holds, one level deep."""
    if isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
        yield from (chr(key) for key in value if isinstance(key, int) and 0 <= key < 0x110000)  # noqa: PLR2004
    elif isinstance(value, CodeType):
        yield from value.co_consts
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif isinstance(value, BuiltinMethodType | MethodType):
        yield value.__self__
    elif _is_ours(value):
        yield value.__code__ if isinstance(value, FunctionType) else None
        yield from _attributes(value)


def _is_ours(value: Any) -> bool:
    """Whether a module, class, function or object belongs to the reading of texts: all else knows no words."""
    home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return _CODE in f"{home} {type(value).__module__}"


def _attributes(value: Any) -> Iterator[Any]:
    """The attributes of one of our objects or classes, kept in a dictionary or in slots."""
    yield from vars(value).values() if hasattr(value, "__dict__") else ()
    for name in getattr(type(value), "__slots__", ()):
        yield getattr(value, name, None)
