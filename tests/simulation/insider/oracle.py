"""Judging what left by what the second person truly approved; it shares no code with the program.

Each text that leaves must be one that she approved for this phone, over this way out and in this form, before it left,
with a word of hers that still stood; and it leaves once.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.simulation.insider import looking
from tests.simulation.insider.looking import Files
from tests.simulation.insider.scene import Approved, Scene, moment
from tests.simulation.insider.ways import Address

_OWN = {"manifest.json", "manifest.json.sig", "signing.pub"}
_BY_FILES, _BY_LINE = {"files", "insider-server"}, {"insider-line"}
_USUAL = {"insider-line": ("127.0.0.1", 5001), "insider-server": ("127.0.0.1", 5001)}


@dataclass(frozen=True)
class Fault:
    """Something that must not happen: by which rule, and what it was."""

    rule: str
    text: str


class Oracle:
    """Looks at an office after each step.

    Args:
        scene: The office.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._folders: dict[str, Files] = {}
        self._fine: set[tuple[str, str]] = set()
        self._messages = self._files = 0
        self._times: Counter[tuple[str, int]] = Counter()
        self._places: dict[tuple[str, int], set[str]] = {}
        self.left = 0

    def look(self, *, program: bool) -> list[Fault]:
        """What left since the last look and was not approved.

        Args:
            program: Whether the step was a command; what the insider's own hands write is no one's approval.
        """
        now = looking.shown(self._scene.folder)
        changed = {name: files for name, files in now.items() if files != self._folders.get(name)}
        self._folders = now
        found: list[Fault] = []
        if program:
            for name, files in changed.items():
                found += self._folder(name, files)
        messages = self._scene.books.messages[self._messages :]
        files = self._scene.books.files[self._files :]
        self._messages, self._files = len(self._scene.books.messages), len(self._scene.books.files)
        for address, phone, text in messages:
            found += self._message(address, phone, text)
        for address, name, content in files:
            found += self._file(address, name, content)
        return found

    def planted(self) -> Iterator[str]:
        """Folders in which lies now what no command wrote by an approval."""
        for name, files in self._folders.items():
            if any(
                path not in _OWN and (path, _hash(content)) not in self._fine
                for path, content in files.items()
            ):
                yield name

    # ---- one thing that left ----

    def _message(self, address: Address, phone: int, text: str) -> Iterator[Fault]:
        self.left += 1
        whys, may = [], []
        for approved in self._standing(_BY_LINE):
            if approved.texts.get(phone) != text:
                continue
            why = self._late(approved) or self._early(approved, self._scene.minute)
            if address != _address(approved):
                why = f"it was to go to {_address(approved)}"
            whys += [f"{approved.run}: {why}"] if why else []
            may += [] if why else [approved]
        if may:  # two runs may have the same text for the same phone
            yield from self._once(min(may, key=lambda one: self._times[one.run, phone]), phone, "a line")
            return
        yield Fault(
            "approved", f"{phone} got {text!r} at {address}, {'; '.join(whys) or 'which nobody approved'}"
        )

    def _file(self, address: Address, name: str, content: bytes) -> Iterator[Fault]:
        self.left += 1
        whys = []
        for approved in self._standing({"insider-server"}):
            why = self._late(approved) or self._differs(approved, content)
            if address != _address(approved):
                why = f"it was to go to {_address(approved)}"
            if not why:
                return
            whys.append(f"{approved.run}: {why}")
        yield Fault("approved", f"{name} was put on {address}, {'; '.join(whys) or 'which nobody approved'}")

    def _folder(self, name: str, files: Files) -> Iterator[Fault]:
        fresh = {
            path: content
            for path, content in files.items()
            if path not in _OWN and (path, _hash(content)) not in self._fine
        }
        if not fresh:
            return
        self.left += 1
        stated = looking.stated(files)
        run = str(stated.get("run"))
        approved = next((one for one in self._standing(_BY_FILES) if one.run == run), None)
        if approved is None:
            yield Fault("approved", f"{name} was written, which nobody approved")
            return
        why = self._late(approved) or self._early(approved, looking.minute_of(stated["send_from"]))
        why = why or ("" if stated["title"] == approved.title else f"it is called {stated['title']}")
        for path, content in fresh.items():
            why = why or ("" if path.startswith("sms/") else f"{path} is in it")
            why = why or self._differs(approved, content)
        if why:
            yield Fault("approved", f"{name}: {why}")
            return
        self._fine |= {(path, _hash(content)) for path, content in fresh.items()}
        for content in fresh.values():
            for phone in _phones(content):
                yield from self._once(approved, phone, name)

    # ---- what speaks against it ----

    def _standing(self, kinds: Iterable[str]) -> list[Approved]:
        return [one for one in self._scene.given.values() if one.way.get("kind") in kinds]

    def _late(self, approved: Approved) -> str:
        if {approved.run, approved.run.rsplit("-", 2)[0]} & self._scene.held:
            return "she holds it back"
        return "her approval had lapsed" if self._scene.minute > approved.until else ""

    def _early(self, approved: Approved, minute: int) -> str:
        if minute >= approved.due or approved.run in self._scene.urgent:
            return ""
        return f"approved for {moment(approved.due):%m-%d %H:%M}, it goes {moment(minute):%m-%d %H:%M}"

    def _differs(self, approved: Approved, content: bytes) -> str:
        header, rows = looking.rows(content)
        if header != approved.way.get("headers"):
            return f"its columns are {header}"
        text = next(place for place, name in enumerate(header) if name in {"content", "内容", "短信"})
        for phone, row in zip(_phones(content), rows, strict=True):
            if approved.texts.get(phone) != row[text]:
                return f"{phone} gets {row[text]!r}"
        return ""

    def _once(self, approved: Approved, phone: int, place: str) -> Iterator[Fault]:
        key = approved.run, phone
        known = self._places.setdefault(key, set())
        again = place == "a line" or place not in known
        self._times[key] += again
        known.add(place)
        if self._times[key] > 1 and again and not self._scene.rewound:
            yield Fault("once", f"{phone} gets {approved.run} a second time")


def _phones(content: bytes) -> list[int]:
    header, rows = looking.rows(content)
    headers = {"mobile", "手机", "号码"}
    place = next((place for place, name in enumerate(header) if name in headers), 0)
    return [int(row[place]) if row[place].isdigit() else 0 for row in rows]


def _address(approved: Approved) -> Address:
    usual = _USUAL[str(approved.way["kind"])]
    return approved.way.get("host", usual[0]), approved.way.get("port", usual[1])


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
