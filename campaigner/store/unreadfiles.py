"""Files of refusals of which not every row could be read: nobody knows yet who else refused."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from campaigner.store.tables import UnreadFileRow

_FILE = UnreadFileRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """Such a file.

    Args:
        name: Its name.
        at: When it was read.
        by: Who brought it.
        why: What of it could not be read, without a number.
    """

    name: str
    at: datetime
    by: str
    why: str


def enter(connection: Connection, file: UnreadFile) -> None:
    """Note one; it takes the place of an earlier one of its name."""
    forget(connection, file.name)
    connection.execute(insert(_FILE).values(name=file.name, at=file.at, by=file.by, why=file.why))


def forget(connection: Connection, name: str) -> bool:
    """It was read as a whole, or somebody has settled it; False if there is none of this name."""
    return bool(connection.execute(delete(_FILE).where(_FILE.c.name == name)).rowcount)


def every(connection: Connection) -> list[UnreadFile]:
    """All of them, in order of name."""
    rows = connection.execute(select(_FILE).order_by(_FILE.c.name))
    return [UnreadFile(row.name, row.at, row.by, row.why) for row in rows]
