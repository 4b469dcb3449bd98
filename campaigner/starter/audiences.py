"""The synthetic audiences that a new working folder starts with."""

import csv
from collections.abc import Iterable
from pathlib import Path

from campaigner.errors import UsageError
from campaigner.starter import places, pupils, residents
from campaigner.starter.town import town_of

DEFAULT_PEOPLE = 2000
DEFAULT_SEED = 1
MAX_PEOPLE = 10_000_000


def write_audiences(folder: Path, people: int, seed: int) -> None:
    """Writes residents.csv, pupils.csv and places.csv, row by row; the same bytes for the same arguments.

    Args:
        folder: Where they go; made if it is not there.
        people: Rows of residents.csv, 1 to `MAX_PEOPLE`; there is about one pupil to eight of them.
        seed: Another seed gives other people.

    Raises:
        UsageError: If `people` is out of range.
    """
    if not 1 <= people <= MAX_PEOPLE:
        raise UsageError(
            f"cannot invent {people} people; give a number from 1 to {MAX_PEOPLE}\n"
            f"不能生成 {people} 人的样例名单：请写 1 到 {MAX_PEOPLE} 之间的数"
        )
    town = town_of(people)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "residents.csv", residents.HEADER, residents.resident_rows(people, seed, town))
    _write(folder / "pupils.csv", pupils.HEADER, pupils.pupil_rows(people, seed, town))
    _write(folder / "places.csv", places.HEADER, places.place_rows(people, seed, town))


def _write(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    # With the mark at the start spreadsheets know that it is UTF-8; they write CRLF themselves.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
