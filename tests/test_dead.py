"""Nothing stands in the program that nobody calls: what is not wired to a command, the daemon or a stage goes.

Judged by names, so some dead code hides behind a living namesake; what is found is dead.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "campaigner"
SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
CALLED_FROM_OUTSIDE = re.compile(
    # commands, which click finds by their decorators, and what click itself calls
    r"\w+_command|get_command|list_commands|format_commands|resolve_command"
    # asyncio, httptools, io, asyncssh
    r"|connection_made|connection_lost|data_received|on_\w+|readinto|seekable|validate_host_public_key"
    # http.server
    r"|do_\w+|log_message|handle_error|server_bind|service_actions|shutdown_request|verify_request|server_version"
    r"|sys_version|allow_reuse_address|block_on_close|daemon_threads|address_family"
    # requests
    r"|stream"
    # Jinja and what it compiles, SQLAlchemy, Alembic
    r"|call_binop|intercepted_binops|concatenated|visit_\w+|getattr|process_bind_param|process_result_value|cache_ok|impl"
    r"|upgrade|downgrade|revision|down_revision|branch_labels|depends_on"
)
"""What libraries call by a name of theirs."""
KEPT = {
    "Kind.MONDAY": "days of the week, counted through by their numbers",
    "Kind.TUESDAY": "the same",
    "Kind.WEDNESDAY": "the same",
    "Kind.THURSDAY": "the same",
    "Kind.FRIDAY": "the same",
    "Kind.SATURDAY": "the same",
    "Kind.SUNDAY": "the same",
    "AppliesTo.TEXT": "words of the rules' files, made by value; docs/wording.md lists them all",
    "AppliesTo.CAMPAIGN": "the same",
    "AppliesTo.IMPORT": "the same",
    "AppliesTo.LOG": "the same",
    "AppliesTo.REPORT": "the same",
    "Rule.applies_to": "the same",
    "Listing.rank": "what the ministry's list says of a type, read with it from its file",
    "reply_address": "the address that docs/gateways/kannel.md gives for kannel.conf; a test holds the page to it",
}
"""What nothing of the program names, and why it stays."""


@dataclass(frozen=True)
class Named:
    """Something that has a name: where it stands, and what it is called there."""

    path: Path
    name: str
    first: int
    last: int
    kind: str = ""
    """Of a member of an enumeration, the name of that."""

    @property
    def word(self) -> str:
        return self.name.rpartition(".")[2]


def _targets(node: ast.stmt) -> list[str]:
    found = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in found if isinstance(target, ast.Name)]


def _is_enum(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases)


def definitions() -> Iterator[Named]:
    """Functions, classes and constants of modules, and methods, attributes and members of their classes."""
    for path, tree in SOURCES.items():
        for node in tree.body:
            for inner in [node, *(node.body if isinstance(node, ast.ClassDef) else [])]:
                prefix = f"{node.name}." if isinstance(node, ast.ClassDef) and inner is not node else ""
                names = [inner.name] if hasattr(inner, "name") else []
                if isinstance(inner, ast.Assign | ast.AnnAssign):
                    names = _targets(inner)
                for name in names:
                    # Columns are written by their names, and kept whether or not they are read.
                    column = prefix.endswith("Row.") and path.parent.name == "tables"
                    if not name.startswith("__") and not column:
                        last = inner.end_lineno or inner.lineno
                        member = prefix and isinstance(inner, ast.Assign) and _is_enum(node)
                        kind = prefix[:-1] if member else ""
                        yield Named(path, prefix + name, inner.lineno, last, kind)


@dataclass(frozen=True)
class Read:
    """A place where a name is read: after a dot of what, or "" alone."""

    path: Path
    line: int
    of: str | None


def uses() -> dict[str, list[Read]]:
    """Where each name is read; to give a value to a field by its name is not to read it."""
    found: dict[str, list[Read]] = defaultdict(list)
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                of = ast.unparse(node.value).rpartition(".")[2]
                found[node.attr].append(Read(path, node.lineno, of))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found[node.id].append(Read(path, node.lineno, None))
    return found


def imported() -> set[tuple[Path, str]]:
    """Which module has which names from elsewhere."""
    return {
        (path, alias.name)
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def elsewhere() -> set[str]:
    """Words of what the program reads besides its code: pages, rules, templates, the entry points."""
    files = [ROOT / "pyproject.toml", *PACKAGE.rglob("*.jinja"), *PACKAGE.rglob("*.typ")]
    files += [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return {word for path in files for word in re.findall(r"[A-Za-z_]\w*", path.read_text("utf-8"))}


def dead(kept: Container[str] = KEPT) -> set[str]:
    """Names that are read nowhere but in their own definition or in that of something dead."""
    named, read, words, known = list(definitions()), uses(), elsewhere(), imported()
    asked = [
        each
        for each in named
        if each.name not in kept and not CALLED_FROM_OUTSIDE.fullmatch(each.word) and each.word not in words
    ]
    gone: list[Named] = []
    while True:
        fresh = [
            each
            for each in asked
            if each not in gone
            and not any(
                _means(place, each, known) and not _within(place, [each, *gone]) for place in read[each.word]
            )
        ]
        if not fresh:
            return {f"{each.path.relative_to(PACKAGE).as_posix()}: {each.name}" for each in gone}
        gone += fresh


def _means(place: Read, each: Named, known: set[tuple[Path, str]]) -> bool:
    """Whether a name that is read somewhere may be this one."""
    if each.kind:
        return place.of in {each.kind, "self", "cls"}
    return place.of is not None or place.path == each.path or (place.path, each.word) in known


def _within(place: Read, ones: list[Named]) -> bool:
    return any(one.path == place.path and one.first <= place.line <= one.last for one in ones)


def test_nothing_stands_that_nobody_calls() -> None:
    assert dead() == set()


def test_what_is_kept_all_the_same_is_there_and_called_by_nobody() -> None:
    """The list of exceptions grows old like anything else."""
    assert {name.partition(": ")[2] for name in dead(kept=())} >= set(KEPT)
