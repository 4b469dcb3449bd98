"""House rules that a linter cannot hold."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigner.domain.lifecycle import RunState
from tests.conftest import ROOT

PACKAGE = ROOT / "campaigner"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "benchmarks").rglob("*.py"))
DOORS = {
    "pandas": "intake/",
    "pyarrow": "intake/",
    "jinja2": "rendering/",
    "typst": "rendering/pdf.py",
    "pypdfium2": ("rendering/pdf.py", "intake/reports/"),
    "zxingcpp": "rendering/qr.py",
    "apscheduler": ("daemon/",),
    "chinese_calendar": "almanac/",
    "borax": "almanac/",
    "prometheus_client": "daemon/",
    "cryptography": ("delivery/", "exports/", "store/"),
    "asyncssh": "delivery/",
    "httptools": "delivery/",
    "sqlalchemy": "store/",
    "sqlmodel": "store/",
    "alembic": "store/",
    "psycopg": "store/",
    "click": "cli/",
    "rich": "cli/",
    "xlsxwriter": "exports/sheets.py",
    "icalendar": "cli/calendar_file.py",
    "fontTools": "rendering/fonts.py",
    "markdown_it": "rendering/markdown.py",
    "opencc": "intake/reports/",
    "pypinyin": "intake/reports/",
    "lxml": "intake/reports/",
    "distributed": "executor/cluster.py",
    "tomllib": "toml/",
}
DOMAIN_MAY_NOT = {
    "os",
    "pathlib",
    "logging",
    "random",
    "socket",
    "http",
    "urllib",
    "subprocess",
    "secrets",
    "time",
}
CLOCKS = re.compile(r"\b(datetime\.now|datetime\.today|date\.today|time\.time|utcnow)\b")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_room_is_called_utils() -> None:
    assert not [
        p
        for p in SOURCES
        if {"utils", "helpers", "common", "misc"} & set(name(p).removesuffix(".py").split("/"))
    ]


@pytest.mark.parametrize(("library", "door"), list(DOORS.items()))
def test_each_heavy_library_has_one_door(library: str, door: str | tuple[str, ...]) -> None:
    users = [name(path) for path in SOURCES if library in imports(path)]
    assert [user for user in users if not user.startswith(door)] == []


def wide_values(path: Path) -> Iterator[ast.ClassDef]:
    """Data classes and named tuples of more than five fields."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ClassDef):
            continue
        made = " ".join(ast.unparse(part) for part in [*node.decorator_list, *node.bases])
        fields = sum(isinstance(part, ast.AnnAssign) for part in node.body)
        if fields > 5 and ("dataclass" in made or "NamedTuple" in made):
            yield node


def test_values_of_many_fields_are_made_by_the_names_of_their_fields() -> None:
    rooms = ("config/", "intake/", "toml/")
    wide = [(name(p), node) for p in SOURCES if name(p).startswith(rooms) for node in wide_values(p)]
    assert wide
    assert [
        (file, node.name) for file, node in wide if "kw_only=True" not in ast.unparse(node.decorator_list[0])
    ] == []


def patterns(path: Path) -> Iterator[str]:
    """Each text of a module; `KEY` stands for what is put into one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "KEY" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


_LOOKS_FOR_A_KEY = re.compile(r"at line \(|(?:KEY|[*+)])[\"?]*(?:\\s| |\[ \\t\])\*=|\^(?:\\s|\[ \\t\])\*\\\[")
"""A pattern of `key =` or `[table]` at the beginning of a line, or of the line in the standard library's message."""


@pytest.mark.parametrize(
    "pattern",
    [
        r"at line (\d+)",
        r'\s*"?KEY"?\s*=|\s*\[+\s*KEY\s*\]+',
        r"^([A-Za-z_][\w-]*)\s*=",
        r"^\s*\[",
        r"^KEY[ \t]*=",
    ],
)
def test_a_search_for_a_key_is_known_as_one(pattern: str) -> None:
    """Those that there were, and one that there might be."""
    assert _LOOKS_FOR_A_KEY.search(pattern)


def test_nobody_else_looks_for_the_line_of_a_key() -> None:
    users = [name(p) for p in SOURCES if any(_LOOKS_FOR_A_KEY.search(text) for text in patterns(p))]
    assert [user for user in users if not user.startswith("toml/")] == []
    assert users, "the reader itself looks for them"


def test_the_domain_needs_pencil_and_paper_only() -> None:
    found = {(name(p), module) for p in SOURCES if name(p).startswith("domain/") for module in imports(p)}
    assert not {(file, module) for file, module in found if module in DOMAIN_MAY_NOT}


def test_the_drawing_of_the_layers_is_the_one_that_is_held() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = [re.split(" {2,}", line)[0] for line in page.split("```")[1].strip().splitlines()]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == ["campaigner"]]
    assert drawn == [layer for layer in layers if layer != "__main__"]


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda page: page.stem)
def test_states_that_decisions_name_exist(page: Path) -> None:
    """A decision that tells of a run in a state of another time tells of no run."""
    gone = {"exporting", "exported", "dropped", "skipped"}
    told = set(re.findall(r"`([a-z]+)`", page.read_text("utf-8")))
    assert not told & (gone - {state.value for state in RunState})


def test_only_the_command_line_and_the_daemon_ask_the_time() -> None:
    asking = [name(path) for path in SOURCES if CLOCKS.search(path.read_text("utf-8"))]
    assert [file for file in asking if not file.startswith(("cli/", "daemon/", "web/"))] == []


def test_rows_of_the_store_are_not_seen_outside() -> None:
    users = [
        name(p)
        for p in SOURCES
        if re.search(r"campaigner\.store\.tables|\bRow\b.*sqlalchemy", p.read_text("utf-8"))
    ]
    assert [user for user in users if not user.startswith("store/")] == []


def test_nothing_names_a_place_of_one_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:work|root|home)/\w")
    texts = [
        p for p in ROOT.rglob("*") if p.suffix in {".py", ".md", ".toml", ".typ", ".jinja", ".lock", ".cfg"}
    ]
    own = [p for p in texts if not {".venv", ".git", ".peers", "demo"} & set(p.relative_to(ROOT).parts)]
    assert not [p for p in own if p != Path(__file__) and pattern.search(p.read_text("utf-8"))]


def test_what_other_programs_read_is_shaped_by_results_and_not_by_commands() -> None:
    """A console shows what the command line shows: each result says itself what it is as data."""
    shaped = [
        f"{name(path)}:{call.lineno}"
        for path in SOURCES
        if name(path).startswith("cli/")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "as_json"
        for part in ast.walk(call)
        if isinstance(part, ast.Dict) and len(part.keys) > 2
    ]
    assert not shaped


def test_the_files_that_the_page_of_the_house_names_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`([a-z]+/[a-z]+\.py)`", page)
    assert len(named) > 8
    assert [file for file in named if not (PACKAGE / file).is_file()] == []
