"""`make bench`: every stage beside its floor and the naive way, at several sizes, in one table.

Usage: python benchmarks/table.py [SIZES [ROUNDS [WORD]]], such as 10000,100000,10000000 3 letters
"""

import sys
import tempfile
from importlib import import_module
from pathlib import Path

import place
from harness import Case, Measure, compare, report, show

MODULES = ("reading", "texts", "keeping", "paper", "startup", "road")
"""Imported when they are asked for: each process of a benchmark reads this file, and wants only its own."""


def cases(word: str) -> list[Case]:
    """Every case whose name has a word in it."""
    return [case for name in MODULES for case in import_module(name).CASES if word in case.name]


def measured(sizes: list[int], rounds: int, word: str = "") -> list[Measure]:
    """Every such case at every size; beyond a case's own bound only where that size is the first."""
    found: list[Measure] = []
    wanted, road = cases(word), import_module("road")
    for number, people in enumerate(sizes):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            show(f"{people:,} invented people")
            road.prepare(folder / "office", people)
            place.put(folder / "office", people)
            found += [
                compare(case.name, case.stage, case.floor, folder, rounds, case.naive)
                for case in wanted
                if not (number and case.most and people > case.most)
            ]
    return found


if __name__ == "__main__":
    given = [*sys.argv[1:], *("10000,100000", "3", "")[len(sys.argv) - 1 :]]
    report(measured([int(size) for size in given[0].split(",")], int(given[1]), given[2]), "table.json")
