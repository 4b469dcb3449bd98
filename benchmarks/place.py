"""Where the works find what was prepared for them, and how much of it."""

import os
from pathlib import Path

OFFICE, PEOPLE = "CAMPAIGNER_BENCH_OFFICE", "CAMPAIGNER_BENCH_PEOPLE"


def put(office_folder: Path, people: int) -> None:
    """Tell the processes that will be started."""
    os.environ |= {OFFICE: str(office_folder), PEOPLE: str(people)}


def office() -> Path:
    """The working folder that was prepared."""
    return Path(os.environ[OFFICE])


def people() -> int:
    """How many stand in its list."""
    return int(os.environ[PEOPLE])


def audience_file() -> Path:
    """The list itself."""
    return office() / "audiences" / "residents.csv"
