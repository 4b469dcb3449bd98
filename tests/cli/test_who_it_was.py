"""Whoever did it stands in the log: the daemon as itself, a person by name and login, roles also when put back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.answers.account import log_entries, verify
from campaigner.cli import cli
from campaigner.daemon.service import Daemon
from campaigner.domain.log import Entry
from campaigner.errors import ApprovalError, CampaignerError, RoleError, UsageError
from campaigner.store import runs
from tests.offices.office import at
from tests.opened import store_of

RUN = "elderly-monday-20261207-0900"
BEFORE, DUE = "2026-12-04T09:00", "2026-12-07T09:00"
WANG = '[people.wang]\nname = "王经办"\nusers = ["games"]\nroles = ["author", "sender"]\n'
LI = '[people.li]\nname = "李所长"\nusers = ["mail"]\nroles = ["approver"]\n'
LI_WRITES = LI.replace('["approver"]', '["author", "approver"]')
SUN = '[people.sun]\nname = "孙助理"\nusers = ["news"]\nroles = ["author"]\n'


class Desk:
    """An office at whose keyboard somebody sits."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = patch
        self._config = folder / "config.toml"
        self._plain = self._config.read_text("utf-8")

    def people(self, *tables: str) -> None:
        """Who works here, by config.toml."""
        self._config.write_text("\n".join((self._plain, *tables)), "utf-8")

    def sits(self, login: str) -> None:
        """A user of the system logs in."""
        for module in ("cli.opening", "daemon.office"):
            self._patch.setattr(f"campaigner.{module}.system_user", lambda: login)

    def call(self, moment: str, *words: str) -> Result:
        return CliRunner().invoke(
            cli, ["-C", str(self.folder), "--now", moment, *words], standalone_mode=False
        )

    def done(self, moment: str, *words: str) -> str:
        result = self.call(moment, *words)
        assert result.exception is None, result.exception
        assert not result.return_value, result.output
        return result.output

    def refused(self, moment: str, *words: str) -> CampaignerError:
        error = self.call(moment, *words).exception
        assert isinstance(error, CampaignerError), error
        return error

    def turn(self, moment: str) -> list[str]:
        """One turn of the daemon; what it said of the run."""
        lines: list[str] = []
        daemon = Daemon(
            self.folder, lambda: at(moment), lambda _beat, said: lines.append(f"{said.run}: {said.text}")
        )
        assert daemon.once()
        daemon.store.close()
        return [line for line in lines if line.startswith(RUN)]

    def log(self, *kinds: str) -> list[Entry]:
        store = store_of(self.folder)
        found = [entry for entry in log_entries(store) if not kinds or entry.kind in kinds]
        store.close()
        return found

    def seen(self) -> Sequence[str]:
        """What the second person types off the form that the daemon drew."""
        store = store_of(self.folder)
        with store.read() as connection:
            digest = runs.find(connection, RUN).digest
        store.close()
        return "--content", digest[:12]

    def broken(self) -> str:
        store = store_of(self.folder)
        found = verify(store).broken
        store.close()
        return found


