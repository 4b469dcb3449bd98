"""The machine of an office: its daemon, which may stop, fall dead or stand still, and its line to the carrier."""

from contextlib import suppress
from datetime import UTC

from campaigner.daemon.beats import BEATS, Said
from campaigner.daemon.events import Event
from campaigner.daemon.leadership import Candidate
from campaigner.daemon.service import Daemon
from campaigner.errors import CampaignerError
from tests.simulation.offices.scene import Scene
from tests.simulation.offices.settings import DAY, moment

_UNEXPECTED = "failed; the log says where"
"""What a beat says of an exception that nobody foresaw."""


class Machine:
    """What runs on the clock; its public methods are verbs of a history.

    Args:
        scene: The office.
        slips: Whether approval forms are drawn.
    """

    def __init__(self, scene: Scene, *, slips: bool) -> None:
        self._scene = scene
        self._slips = slips
        self._daemon: Daemon | None = None
        self._beaten: dict[str, int] = {}
        self._turns = 0
        self._said: list[str] = []

    def line(self, minutes: int) -> None:
        """The carrier cannot be reached for so many minutes."""
        self._scene.carrier.down = moment(self._scene.minute + minutes).astimezone(UTC)

    def restart(self) -> None:
        """The daemon ends in order; the next turn is another one's."""
        self.stop()

    def back(self, minutes: int) -> str:
        """One turn at which the clock of the machine stands too early."""
        self._scene.minute -= minutes
        self._scene.carrier.minute = self._scene.minute
        return self.turn()

    def cut(self, count: int) -> None:
        """The power will be cut after so many statements of the next work."""
        self._scene.armed = count

    def turn(self) -> str:
        """One turn of the daemon."""
        self._turns += 1
        self._said = []
        if not self._scene.states:
            self._scene.armed = None  # an office whose first store was cut short is begun by a person
        with self._scene.power():
            daemon = self._daemon or self._start()
            if daemon is not None:
                self._scene.carrier.come_again()
                self._scene.carrier.bring(moment(self._scene.minute))
                self._beats(daemon)
        broken = [text for text in self._said if _UNEXPECTED in text]
        return "; ".join([*(f"crash: {text}" for text in broken), *self._said])

    def _beats(self, daemon: Daemon) -> None:
        daemon._looked.clear()  # by its steady clock, the last turn was a moment ago
        for beat in BEATS:
            before = self._beaten.get(beat.name)
            drawn = beat.name != "remind" or self._slips
            if drawn and (before is None or abs(self._scene.minute - before) * 60 >= beat.every):
                self._beaten[beat.name] = self._scene.minute
                daemon.beat(beat)
                failed = any(text.startswith("plan failed") for text in self._said)
                self._scene.planned = self._scene.planned or (
                    beat.name == "plan" and not failed and self._asks_ahead()
                )

    def _asks_ahead(self) -> bool:
        """Whether a plan of this minute has anything in it, so that it must read every list."""
        settings = self._scene.oracle.settings
        ahead = range(self._scene.minute, (self._scene.minute // DAY + 4) * DAY)
        return not self._scene.spoiled and any(
            due in ahead
            for campaign in settings.campaigns.values()
            if not campaign.paused
            for due in settings.minutes(campaign, self._scene.minute // DAY + 4)
        )

    def _start(self) -> Daemon | None:
        try:
            daemon = Daemon(self._scene.folder, lambda: moment(self._scene.minute), self._hear)
        except CampaignerError as error:
            self._said.append(str(error)[:160])
            return None
        daemon.candidate = Candidate(
            daemon.store,
            f"machine:{self._turns}",
            lambda: self._scene.minute * 60.0,
            lambda: moment(self._scene.minute),
        )
        why = daemon.candidate.try_to_lead(once=True)
        if why is None:
            daemon.store.close()
            self._said.append("somebody else leads")
            return None
        self._beaten = {}
        daemon.begin(why)
        self._daemon = daemon
        return daemon

    def _hear(self, beat: str, said: Said) -> None:
        failed = " failed" if said.event is Event.BEAT_FAILED else ""
        self._said.append(f"{beat}{failed} {said.run} {said.text[:140]}".replace("  ", " "))

    def stop(self) -> None:
        """End the daemon in order."""
        if self._daemon is not None:
            self._daemon.cease()
            self._daemon.candidate.step_down()
            self._daemon.store.close()
        self._daemon = None

    def fall_dead(self) -> None:
        """What is left of a process whose machine lost its power: nothing that writes."""
        if self._daemon is not None:
            with suppress(BaseException):
                self._daemon.cease()
            self._daemon.store.close()
        self._daemon, self._scene.left, self._scene.dead = None, None, True
        self._scene.carrier.ears.clear()
