"""Two people at the command line: the insider under his own name, the second person under hers."""

import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from click.testing import CliRunner

from campaigner.cli import approve_command, cli
from campaigner.errors import CampaignerError
from tests.simulation.insider import looking
from tests.simulation.insider.scene import APPROVER, AUTHOR, DAY, LOGINS, Approved, Scene, moment

_NAMES_CONTENT = any("--content" in option.opts for option in approve_command.command.params)
AGAIN = ("--again", "近期仍多发")
_READY = ("approved", "partly", "releasing", "released")
_HOURS = {"hours": 60, "days": DAY}


@contextmanager
def _as(login: str) -> Iterator[None]:
    """Commands are called by a user of this name."""
    before = pwd.getpwuid
    pwd.getpwuid = lambda _number: SimpleNamespace(pw_name=login, pw_dir="/")  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        pwd.getpwuid = before


class People:
    """Who calls commands; public methods are verbs of a story, those of the second person begin with `she_`.

    Args:
        scene: The office.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.crash = ""
        self.output = ""

    def call(self, who: str, *words: str) -> tuple[int, str]:
        """(exit status, what it said of a failure) of a command at this minute."""
        now = moment(self._scene.minute).replace(tzinfo=None).isoformat()
        with _as(LOGINS[who]):
            done = CliRunner().invoke(
                cli, ["-C", str(self._scene.folder), "--now", now, *words], standalone_mode=False
            )
        self.output = done.output
        error = done.exception
        if error is None or isinstance(error, SystemExit):
            return int(done.return_value or 0), ""
        if isinstance(error, CampaignerError | OSError) or type(error).__module__.startswith("click"):
            return 1, str(error)[:200] or type(error).__name__
        self.crash = f"{' '.join(words)}: {type(error).__name__}: {error}"[:300]
        return 3, self.crash

    def _nth(self, place: int, *states: str) -> str:
        """One of the runs in some states, or of all; "" if there is none."""
        found = looking.states(self._scene.folder)
        codes = [code for code, state in found.items() if not states or state in states]
        return codes[place % len(codes)] if codes else ""

    # ---- the insider ----

    def plan(self) -> str:
        """He plans the next days."""
        return self.call(AUTHOR, "plan", "--to", f"{moment(self._scene.minute + 14 * DAY):%Y-%m-%d}")[1]

    def generate(self, place: int) -> str:
        """He writes one of the runs that wait for it."""
        code = self._nth(place % 3, "planned", "returned")
        if not code:
            return ""
        status, said = self.call(AUTHOR, "generate", code, "--by", AUTHOR)
        if not status:
            self._void(code)
        return said

    def release(self, place: int) -> str:
        """He exports or sends a run that may go, or tries it with any."""
        code = self._nth(place // 2, *(_READY if place % 5 else ()))
        return self._let_out(code) if code else ""

    def release_all(self) -> str:
        """He lets out what is approved, one run after the other."""
        found = looking.states(self._scene.folder)
        return "; ".join(
            filter(None, (self._let_out(code) for code, state in found.items() if state in _READY))
        )

    def other_way(self, place: int) -> str:
        """He tries the command that is not the one for the run."""
        code = self._nth(place, *_READY)
        return self._let_out(code, other=True) if code else ""

    def _let_out(self, code: str, *, other: bool = False) -> str:
        with looking.asking(self._scene.folder) as ask:
            found = ask("SELECT gateway FROM run WHERE code = ?", code)
        table = looking.settings(self._scene.folder).get("gateways", {}).get(found[0][0] if found else "", {})
        if (table.get("kind") == "insider-line") is not other:
            return self.call(AUTHOR, "send", code, "--listen", "0")[1]
        return self.call(AUTHOR, "export", code)[1]

    def urgent(self, place: int) -> str:
        """He lets a run out at once, in his own name."""
        code = self._nth(place, "approved", "partly", "releasing")
        if not code:
            return ""
        self._scene.urgent.add(code)
        return self.call(AUTHOR, "urgent", code, "--by", AUTHOR, "--reason", "连续发案")[1]

    def approve(self, place: int, name: str) -> str:
        """He tries to approve a run himself, in any name but hers."""
        code = self._nth(place, "generated")
        return self.call(AUTHOR, "approve", code, "--by", name, *AGAIN)[1] if code else ""

    def return_(self, place: int) -> str:
        """He takes a run back."""
        code = self._nth(place, "generated", "approved")
        if not code:
            return ""
        status, said = self.call(AUTHOR, "return", code, "--by", AUTHOR, "--reason", "改字")
        if not status:
            self._void(code)
        return said

    def resume(self, place: int) -> str:
        """He lets go on what is held back, in his own name."""
        names = sorted(self._scene.held)
        if not names:
            return ""
        name = names[place % len(names)]
        status, said = self.call(AUTHOR, "resume", name, "--by", AUTHOR, "--reason", "已核实")
        if not status:
            self._scene.held.discard(name)
        return said

    def slip(self, place: int) -> str:
        """He draws the form of a run."""
        code = self._nth(place, "generated")
        return self.call(AUTHOR, "slip", code)[1] if code else ""

    def backup(self) -> str:
        """He takes a backup."""
        file = self._scene.folder / "backups" / "b.db"
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        return self.call(AUTHOR, "backup", str(file), "--plain", "--by", AUTHOR)[1]

    def restore(self) -> str:
        """He puts it back."""
        file = self._scene.folder / "backups" / "b.db"
        if not file.exists():
            return ""
        self._scene.rewound = True
        return self.call(AUTHOR, "restore", str(file), "--by", AUTHOR, "--reason", "测试")[1]

    def _void(self, code: str) -> None:
        self._scene.given.pop(code, None)
        self._scene.seen.pop(code, None)

    # ---- the second person ----

    def she_looks(self, place: int) -> str:
        """She has the form drawn of what waits for her, and looks at it as it is."""
        code = self._nth(place, "generated")
        if not code:
            return ""
        status, said = self.call(APPROVER, "slip", code)
        found = self._look(code) if not status else None
        if found is not None:
            self._scene.seen[code] = found
        return said

    def she_signs(self, place: int) -> str:
        """She approves what she saw; where no command takes the digest of the form, what she sees now."""
        codes = sorted(code for code in self._scene.seen if code in self._waiting())
        if not codes:
            return ""
        code = codes[place % len(codes)]
        seen = self._scene.seen[code] if _NAMES_CONTENT else self._look(code)
        if seen is None:
            return ""
        approved, digest = seen
        content = ("--content", digest) if _NAMES_CONTENT else ()
        status, said = self.call(APPROVER, "approve", code, "--by", APPROVER, *AGAIN, *content)
        if not status:
            until = self._scene.minute + self._valid()
            self._scene.given[code] = Approved(**{**vars(approved), "until": until})
            self._keep_anchor()
        return said

    def she_approves(self, place: int) -> str:
        """She looks and approves at once."""
        self.she_looks(place)
        code = self._nth(place, "generated")
        if code not in self._scene.seen:
            return ""
        return self.she_signs(sorted(c for c in self._scene.seen if c in self._waiting()).index(code))

    def she_returns(self, place: int) -> str:
        """She sends a run back."""
        code = self._nth(place, "generated", "approved")
        if not code:
            return ""
        status, said = self.call(APPROVER, "return", code, "--by", APPROVER, "--reason", "请核对")
        if not status:
            self._void(code)
            self._keep_anchor()
        return said

    def she_pauses(self, place: int, whole: bool) -> str:
        """She holds a run or its campaign back."""
        code = self._nth(place, "planned", "generated", "approved", "partly")
        name = code.rsplit("-", 2)[0] if whole else code
        if not name:
            return ""
        status, said = self.call(APPROVER, "pause", name, "--by", APPROVER, "--reason", "核实投诉")
        if not status:
            self._scene.held.add(name)
            self._keep_anchor()
        return said

    def she_resumes(self) -> str:
        """She lets go on what she holds back."""
        said = ""
        for name in sorted(self._scene.held):
            status, said = self.call(APPROVER, "resume", name, "--by", APPROVER, "--reason", "已核实")
            if not status:
                self._scene.held.discard(name)
        return said

    def she_cancels(self, place: int) -> str:
        """She calls a run off."""
        code = self._nth(place, "generated", "approved", "partly")
        if not code:
            return ""
        status, said = self.call(APPROVER, "cancel", code, "--by", APPROVER, "--reason", "过时")
        if not status:
            self._void(code)
            self._keep_anchor()
        return said

    def _valid(self) -> int:
        """Minutes for which an approval holds, by the settings."""
        count, unit = str(looking.settings(self._scene.folder)["approval"]["valid"]).split()
        return int(count) * _HOURS[unit]

    def _waiting(self) -> list[str]:
        return [code for code, state in looking.states(self._scene.folder).items() if state == "generated"]

    def _look(self, code: str) -> tuple[Approved, str] | None:
        """What a run is by its messages and its settings, and the digest that the form shows."""
        with looking.asking(self._scene.folder) as ask:
            found = ask("SELECT id, gateway, due_at, title, digest FROM run WHERE code = ?", code)
            if not found:
                return None
            run, gateway, due, title, digest = found[0]
            texts = looking.texts(ask, run)
        way = looking.way(self._scene.folder, gateway)
        try:
            minute = looking.minute_of(due)
        except (TypeError, ValueError):
            return None
        return Approved(code, texts, gateway, way, minute, 0, title), str(digest)[:12]

    def _keep_anchor(self) -> None:
        """She, or somebody whom she tells, keeps the newest entry of the log."""
        number, digest = looking.head(self._scene.folder)
        if self._scene.story.anchored and number:
            self._scene.anchor = f"campaigner-anchor 1 seq={number} hash={digest}\n"
