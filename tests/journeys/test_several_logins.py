"""Two real users of the system share one office by docs/several-logins.md: one writes, the other approves."""

import grp
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigner.starter.folder import write_folder
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "several-logins.md").read_text("utf-8")
RUN = "elderly-monday-20261207-0900"
BEFORE, DUE = "2026-12-04T09:00", "2026-12-07T09:00"
PEOPLE = """
[people.wang]
name = "王经办"
users = ["{owner}"]
roles = ["author", "sender"]

[people.li]
name = "李所长"
users = ["{other}"]
roles = ["approver"]
"""


def block(name: str) -> str:
    """The commands of the page that somebody types."""
    found = re.search(rf"<!-- {name} -->\n```console\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


class Logins:
    """Two users of this machine and a group of theirs.

    Args:
        place: A folder that both can enter.
    """

    owner, other = "games", "mail"

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "office"
        # A group without members in the system's files: these two are in it while they run.
        self.group = next(group for group in grp.getgrall() if group.gr_name in {"users", "nogroup"})

    def run(self, who: str, command: str, told: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """A command of the shell, as one of them, in the office."""
        user = pwd.getpwnam(who)
        path = os.pathsep.join([str(self.place / "bin"), "/usr/bin", "/bin"])
        return subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.folder, input=told, capture_output=True, text=True, check=False,
            user=user.pw_uid, group=user.pw_gid, extra_groups=[self.group.gr_gid], umask=0o077,
            env={"HOME": str(self.place / who), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        )  # fmt: skip

    def done(self, who: str, command: str, **environ: str) -> str:
        result = self.run(who, command, **environ)
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout

    def refused(self, who: str, command: str, **environ: str) -> str:
        result = self.run(who, command, **environ)
        assert result.returncode, result.stdout
        return result.stderr


@pytest.fixture
def logins() -> Iterator[Logins]:
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only root can work as two other users")
    for name in (Logins.owner, Logins.other):
        try:
            pwd.getpwnam(name)
        except KeyError:
            pytest.skip(f"this machine has no user {name}")
    # The folders that pytest makes can be entered by root alone.
    place = Path("/var/tmp") / f"campaigner-logins-{os.getpid()}"
    place.mkdir(mode=0o755)
    try:
        made = Logins(place)
        _settle(made)
        yield made
    finally:
        shutil.rmtree(place)


def _settle(logins: Logins) -> None:
    """The folders, and a program that both users can run."""
    write_folder(logins.folder, 60, 7)
    config = logins.folder / "config.toml"
    text = config.read_text("utf-8")
    people = PEOPLE.format(owner=logins.owner, other=logins.other)
    config.write_text(text + people, "utf-8")
    for path in (logins.folder, *logins.folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.chown(path, logins.owner, pwd.getpwnam(logins.owner).pw_gid)
    for who in (logins.owner, logins.other):
        (logins.place / who).mkdir(mode=0o700)
        shutil.chown(logins.place / who, who)
    (logins.place / "bin").mkdir(mode=0o755)
    program = logins.place / "bin" / "campaigner"
    packages = os.pathsep.join(
        dict.fromkeys([str(ROOT), *(path for path in sys.path if "site-packages" in path)])
    )
    usual = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, usual):
        program.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec {python} -m campaigner "$@"\n')
        program.chmod(0o755)
        if logins.run(logins.other, "campaigner --version").returncode == 0:
            return
    pytest.skip("no Python of this version that other users than root can run")


def _shared(logins: Logins) -> str:
    """What the page says, done; where the other's copy of the key lies."""
    config = logins.folder / "config.toml"
    text = config.read_text("utf-8")
    assert '"sqlite:///campaigner.db"' in text
    config.write_text(text.replace('"sqlite:///campaigner.db"', '"sqlite:///store/campaigner.db"'), "utf-8")
    logins.done(logins.owner, "set -e\n" + block("the owner").replace("fanzha", str(logins.group.gr_gid)))
    key = (logins.folder / "keys" / "store.key").read_text("ascii")
    result = logins.run(logins.other, block("each other login"), told=key)
    assert "store: whole" in result.stdout, result.stdout + result.stderr
    assert "ok   people" in result.stdout
    assert "ok   permissions" in result.stdout
    return str(logins.place / logins.other / "campaigner-store.key")


def test_two_logins_share_an_office(logins: Logins) -> None:
    logins.done(logins.owner, f"campaigner --now {BEFORE} plan --to 2026-12-10")
    logins.done(logins.owner, f"campaigner --now {BEFORE} generate {RUN}")
    approve = f"campaigner --now {BEFORE} approve {RUN} --by 李所长"
    key = _shared(logins)
    # Without a copy of its own the other login is told what to do.
    told = logins.refused(logins.other, approve)
    assert "CAMPAIGNER_STORE_KEY_FILE" in told
    assert "docs/several-logins.md" in told
    assert "密钥另存为" in told
    logins.done(logins.other, approve, CAMPAIGNER_STORE_KEY_FILE=key)
    assert (logins.folder / "store" / "campaigner.db").stat().st_mode & 0o777 == 0o660
    logins.done(logins.owner, f"campaigner --now {DUE} export {RUN}")
    assert "The chain holds" in logins.done(logins.owner, "campaigner log verify")
    assert "ok   permissions" in logins.run(logins.owner, "campaigner doctor").stdout
    entries = logins.done(logins.other, "campaigner log --json", CAMPAIGNER_STORE_KEY_FILE=key)
    assert f'"login": "{logins.other}"' in entries.split('"approved"')[1].split("hash")[0]


def test_the_other_login_changes_no_settings_and_does_not_sign(logins: Logins) -> None:
    logins.done(logins.owner, f"campaigner --now {BEFORE} plan --to 2026-12-10")
    key = _shared(logins)
    for command in ("echo >> config.toml", "cat keys/store.key", "echo x > templates/sms/elderly.txt.jinja"):
        assert "denied" in logins.refused(logins.other, command)
    # What another login may read besides the group is found.
    (logins.folder / "store" / "campaigner.db").chmod(0o664)
    (logins.folder / "store").chmod(0o2775)
    logins.folder.chmod(0o755)
    assert (
        "warn permissions"
        in logins.run(logins.other, "campaigner doctor", CAMPAIGNER_STORE_KEY_FILE=key).stdout
    )
