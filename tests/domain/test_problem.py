"""What every fault has to be: a value that any store, log and screen can hold."""

import json

from campaigner.domain.problem import Problem


def test_bytes_that_are_no_text_are_told_as_such() -> None:
    half = b"\xff\x81".decode("utf-8", "surrogateescape")
    problem = Problem("x", f"a {half}", f"甲{half}", "list.csv", 1, half, half)
    assert (problem.message, problem.message_zh, problem.column, problem.value) == (
        "a ??",
        "甲??",
        "??",
        "??",
    )
    assert json.dumps([problem.message, problem.value]).encode()
    assert Problem("x", "m", "中", "s", 1, 3).column == 3
