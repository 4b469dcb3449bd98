"""Which machine this is, and where a store belongs as the store itself knows it."""

import hashlib
import json
import os
import platform
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from campaigner.domain.installation import Installation
from campaigner.store import settings

VARIABLE = "CAMPAIGNER_MACHINE"
"""Names the machine where the system has no id that stays, as in a container."""
_SETTING = "installation"
_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_DIGITS = 16


def machine_id(environ: Mapping[str, str] = os.environ) -> str:
    """An opaque id of this machine: the same after a restart, and no way back to what it was made of.

    From `CAMPAIGNER_MACHINE` where that is set, else from the system: machine-id(5) on Linux, MachineGuid on Windows;
    elsewhere from the host's name and its network card.
    """
    named = environ.get(VARIABLE, "").strip()
    known = f"named {named}" if named else _of_system()
    return hashlib.sha256(f"campaigner machine {known}".encode()).hexdigest()[:_DIGITS]


def _of_system() -> str:
    for file in _FILES:
        try:
            found = file.read_text("ascii").strip()
        except (OSError, ValueError):
            continue
        if found and found != "uninitialized":
            return f"machine-id {found}"
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return f"MachineGuid {winreg.QueryValueEx(key, 'MachineGuid')[0]}"
        except OSError:
            pass
    return f"host {platform.node()} {_card()}"


def _card() -> str:
    """The network card's address; "" where Python would draw another number each time."""
    number = uuid.getnode()
    return "" if number >> 40 & 1 else f"{number:012x}"


def here(path: Path, environ: Mapping[str, str] = os.environ) -> Installation:
    """Where a store's file is."""
    return Installation(machine_id(environ), str(path.resolve()))


def kept(connection: Connection) -> Installation | None:
    """Where a store belongs; None if it does not say."""
    text = settings.value(connection, _SETTING)
    return Installation(**json.loads(text)) if text else None


def keep(connection: Connection, place: Installation) -> None:
    """Write where a store belongs."""
    words = json.dumps({"machine": place.machine, "place": place.place}, ensure_ascii=False)
    settings.keep(connection, _SETTING, words)


def has_original(place: Installation, path: Path) -> bool:
    """Whether another file than this one is where a store belongs, or might be: what cannot be seen counts as there."""
    other = Path(place.place)
    try:
        return other.stat().st_size > 0 and not other.samefile(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
