"""Values that belong to one store."""

import secrets

from sqlalchemy import Connection, insert, select, update

from campaigner.store.bulk import driver_sql
from campaigner.store.tables import SettingRow

_SETTING = SettingRow.__table__  # type: ignore[attr-defined]
SALT = "salt"
"""Name of the secret that belongs to one store."""
_DRAW = "INSERT INTO setting(name, value) VALUES (?, ?) ON CONFLICT(name) DO NOTHING"


def value(connection: Connection, name: str) -> str | None:
    """A kept value, or None."""
    return connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar()


def keep(connection: Connection, name: str, new: str) -> None:
    """Keep a value, in the place of an older one."""
    changed = connection.execute(update(_SETTING).where(_SETTING.c.name == name).values(value=new)).rowcount
    if not changed:
        connection.execute(insert(_SETTING).values(name=name, value=new))


def salt(connection: Connection) -> bytes:
    """The secret that receipt codes are made with: drawn once, kept for good, so that reprints match."""
    kept = value(connection, SALT)
    if kept is None:
        driver_sql(connection, _DRAW, (SALT, secrets.token_hex(32)))
        kept = value(connection, SALT)  # another process may have drawn one meanwhile
        assert kept is not None
    return bytes.fromhex(kept)
