"""The demo in a process of its own, and all that it left, so that two of them can be compared to the byte."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ONE_SALT = """
import secrets
import sys

from campaigner.cli import main

secrets.token_hex = lambda count: "5a" * count
sys.exit(main())
"""
"""The program, but each store draws the same secret for its receipt codes."""


def made(
    folder: Path,
    *words: str,
    people: int = 300,
    meanwhile: Callable[[subprocess.Popen[str]], None] | None = None,
) -> dict[str, Any]:
    """Run the demo; what it said, its plan, its log without the times, and its batches.

    Args:
        folder: Where.
        words: More options of `campaigner demo`.
        people: How many residents.
        meanwhile: Called with the process while it works.
    """
    folder.parent.mkdir(exist_ok=True)
    run = _program(Path(), "demo", folder.name, "--people", str(people), *words)
    with subprocess.Popen(
        run, cwd=folder.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        if meanwhile is not None:
            meanwhile(process)
        said, wrong = process.communicate()
    assert process.returncode == 0, wrong
    return {
        "said": [line for line in said.splitlines() if "Done in" not in line],
        "plan": _said(folder, "plan", "--from", "2026-12-01", "--to", "2026-12-31", "--json"),
        "log": [_without_times(entry) for entry in json.loads(_said(folder, "log", "--json"))],
        "batches": _files(folder / "out"),
    }


def _program(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", _ONE_SALT, "-C", str(folder), "--now", "2026-11-24T10:00", *words]


def _said(folder: Path, *words: str) -> str:
    return subprocess.run(_program(folder, *words), capture_output=True, text=True, check=True).stdout


def _files(folder: Path) -> dict[str, bytes]:
    """Every file of an output but its signatures: each office has a key of its own."""
    found = (
        path for path in sorted(folder.rglob("*")) if path.suffix not in {".sig", ".pub"} and path.is_file()
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _without_times(entry: dict[str, object]) -> dict[str, object]:
    """An entry without when it was made, and so without the hashes that hold it; its numbers and facts stay."""
    return {name: value for name, value in entry.items() if name not in {"at", "hash", "previous"}}
