"""No test judges by the clock on the wall: a busy machine would fail it, and a quick one hide what it looks for.

What may be done instead is in `tests/pace.py`: compare the growth of work, count in units of reference work, wait with
a generous end. A lower bound ("never faster than the rate") is no judgement that a busy machine could fail, and stays.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.conftest import ROOT

SOURCES = sorted((ROOT / "tests").rglob("*.py"))
CLOCKS = {
    "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns", "process_time",
    "process_time_ns", "thread_time", "clock_gettime", "clock_gettime_ns", "now", "utcnow",
}  # fmt: skip
HOMES = {"time", "loop", "datetime", "get_running_loop", "get_event_loop"}
HELPERS = {
    "tests/pace.py": "waits with a generous end, and compares processor time",
    "tests/delivery/links/test_connections.py": "runs on a loop whose own clock leaps",
    "tests/delivery/links/test_rates.py": "the same",
    "tests/delivery/links/test_requests.py": "the same",
    "tests/almanac/test_shipped.py": "asks the calendar which year it is, and measures nothing",
    "tests/daemon/test_logs.py": "a moment that was noted lies between two readings; nothing is measured",
    "tests/daemon/test_notify.py": "the same",
    "tests/hostile/fuzzing/run.py": "goes on until so many cases are tried; its watch counts the processor's time",
    "tests/simulation/pack.py": "lives by a clock that it makes run faster; its wait has an end of minutes",
    "tests/road/test_sharing.py": "silence is read off the watch that counts it; see the test of it",
}
"""Files that may compare readings of a clock, and why."""
LEAST = 60
"""Seconds: an end that comes sooner is a guess at how quick the machine is."""
SHORT = {
    "tests/delivery/kannel/test_callbacks.py": "how long nothing must come before an answer counts as whole",
    "tests/delivery/kannel/boxes.py": "a box that does not end at once is killed, which is no fault",
    "tests/simulation/crew.py": "a program that does not end soon is killed, which is no fault",
    "tests/simulation/pack.py": "the same",
    "tests/delivery/sshd.py": "a program that does not end soon is killed, which is no fault",
}
"""Files in which something may end or pause sooner, and why."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _called(node: ast.AST) -> str:
    """The last word of what is called."""
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or _called(node) not in CLOCKS:
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id not in {"time", "now"}
    home = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return _called(home) in HOMES


