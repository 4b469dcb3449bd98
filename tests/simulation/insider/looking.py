"""Looking for oneself: at the store, the settings and the folders, by means of the test's own."""

import csv
import io
import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaigner.errors import CampaignerError
from campaigner.store import cipher
from tests.opened import bare
from tests.simulation.insider.scene import START

Ask = Callable[..., list[tuple[Any, ...]]]
_FREE = {"window", "per_hour", "per_day", "halt_percent", "rate", "connections", "price"}
"""What of a gateway decides neither where messages go nor what they look like."""
_HEADERS = {"neutral": ["mobile", "content", "send_time", "batch_id", "msg_id"]}
_MESSAGES = (
    "SELECT recipient, coalesce(wording.text, message.body) FROM message"
    " LEFT JOIN wording ON wording.id = wording_id WHERE message.run_id = ? AND message.channel = 'sms'"
)


@contextmanager
def asking(folder: Path) -> Iterator[Ask]:
    """Asks the store by SQL, and writes to it; nothing is found where it cannot be opened."""
    try:
        opened = bare(folder, timeout=60) if (folder / "campaigner.db").exists() else None
    except (CampaignerError, cipher.driver.Error):
        opened = None
    if opened is None:
        yield lambda *_asked: []
        return

    def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
        return list(opened.execute(query, values).fetchall())

    with closing(opened):
        yield ask
        opened.commit()


def states(folder: Path) -> dict[str, str]:
    """Code of each run -> its state."""
    with asking(folder) as ask:
        return dict(ask("SELECT code, state FROM run ORDER BY code"))


def minute_of(text: str) -> int:
    """Minutes from the start to a moment as the store keeps it."""
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return int((at - START).total_seconds() // 60)


def texts(ask: Ask, run: int) -> dict[int, str]:
    """Phone -> text of a run's SMS."""
    return dict(ask(_MESSAGES, run))


def head(folder: Path) -> tuple[int, str]:
    """Number and hash of the log's newest entry."""
    with asking(folder) as ask:
        found = ask("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")
    return found[0] if found else (0, "")


def settings(folder: Path) -> dict[str, Any]:
    """What config.toml says; nothing if it cannot be read."""
    try:
        return tomllib.loads((folder / "config.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def way(folder: Path, name: str) -> dict[str, Any]:
    """What decides where messages of a gateway go and what they look like."""
    table = settings(folder).get("gateways", {}).get(name, {})
    found = {key: value for key, value in table.items() if key not in _FREE}
    own = folder / "templates" / "carriers" / f"{table.get('profile')}.toml"
    if table.get("profile"):
        found["headers"] = _HEADERS.get(table["profile"])
    if own.is_file():
        columns = tomllib.loads(own.read_text("utf-8")).get("columns", [])
        found["headers"] = [column["header"] for column in columns]
    return found


def output(folder: Path) -> Path:
    """The output folder."""
    return folder / str(settings(folder).get("output", {}).get("folder", "out"))


Files = dict[str, bytes]


def shown(folder: Path) -> dict[str, Files]:
    """Every folder with a manifest that anybody can see, below the working folder -> its files."""
    found = {}
    for manifest in folder.rglob("manifest.json"):
        place = manifest.parent
        name = place.relative_to(folder).as_posix()
        if not any(part.startswith(".") for part in place.relative_to(folder).parts):
            found[name] = {
                path.relative_to(place).as_posix(): path.read_bytes()
                for path in place.rglob("*")
                if path.is_file()
            }
    return found


def rows(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a batch."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return (lines[0], lines[1:]) if lines else ([], [])


def stated(files: Files) -> dict[str, Any]:
    """What a folder's manifest says."""
    found: dict[str, Any] = json.loads(files["manifest.json"])
    return found
