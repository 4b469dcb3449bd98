"""Files that the clock wrote below the output folder, and may take away again as long as they are still the same."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from campaigner.domain.planning import Run
from campaigner.store.tables import OwnFileRow

_OWN = OwnFileRow.__table__  # type: ignore[attr-defined]


def note(connection: Connection, run: Run, path: str, sha256: str, now: datetime) -> None:
    """Keep that a file was written.

    Args:
        connection: The transaction.
        run: The run that it was written for.
        path: Where, relative to the output folder, with forward slashes.
        sha256: Hash of its content.
        now: The moment.
    """
    connection.execute(delete(_OWN).where(_OWN.c.path == path))
    connection.execute(insert(_OWN).values(path=path, run_id=run.id, sha256=sha256, at=now))


def forget(connection: Connection, path: str) -> None:
    """A file is gone, or is no longer ours."""
    connection.execute(delete(_OWN).where(_OWN.c.path == path))


def all_of(connection: Connection) -> dict[str, tuple[int, str]]:
    """Path of each file that was written -> number of its run and hash of its content."""
    return {row.path: (row.run_id, row.sha256) for row in connection.execute(select(_OWN))}
