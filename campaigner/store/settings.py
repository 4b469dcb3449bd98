"""Values that belong to one store."""

import secrets

from sqlalchemy import Connection, insert, select, update

from campaigner.store.tables import SettingRow

_SETTING = SettingRow.__table__  # type: ignore[attr-defined]
SALT = "salt"
"""Name of the secret that belongs to one store."""


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
        kept = secrets.token_hex(32)
        keep(connection, SALT, kept)
    return bytes.fromhex(kept)
