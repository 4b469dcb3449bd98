"""Whatever stops a person is said in Chinese, too: each error of errors.py, wherever it is made."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from campaigner import errors
from campaigner.store import postgresql
from tests.conftest import ROOT

PACKAGE = ROOT / "campaigner"
ERRORS = frozenset(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.CampaignerError)
)
CHINESE = re.compile("[\u4e00-\u9fff]")
CARRIES_CHINESE = re.compile(r"(?:\w+_)?(?:zh|chinese)")
"""Names of values that are the Chinese of something."""


def english_only(source: str, module: Any = None) -> Iterator[int]:
    """Lines on which an error is made whose message holds no Chinese.

    A message is looked for where it is written: in the call, in a constant, or in the function that returns it.

    Args:
        source: Text of a module.
        module: The module itself, for constants and functions that others bring; None looks into the text alone.
    """
    tree = ast.parse(source)
    own = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _name(call.func) in ERRORS and call.args:
            told = any(_speaks(part, own, module) for part in (*call.args, *(k.value for k in call.keywords)))
            if not told and not _passes_on(call.args[0]):
                yield call.lineno


def _speaks(part: ast.expr, own: dict[str, ast.FunctionDef], module: Any) -> bool:
    for node in ast.walk(part):
        name = _name(node)
        if isinstance(node, ast.Constant) and CHINESE.search(str(node.value)):
            return True
        if name and CARRIES_CHINESE.fullmatch(name):
            return True
        if isinstance(node, ast.Call):
            called = _name(node.func)
            if called in own and CHINESE.search(ast.unparse(own[called])):
                return True
            if CHINESE.search(_source_of(getattr(module, called, None))):
                return True
        elif name and isinstance(getattr(module, name, None), str) and CHINESE.search(getattr(module, name)):
            return True
    return False


def _passes_on(part: ast.expr) -> bool:
    """Whether a message was made elsewhere: `str(error)`, a value or lines whose own makers are asked about."""
    if isinstance(part, ast.Call):
        if _name(part.func) == "join":
            return _passes_on(part.args[0])
        return _name(part.func) == "str"
    return isinstance(part, ast.Name) and part.id.islower()


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def _source_of(found: Any) -> str:
    code = getattr(found, "__code__", None)
    if code is None:
        return ""
    for node in ast.walk(ast.parse(Path(code.co_filename).read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == found.__name__:
            return ast.unparse(node)
    return ""


def test_every_error_of_the_program_says_it_in_chinese_too() -> None:
    places = []
    for path in sorted(PACKAGE.rglob("*.py")):
        source, name = path.read_text("utf-8"), path.relative_to(PACKAGE).as_posix()
        if not ERRORS & set(re.findall(r"\w+Error", source)):
            continue
        dotted = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        places += [f"{name}:{line}" for line in english_only(source, import_module(f"campaigner.{dotted}"))]
    assert not places


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('raise UsageError("no such day")', [1]),
        ('raise UsageError("no such day\\n没有这一天")', []),
        ('raise RenderError("no such day", "没有这一天")', []),
        ('raise ConfigError(f"{fault.message}\\n{fault.message_zh}")', []),
        ('raise ConfigError(f"{fault.message}")', [1]),
        ('raise StoreError("a" + (", b" if c else ""))', [1]),
        ('def made():\n    return GatewayError("away")', [2]),
        ('def why():\n    return "away\\n走了"\n\nraise StoreError(why())', []),
        ('def why():\n    return "away"\n\nraise StoreError(why())', [4]),
        ("raise StoreError(str(error)) from None", []),
        ("raise StoreError(GONE)", [1]),
        ('raise StateError("\\n".join(words))', []),
        ('raise ValueError("nobody sees it")', []),
    ],
)
def test_an_error_in_english_alone_is_found(source: str, lines: list[int]) -> None:
    assert list(english_only(source)) == lines


def test_both_languages_stand_on_one_line_where_there_is_room_for_one() -> None:
    assert errors.GatewayError("away\n走了").one_line == "away（走了）"
    assert errors.GatewayError("away\n（走了）").one_line == "away（走了）"
    assert errors.GatewayError("away").one_line == "away"
    assert errors.GatewayError("").one_line == ""
    assert errors.ApprovalError("look:\n  one\n看：一").one_line == "look:   one 看：一"
    assert errors.GatewayError("away\n走了").english == "away"
    assert errors.GatewayError("a\u2028b\x0bc\n走了").lines == ("a\u2028b\x0bc", "走了")


def test_each_trouble_of_a_server_is_known_in_both_languages() -> None:
    assert postgresql._WORDS.keys() == postgresql._WORDS_ZH.keys()
    assert all(CHINESE.search(words) for words in postgresql._WORDS_ZH.values())


def test_an_error_of_rendering_keeps_its_languages_apart() -> None:
    error = errors.RenderError("too long", "太长")
    assert (str(error), error.english, error.lines) == ("too long", "too long", ("too long", "太长"))
    assert error.one_line == "too long（太长）"
    assert errors.RenderError("too long").lines == ("too long",)