@pytest.fixture
def desk(office: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(office, monkeypatch)


@pytest.fixture
def written(desk: Desk) -> Desk:
    """Somebody with two roles put a sentence of his own into a text, and the daemon wrote the run."""
    desk.people(WANG, LI_WRITES)
    desk.sits("mail")
    text = desk.folder / "templates" / "sms" / "elderly.txt.jinja"
    text.write_text(f"{text.read_text('utf-8').rstrip()}请转告家里老人。\n", "utf-8")
    assert any("waits for an author's word" in line for line in desk.turn(BEFORE))
    return desk


def test_one_person_with_the_daemon_lets_nothing_out(written: Desk) -> None:
    (generated,) = [entry for entry in written.log("generated") if entry.run == RUN]
    assert (generated.actor, generated.fields["account"]) == ("daemon", "mail")
    assert not [entry for entry in written.log() if entry.actor == "王经办"]
    error = written.refused(BEFORE, "approve", RUN, "--by", "李所长")
    assert isinstance(error, ApprovalError)
    assert f"campaigner generate {RUN} --by NAME" in str(error)
    assert "李所长以外的拟稿人" in str(error)
    # The same person as its author changes nothing: the approver must be another one.
    written.done(BEFORE, "generate", RUN)
    assert "somebody else must approve it" in str(written.refused(BEFORE, "approve", RUN, "--by", "李所长"))
    assert isinstance(written.refused(BEFORE, "generate", RUN, "--by", "王经办"), RoleError)
    assert not [line for line in written.turn(DUE) if "released" in line]
    assert not (written.folder / "out" / RUN).exists()


def test_a_clerk_and_a_chief_go_on_by_the_advice(written: Desk) -> None:
    written.sits("games")
    shown = written.done(BEFORE, "pending")
    assert "the daemon wrote it" in shown
    assert "须由拟稿人先确认" in shown
    left = written.call(BEFORE, "generate")
    assert RUN in left.output.split("campaigner generate ")[1].split("\n")[0]
    assert not written.log("vouched")
    assert "--by NAME --content DIGEST" in written.done(BEFORE, "generate", RUN)
    (vouched,) = written.log("vouched")
    assert (vouched.actor, vouched.fields["login"]) == ("王经办", "games")
    assert "the daemon wrote it" not in written.done(BEFORE, "pending").split(RUN)[1].split("\n")[0]
    written.sits("mail")
    written.done(BEFORE, "approve", RUN, "--by", "李所长", *written.seen())
    (approved,) = written.log("approved")
    assert (approved.actor, approved.fields["login"], approved.fields["people"]) == ("李所长", "mail", True)
    assert [line for line in written.turn(DUE) if "released" in line]
    assert written.broken() == ""


def test_all_that_the_daemon_wrote_can_be_stood_for_at_once(written: Desk) -> None:
    written.sits("games")
    said = written.done(BEFORE, "generate", "--vouch")
    assert RUN in said
    assert "Stood for" in said
    assert "Generated" not in said
    assert "wrote nothing" in written.done(BEFORE, "generate", "--vouch")
    assert {entry.run for entry in written.log("vouched")} == {
        entry.run for entry in written.log("generated")
    }


def test_nobody_stands_for_it_by_default(desk: Desk) -> None:
    desk.turn(BEFORE)
    assert isinstance(desk.refused(BEFORE, "generate", RUN), UsageError)
    assert isinstance(desk.refused(BEFORE, "generate", RUN, "--by", "Daemon"), ApprovalError)
    desk.done(BEFORE, "generate", RUN, "--by", "王经办")
    assert isinstance(desk.refused(BEFORE, "approve", RUN, "--by", "daemon"), ApprovalError)
    desk.done(BEFORE, "approve", RUN, "--by", "李所长", *desk.seen())
    (approved,) = desk.log("approved")
    assert approved.fields["people"] is False


def test_the_form_does_not_name_somebody_who_did_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaigner.answers import slip as drawing

    shown: list[str] = []
    monkeypatch.setattr(drawing.paper, "slip_pdf", lambda slip: shown.append(slip.author) or b"%PDF")
    desk.turn(BEFORE)
    desk.done(BEFORE, "slip", RUN)
    desk.done(BEFORE, "generate", RUN, "--by", "王经办")
    desk.done(BEFORE, "slip", RUN)
    assert shown[-2:] == ["自动编写，待拟稿人确认", "王经办"]


# ---- logins and roles ----


@pytest.fixture
def prepared(desk: Desk) -> Desk:
    """A run that 王经办 wrote as user games."""
    desk.people(WANG, LI, SUN)
    desk.sits("games")
    desk.done(BEFORE, "plan", "--to", "2026-12-10")
    desk.done(BEFORE, "generate", RUN)
    return desk


def test_a_login_lent_for_a_minute_approves_nothing_that_it_wrote(prepared: Desk) -> None:
    prepared.people(WANG, LI.replace('["mail"]', '["mail", "games"]'), SUN)
    checked = prepared.call(BEFORE, "check").output
    assert "login-shared" in checked
    assert "系统用户 games 也是" in checked
    doctor = prepared.call(BEFORE, "doctor").output
    assert "login `games` is that of 王经办, 李所长" in doctor
    error = prepared.refused(BEFORE, "approve", RUN, "--by", "李所长")
    assert "as user `games`, too, by 王经办" in str(error)
    prepared.people(WANG, LI, SUN)
    assert isinstance(prepared.refused(DUE, "export", RUN), ApprovalError)


def test_roles_changed_and_changed_back_leave_a_trace(prepared: Desk) -> None:
    prepared.done(BEFORE, "return", RUN, "--by", "王经办", "--reason", "改由孙助理拟稿")
    prepared.sits("news")
    prepared.done(BEFORE, "generate", RUN)
    first = prepared.log("roles")[-1]
    prepared.people(WANG, LI.replace('["mail"]', '["mail", "games"]'), SUN)
    prepared.sits("games")
    prepared.done(BEFORE, "approve", RUN, "--by", "李所长")
    prepared.people(WANG, LI, SUN)
    prepared.done(DUE, "export", RUN)
    (approved,) = prepared.log("approved")
    assert (approved.actor, approved.fields["login"]) == ("李所长", "games")
    lent, back = prepared.log("roles")[-2:]
    assert (lent.seq, lent.fields["login"]) == (approved.seq - 1, "games")
    assert ["李所长", ["games", "mail"], ["approver"]] in lent.fields["persons"]
    assert lent.fields["before"] == first.fields["after"] == back.fields["after"]
    assert lent.fields["after"] == back.fields["before"]
    assert "李所长" in prepared.done(DUE, "log")
    assert prepared.broken() == ""


def test_people_taken_out_and_put_back_do_not_make_one_login_two(prepared: Desk) -> None:
    prepared.people()
    prepared.done(BEFORE, "approve", RUN, "--by", "李所长")
    (approved,) = prepared.log("approved")
    assert (approved.fields["login"], approved.fields["people"]) == ("games", False)
    assert prepared.log("roles")[-1].fields["after"] == ""
    prepared.people(WANG, LI, SUN)
    assert "as the same user `games`" in str(prepared.refused(DUE, "export", RUN))


def test_who_changed_a_deed_is_in_the_log_too(prepared: Desk) -> None:
    prepared.people(WANG, LI, SUN, '[roles]\nrelease = ["author"]\n')
    prepared.done(BEFORE, "pause", RUN, "--by", "王经办", "--reason", "核实")
    entry = prepared.log("roles")[-1]
    assert entry.fields["allowed"] == {"release": ["author"]}
    assert (entry.actor, entry.fields["login"]) == ("王经办", "games")


def test_the_daemon_sees_changed_roles_once(prepared: Desk) -> None:
    before = len(prepared.log("roles"))
    prepared.people(WANG, LI)
    prepared.sits("daemons")
    prepared.turn(BEFORE)
    prepared.turn(DUE)
    (entry,) = prepared.log("roles")[before:]
    assert (entry.actor, entry.fields["account"]) == ("daemon", "daemons")


def test_the_daemons_name_is_no_persons(desk: Desk) -> None:
    desk.people('[people.d]\nname = "Daemon"\nusers = ["mail"]\nroles = ["approver"]\n')
    assert "person-daemon" in desk.call(BEFORE, "check").output
    assert desk.call(BEFORE, "plan").exception is not None


def test_every_entry_says_as_whom(written: Desk) -> None:
    written.sits("games")
    written.done(BEFORE, "generate", RUN)
    without = [
        entry.kind
        for entry in written.log()
        if not entry.fields.get("login") and not entry.fields.get("account")
    ]
    assert without == []
