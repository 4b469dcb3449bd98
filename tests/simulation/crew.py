"""Senders by hand that share one run, as processes of their own, of which one is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.pace import wait_until
from tests.simulation.counting import Centre
from tests.simulation.killed_send import AT, ROOT


def daemon(folder: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A hurried daemon whose time stands at the moment of the run."""
    words = [
        sys.executable,
        "-m",
        "tests.simulation.hurried",
        str(folder),
        AT.isoformat(),
        str(time.time()),
        "1",
    ]
    with (folder.parent / "daemon.log").open("ab") as log:
        return subprocess.Popen(
            words, stdout=log, stderr=log, cwd=ROOT, env=os.environ | dict(environment or {})
        )


def wait_for_bytes(carrier: Centre, count: int) -> None:
    """Until the carrier has noted so much."""
    wait_until(lambda: carrier.file.stat().st_size >= count, 0.02)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL; it must have lived until then."""
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def end(*processes: subprocess.Popen[bytes]) -> None:
    """Ask to stop, wait, and see to it."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
