"""An office that listens: its links are open, what comes over them is kept; killed from outside.

Usage: python -m tests.simulation.listening FOLDER
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from campaigner.app import open_app
from campaigner.road.reconcile import hear
from campaigner.road.wire import Wire
from campaigner.workspace.desk import Silent
from tests.simulation.killed_send import AT


def main(folder: Path) -> None:
    """Listen until somebody kills it."""
    app = open_app(folder, AT, AT)
    store = app.store()
    offset = AT - datetime.now(UTC)
    wire = Wire(store, lambda: datetime.now(UTC) + offset)
    closed = dict(hear(app.work(store, "daemon", Silent()), wire))
    sys.stdout.write(f"{closed or 'listening'}\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
