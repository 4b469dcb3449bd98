"""Random TOML documents: tables and arrays of tables, everything else inline."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

KEYS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x7f", min_codepoint=32), max_size=6)
VALUES = st.recursive(
    st.one_of(st.integers(-99, 99), st.booleans(), st.text(alphabet='a"\\[]{}#,=\n家', max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=4)
DOCUMENTS = st.dictionaries(KEYS, st.one_of(TABLES, st.lists(TABLES, min_size=1, max_size=3)), max_size=4)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and index path inside a value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield (*path, key)
        yield from paths(member, (*path, key))


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def written(document: dict[str, Any]) -> str:
    """A document of tables and arrays of tables as TOML, values inline."""
    parts = []
    for name, tables in document.items():
        for table in tables if isinstance(tables, list) else [tables]:
            header = f"[[{quoted(name)}]]" if isinstance(tables, list) else f"[{quoted(name)}]"
            parts.append(f"{header} # comment\n")
            parts.extend(f"  {quoted(key)} = {inline(value)}\n" for key, value in table.items())
    return "".join(parts)


def inline(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(inline, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {inline(member)}" for key, member in value.items()) + "}"
    return str(value)
