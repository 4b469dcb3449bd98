"""One module knows every path below the output folder and that of samples: no other file of the program names one."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "campaigner"
OWNER = "exports/layout.py"
FOLDERS = "approval|evidence|purge|subject|preview|sms|letters|posters|manifests|texts"
PLAIN = re.compile(rf"(?:{FOLDERS}|out)/?")
"""A folder's name alone: a word of many meanings, so it counts only where a path is made of it."""
NAMES = re.compile(
    rf"(?:.*/)?(?:{FOLDERS})/.*"
    r"|.*(?:manifest\.json|signing\.pub|contents\.json|runs\.csv|summary\.pdf|log\.jsonl|data\.json).*"
    r"|.*\.(?:partial|differs|dropped|old)"
    r"|.*(?:-已作废|说明\.txt|不得使用|回执登记表|张贴清单|短信内容\.txt|个人信息副本\.txt).*"
    r"|(?:.*/)?(?:evidence|copy|SC)-.*"
)
"""What nothing else is called."""
PATHS = frozenset({"Path", "joinpath", "with_name", "with_suffix", "glob", "rglob", "write", "write_bytes"})
"""Calls whose text is a path."""
CODES = re.compile(r"code|run|name|stem")
ENDINGS = re.compile(r"\.(?:pdf|png|zip|\{.*)")
ALLOWED = {
    ("exports/pack_verify.py", ""): "stands alone: the script in a pack needs nothing of this program",
    ("config/model.py", "approval"): "a section of config.toml",
    ("domain/filename.py", ".partial"): "how a draft is called, wherever in the working folder it lies",
    ("domain/wording/rules.py", "sms"): "a kind of text that the rules tell apart",
    ("people/searching.py", ".pdf"): "files of others",
    ("people/searching.py", ".png"): "files of others",
}
"""Where such a text is no path of ours below the output folder, or cannot be asked for, and why."""


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts that an expression is made of, what is filled in as `{}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from (*_texts(node.left), *_texts(node.right))
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        yield from (text for each in node.elts for text in _texts(each))


def _is_prose(text: str) -> bool:
    """Whether somebody reads it: a path of ours has neither a line's end nor words with blanks between them."""
    return "\n" in text or re.search(r"[A-Za-z,.;:] [A-Za-z(]|[，。；：（]", text) is not None


def _numbered(node: ast.AST) -> bool:
    """Whether a text is a run's code with a release's number behind it, as the later folders of a run are called."""
    if not isinstance(node, ast.JoinedStr) or len(node.values) != 3:
        return False
    first, dot, last = node.values
    return (
        isinstance(first, ast.FormattedValue) and isinstance(last, ast.FormattedValue)
        and isinstance(dot, ast.Constant) and dot.value == "."
        and "release" in ast.unparse(last) + ast.unparse(first)
    )  # fmt: skip


def _named_by_code(node: ast.AST) -> bool:
    """Whether a text is a file that is called by a run."""
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[-1], ast.Constant):
        return False
    filled = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
    return ENDINGS.fullmatch(node.values[-1].value) is not None and any(map(CODES.search, filled))


def _paths(tree: ast.AST) -> Iterator[ast.AST]:
    """Expressions that are made into paths, or kept under a name to be made into one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield from (node.left, node.right)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from node.args if called in PATHS else ()
    for node in getattr(tree, "body", ()):
        if isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            yield node.value


def named(source: str) -> Iterator[str]:
    """Texts of a module that name something below the output folder, as far as a reader of the source can tell."""
    tree = ast.parse(source)
    documents = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }  # fmt: skip
    for node in _paths(tree):
        yield from (text for text in _texts(node) if PLAIN.fullmatch(text))
    for node in ast.walk(tree):
        if _numbered(node) or _named_by_code(node):
            yield next(_texts(node))
        elif isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in documents:
            yield from (text for text in _texts(node) if NAMES.fullmatch(text) and not _is_prose(text))


@pytest.mark.parametrize(
    "line",
    [
        # how each place said it before it was asked for
        'place = output / "approval" / name',
        'FOLDER = "evidence"',
        'FOLDER: Final = "purge"',
        'COPIES, PREVIEW = "subject", "preview"',
        'found = output.glob("approval/*.pdf")',
        'found = output.glob("*/evidence-*.zip")',
        'folder = output / f"evidence-{first:%Y-%m}.zip"',
        'name = code if release == 1 else f"{one.run}.{one.release}"',
        'return f"{code}-{digest[:8]}{mark}.pdf"',
        'place = f"{run.code}.pdf"',
        'path = f"letters/{outer}/{inner}"',
        'path = f"sms/{stem}.{ending}"',
        'path = folder / "letters"',
        'draft = path.with_name(f".{path.name}.partial")',
        'old = output / f".{name}.old"',
        'shown = target.with_name(f"{target.name}.differs")',
        'journal = f".{folder.name}.dropped"',
        'NOTICE = ".说明.txt"',
        'MARK = "-已作废"',
        'name = f"{stem}-已作废{suffix}"',
        'stem = "letters/回执登记表"',
        'number = f"SC-{local:%Y%m%d-%H%M%S}"',
        'name = f"copy-{local:%Y%m%d-%H%M%S}.zip"',
        'own = Path("keys", "signing.pub")',
        'name = f"manifests/{folder}/{file}"',
        'kind = re.compile(r"approval/[^./][^/]*\\.pdf")',
        'parcel.write("posters/list.csv", fill)',
        'folder = directory / "out" / code',
    ],
)
def test_a_name_is_seen_where_it_is_built_or_read(line: str) -> None:
    assert list(named(line))


@pytest.mark.parametrize(
    "line",
    [
        '"""Lies at out/approval/RUN.pdf."""',
        'raise UsageError(f"{folder} has no manifest; give the folder of one run, such as out/RUN")',
        '@click.command("preview")\ndef command() -> None: ...',
        'class Deed(StrEnum):\n    EVIDENCE = "evidence"',
        'facts = call({"manifest": sha256, "approval": number})',
        'version = f"{major}.{minor}"',
        'help = "Packs the evidence of a month: letters, posters, manifest.json and all."',
    ],
)
def test_a_word_is_no_name(line: str) -> None:
    assert list(named(line)) == []


def test_the_layout_alone_knows_what_lies_in_the_output_folder() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if file != OWNER and (file, "") not in ALLOWED:
            found += [(file, text) for text in named(path.read_text("utf-8")) if (file, text) not in ALLOWED]
    assert found == []


def test_the_owner_is_found_out() -> None:
    """What is looked for is what stands in the layout, so that the search cannot become blind to it."""
    known = set(named((PACKAGE / OWNER).read_text("utf-8")))
    for name in (
        "approval",
        "evidence",
        "purge",
        "subject",
        "preview",
        "manifest.json",
        ".differs",
        "-已作废",
    ):
        assert name in known