def _names(target: ast.AST) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Whatever has names of its own, the module among them; a function inside another one shares the outer one's."""
    yield from (
        node for node in ast.iter_child_nodes(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    yield from (node for node in ast.iter_child_nodes(tree) if isinstance(node, ast.AsyncFunctionDef))


def _timed(scope: ast.AST, functions: frozenset[str]) -> set[str]:
    """Names in a scope whose value comes from a clock, or from a function that returns such a value."""
    found: set[str] = set()
    while True:
        before = len(found)
        for node in ast.walk(scope):
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if _from_clock(value, found, functions):
                    found.update(each for target in targets for each in _names(target))
            elif (
                isinstance(node, ast.Call)
                and _called(node) in {"append", "add"}
                and any(_from_clock(each, found, functions) for each in node.args)
            ):
                found.update(_names(node.func))
        if len(found) == before:
            return found


def _from_clock(node: ast.AST, names: set[str], functions: frozenset[str]) -> bool:
    return any(
        _reads_clock(each)
        or (isinstance(each, ast.Name) and each.id in names)
        or (isinstance(each, ast.Call) and _called(each) in functions)
        for each in ast.walk(node)
    )


def _returning(tree: ast.AST) -> frozenset[str]:
    """Functions of a module that return what a clock has shown."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for end in ast.walk(node)
            if isinstance(end, ast.Return)
            and end.value
            and _from_clock(end.value, _timed(node, found), found)
        )
        if more <= found:
            return found
        found |= more


def judgements(source: str) -> list[int]:
    """Lines of assertions that something took less than so long, or of waits that a clock ends."""
    tree = ast.parse(source)
    if not any(map(_reads_clock, ast.walk(tree))):
        return []
    functions = _returning(tree)
    found = set()
    for scope in _functions(tree):
        names = _timed(scope, functions)
        for node in ast.walk(scope):
            tests = [node.test] if isinstance(node, ast.Assert | ast.While) else []
            for each in (part for test in tests for part in ast.walk(test) if isinstance(part, ast.Compare)):
                sides = [each.left, *each.comparators]
                for left, relation, right in zip(sides, each.ops, sides[1:], strict=False):
                    less = left if isinstance(relation, ast.Lt | ast.LtE) else None
                    less = right if isinstance(relation, ast.Gt | ast.GtE) else less
                    if less is not None and _from_clock(less, names, functions):
                        found.add(each.lineno)
    return sorted(found)


def deadlines(source: str) -> list[int]:
    """Lines where hypothesis is given a deadline for each case; tests/conftest.py takes away the one that it has."""
    return [
        word.lineno
        for word in ast.walk(ast.parse(source))
        if isinstance(word, ast.keyword) and word.arg == "deadline"
        if not (isinstance(word.value, ast.Constant) and word.value.value is None)
    ]


def short_ends(source: str) -> list[int]:
    """Lines where something is given less than a minute to happen."""
    found = []
    tree = ast.parse(source)
    loops = [node.test for node in ast.walk(tree) if isinstance(node, ast.While)]
    pauses = {node for test in loops for node in ast.walk(test)}
    """What a loop goes on by is a pause between two turns, and no end."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in pauses:
            ends = [word.value for word in node.keywords if word.arg in {"timeout", "seconds"}]
            if _called(node) == "wait_for":
                ends += node.args[1:]
            elif _called(node) in {"wait", "result", "join", "timeout", "settimeout"}:
                ends += node.args[:1]
            if _called(node) in {"kannel", "Imitation", "Reply", "timedelta"}:
                continue  # settings of what is tried, and times that pass in a test's own world
            if any(
                isinstance(end, ast.Constant) and type(end.value) in {int, float} and 0 < end.value < LEAST
                for end in ends
            ):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_test_judges_by_the_clock(path: Path) -> None:
    source = path.read_text("utf-8")
    if name(path) not in HELPERS:
        assert judgements(source) == []
    if name(path) not in SHORT:
        assert short_ends(source) == []
    assert deadlines(source) == []


def test_what_is_excused_is_there_and_needs_it() -> None:
    for file in HELPERS:
        assert judgements((ROOT / file).read_text("utf-8")) or file == "tests/daemon/test_notify.py", file
    for file in SHORT:
        assert short_ends((ROOT / file).read_text("utf-8")), file


@pytest.mark.parametrize(
    "body",
    [
        "begun = time.monotonic()\n    work()\n    assert time.monotonic() - begun < 10",
        "begun = perf_counter()\n    work()\n    assert 10 > perf_counter() - begun",
        "begun = time.time()\n    took = time.time() - begun\n    assert took <= 2",
        "begun = time.process_time()\n    assert time.process_time() - begun < 1",
        "end = time.monotonic() + 5\n    while time.monotonic() < end:\n        pass",
        "begun = datetime.now()\n    assert datetime.now() - begun < second",
        "took = []\n    took.append(time.monotonic())\n    assert took[1] < took[0] + 1",
        "loop = asyncio.get_running_loop()\n    begun = loop.time()\n    assert loop.time() - begun < 1",
        "def go():\n        return time.monotonic() - 1\n    assert asyncio.run(go()) < 1",
    ],
)
def test_a_judgement_is_found(body: str) -> None:
    assert judgements(f"def test_it():\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "begun = time.monotonic()\n    assert time.monotonic() - begun >= 1.9",
        "took = 3\n    assert took < 10",
        "at = now()\n    assert at < later",
    ],
)
def test_what_a_slow_machine_cannot_fail_is_no_judgement(body: str) -> None:
    assert not judgements(f"def test_it():\n    {body}\n")


def test_deadlines_and_short_ends_are_found() -> None:
    assert settings().deadline is None
    assert deadlines("@given(x)\n@settings(deadline=500)\ndef test_it(x): ...") == [2]
    assert not deadlines("@given(x)\n@settings(deadline=None)\ndef test_it(x): ...")
    ends = [
        "asyncio.wait_for(x, 5)",
        "asyncio.timeout(9.5)",
        "done.result(10)",
        "open(url, timeout=5)",
        "go.wait(5)",
    ]
    assert [short_ends(each) for each in ends] == [[1]] * len(ends)
    assert not short_ends("asyncio.wait_for(x, PATIENCE); done.result(120); done.wait()")
    assert not short_ends("while not enough.wait(0.2):\n    send()")
