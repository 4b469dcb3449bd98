"""Values that belong to one store."""

import secrets

from sqlalchemy import Connection, insert, select

from campaigner.store.tables import SettingRow

_SETTING = SettingRow.__table__  # type: ignore[attr-defined]
_SALT = "salt"


def salt(connection: Connection) -> bytes:
    """The secret that receipt codes are made with: drawn once, kept for good, so that reprints match."""
    kept = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == _SALT)).scalar()
    if kept is None:
        kept = secrets.token_hex(32)
        connection.execute(insert(_SETTING).values(name=_SALT, value=kept))
    return bytes.fromhex(kept)
