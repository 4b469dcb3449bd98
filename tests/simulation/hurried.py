"""A daemon in a hurry, as a process of its own, to be killed: beats, signs of life and hours come much faster.

Usage: python -m tests.simulation.hurried FOLDER START EPOCH SPEED
"""

import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from campaigner.daemon import leadership, rhythm, service
from campaigner.daemon.beats import BEATS
from campaigner.daemon.logs import setup

_EVERY = {"plan": 0.5, "generate": 0.2, "remind": 1.0, "release": 0.2, "collect": 0.2}


def main(folder: str, start: str, epoch: str, speed: str) -> None:
    """Run until killed; SPEED seconds of the office's time are one of ours."""
    leadership.SILENCE = 1.0
    # This clock runs ahead on purpose; to the daemon each look at it would be a leap.
    rhythm.JUMP = timedelta(days=36_500)
    service.RENEW = 0.2
    service.STAND_BY = 0.1
    begun = datetime.fromisoformat(start)

    def clock() -> datetime:
        return begun + timedelta(seconds=(time.time() - float(epoch)) * float(speed))

    setup(json=True, level="info")
    beats = tuple(replace(beat, every=_EVERY.get(beat.name, 2.0)) for beat in BEATS)
    service.Daemon(Path(folder), clock, beats=beats).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
