"""People at the command line of an office: author, approver, and whoever enters refusals."""

import json
from collections.abc import Sequence

from click.testing import CliRunner, Result

from campaigner.cli import approve_command, cli
from campaigner.errors import CampaignerError
from tests.simulation.offices.lists import phone, write_refusals, written
from tests.simulation.offices.oracle import split
from tests.simulation.offices.scene import Scene
from tests.simulation.offices.settings import DAY, moment

_KNOWS_AGAIN = any("--again" in option.opts for option in approve_command.command.params)
AUTHOR, APPROVER = "王经办", "李所长"


class People:
    """Who calls commands; their public methods are verbs of a history.

    Args:
        scene: The office.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def _invoked(self, *words: str) -> Result:
        now = moment(self._scene.minute).replace(tzinfo=None).isoformat()
        with self._scene.power():
            return CliRunner().invoke(cli, ["-C", str(self._scene.folder), "--now", now, *words])

    def _call(self, *words: str) -> tuple[int, str]:
        """(exit status, what it said) of a command at this minute."""
        done = self._invoked(*words)
        error = done.exception
        if error is None or isinstance(error, SystemExit):
            return done.exit_code, ""
        if isinstance(error, CampaignerError | OSError):
            return 1, str(error)[:160]
        if type(error).__module__.startswith("click"):
            return 2, str(error)[:160]
        return 3, f"crash: {type(error).__name__}: {error}"[:400]

    def _nth(self, place: int, *states: str) -> str:
        """One of the runs in some states; "" if there is none."""
        codes = sorted(code for code, state in self._scene.states.items() if state in states)
        return codes[place % len(codes)] if codes else ""

    def plan(self) -> str:
        """Somebody plans the next days."""
        return self._call("plan", "--to", f"{moment(self._scene.minute + 4 * DAY):%Y-%m-%d}")[1]

    def generate(self) -> str:
        """The author writes what is planned."""
        return self._call("generate", "--by", AUTHOR)[1]

    def approve(self, place: int | None = None, again: bool = False) -> str:
        """The author stands for what the daemon wrote; the second person approves all that waits, or tries one run.

        Says why people get a text again, if asked to.
        """
        why = ("--again", "近期仍多发") if again and _KNOWS_AGAIN else ()
        for code in sorted(self._scene.unvouched):
            if self._scene.states.get(code) == "generated":
                self._call("generate", code, "--by", AUTHOR)
        if place is None:
            return self._call("approve", "--all", "--by", APPROVER, *why, *self._seen())[1]
        code = self._nth(place, "generated", "withdrawn", "dropped", "missed", "expired")
        return self._call("approve", code, "--by", APPROVER, *why, *self._seen(code))[1] if code else ""

    def _seen(self, code: str = "") -> list[str]:
        """What stands on the forms of what waits; nothing where the office's version asks for none."""
        done = self._invoked("pending", "--json")
        if done.exit_code:
            return []
        rows = json.loads(done.stdout)
        contents = [row["content"] for row in rows if row.get("content") and row["run"].startswith(code)]
        return [word for content in contents for word in ("--content", content)]

    def return_(self, place: int) -> str:
        """The second person sends a run back."""
        code = self._nth(place, "generated", "approved")
        if not code:
            return ""
        status, said = self._call("return", code, "--by", APPROVER, "--reason", "请核对名单")
        if not status:
            self._scene.oracle.ended.add(code)
        return said

    def cancel(self, place: int) -> str:
        """Somebody calls a run off."""
        code = self._nth(place, "planned", "generated", "approved", "partly", "held")
        if not code:
            return ""
        status, said = self._call("cancel", code, "--by", APPROVER, "--reason", "内容已过时")
        if not status:
            self._scene.oracle.ended.add(code)
        return said

    def pause(self, place: int, whole: bool = False) -> str:
        """Somebody holds a run or a campaign back."""
        code = self._nth(place, "planned", "generated", "approved", "partly")
        name = split(code)[0] if whole and code else code
        if not name:
            return ""
        status, said = self._call("pause", name, "--by", APPROVER, "--reason", "核实投诉")
        if not status:
            self._scene.oracle.held.add(name)
        return said

    def resume(self) -> str:
        """All that is held back may go on."""
        said = ""
        for name in sorted(self._scene.oracle.held):
            status, said = self._call("resume", name, "--by", APPROVER)
            if not status:
                self._scene.oracle.held.discard(name)
        return said

    def urgent(self, place: int) -> str:
        """Somebody lets a run out at once."""
        code = self._nth(place, "approved", "partly")
        return self._call("urgent", code, "--by", APPROVER, "--reason", "连续发案")[1] if code else ""

    def export(self, place: int) -> str:
        """Somebody writes the files of a run."""
        code = self._nth(place, "approved", "partly", "releasing")
        return self._call("export", code)[1] if code else ""

    def send(self) -> str:
        """Somebody sends what is due."""
        return self._call("send", "--listen", "0")[1]

    def refuse(self, number: int) -> str:
        """A refusal by word of mouth is entered."""
        status, said = self._call("optout", "add", written(number, number), "--by", AUTHOR)
        if not status:
            self._scene.oracle.refused[phone(number)] = "entered by hand"
        return said

    def accept(self, number: int) -> str:
        """A refusal is taken back by its owner."""
        status, said = self._call(
            "optout", "remove", str(phone(number)), "--by", AUTHOR, "--reason", "本人要求恢复"
        )
        if not status:
            self._scene.oracle.refused.pop(phone(number), None)
        return said

    def import_(self, name: str, numbers: Sequence[int], more: Sequence[int], damage: str) -> str:
        """A file of refusals is read."""
        path = self._scene.folder / name
        write_refusals(path, tuple(numbers), tuple(more), damage)
        status, said = self._call("optout", "import", str(path))
        if not status:
            self._scene.oracle.refused |= {
                phone(n): f"stood in {name}, which was imported" for n in (*numbers, *more)
            }
        return said
