"""What a clerk sees of it: masked where nobody asked with a reason, and a way out where something is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.answers.account import log_entries
from campaigner.cli import cli, daemon_command, opening
from campaigner.domain.phone import parse_phone
from campaigner.errors import CampaignerError, RoleError
from tests.opened import store_of

ELDERLY, PARENTS = "elderly-monday-20261207-0900", "parents-letter-20261210-0800"
VIEWER = '[people.qian]\nname = "钱同志"\nusers = ["qian"]\nroles = ["viewer"]\n'


def call(office: Path, *args: str, said: str | None = None) -> Result:
    words = ["-C", str(office), "--now", "2026-12-07T09:00", *args]
    return CliRunner().invoke(cli, words, standalone_mode=False, input=said)


def done(office: Path, *args: str, said: str | None = None) -> str:
    result = call(office, *args, said=said)
    assert result.exception is None, result.exception
    return result.output


def refused(office: Path, *args: str) -> str:
    error = call(office, *args).exception
    assert isinstance(error, CampaignerError), error
    return str(error)


def kinds(office: Path) -> list[str]:
    store = store_of(office)
    found = [entry.kind for entry in log_entries(store)]
    store.close()
    return found


@pytest.fixture
def planned(office: Path) -> Path:
    done(office, "plan", "--from", "2026-12-07", "--to", "2026-12-31")
    return office


def someone(office: Path) -> str:
    rows = (office / "audiences" / "residents.csv").read_text("utf-8-sig").splitlines()
    return str(parse_phone(rows[1].split(",")[1]))


def test_a_letter_is_masked_unless_somebody_says_why_not(planned: Path) -> None:
    pupils = (planned / "audiences" / "pupils.csv").read_text("utf-8-sig").splitlines()[1:]
    names = {row.split(",")[0] for row in pupils}
    shown = done(planned, "preview", PARENTS, "--channel", "letter", "--count", "1")
    assert not [name for name in names if name in shown]
    assert "*" in shown
    assert "viewed" not in kinds(planned)
    assert "reason" in refused(planned, "preview", PARENTS, "--unmasked")
    open_ = done(
        planned, "preview", PARENTS, "--channel", "letter", "--count", "1", "--unmasked", "--reason", "核对"
    )
    assert [name for name in names if name in open_]
    assert kinds(planned)[-1] == "viewed"


def test_one_person_is_asked_for_without_a_trace_in_the_shell(planned: Path) -> None:
    phone = someone(planned)
    data = json.loads(done(planned, "subject", "show", "-", "--reason", "本人", "--json", said=f"{phone}\n"))
    assert data["phone"] == f"{phone[:3]}****{phone[-4:]}"
    assert data["lists"][0]["cells"] == sorted(data["lists"][0]["cells"])
    told = done(planned, "subject", "show", phone, "--reason", "本人", "--unmasked")
    assert "个人信息副本" in told
    assert "no mobile number" in refused(planned, "subject", "show", "110", "--reason", "x")
    assert "Nothing is known" in done(planned, "subject", "show", "13999999999", "--reason", "x")


def test_a_person_who_refused_is_told_since_when(planned: Path) -> None:
    done(planned, "optout", "add", "13999999999", "--by", "王经办")
    assert "Wants no more messages since" in done(planned, "subject", "show", "13999999999", "--reason", "x")
    done(planned, "subject", "delete", someone(planned), "--reason", "本人要求")
    assert "1 more were deleted" in done(planned, "optout")


def test_the_list_of_refusals_leaves_the_office_only_with_a_reason(planned: Path) -> None:
    done(planned, "optout", "add", "13999999999", "--by", "王经办")
    done(planned, "optout", "export", str(planned / "refused.csv"), "--reason", "提供给运营商")
    assert "13999999999" in (planned / "refused.csv").read_text("utf-8-sig")
    assert kinds(planned)[-1] == "copied"


def test_an_anchor_is_written_once_and_looked_for(planned: Path) -> None:
    mail = planned / "mail.txt"
    assert "campaigner-anchor 1 seq=" in done(planned, "log", "anchor")
    done(planned, "log", "anchor", "--to", str(mail))
    assert "already" in refused(planned, "log", "anchor", "--to", str(mail))
    assert "as it was anchored" in done(planned, "log", "verify", "--anchor", str(mail))
    mail.write_text("您好", "utf-8")
    assert "no anchor" in refused(planned, "log", "verify", "--anchor", str(mail))


def test_an_empty_log_and_a_log_built_anew_are_told(office: Path) -> None:
    assert "empty" in refused(office, "log", "anchor")
    done(office, "plan", "--from", "2026-12-07", "--to", "2026-12-31")
    mail = office / "mail.txt"
    mail.write_text(f"campaigner-anchor 1 seq=1 hash={'0' * 64}\n")
    result = call(office, "log", "verify", "--anchor", str(mail))
    assert result.return_value == 1
    assert "NOT the one that was anchored" in result.output


def test_purge_says_first_what_it_would_do_and_for_programs_too(planned: Path) -> None:
    assert "--by" in refused(planned, "purge")
    assert "not `soon`" in refused(planned, "purge", "--before", "soon", "--by", "王经办")
    assert json.loads(done(planned, "purge", "--dry-run", "--json"))["soon"] == []
    data = json.loads(done(planned, "purge", "--by", "王经办", "--json"))
    assert data == {"deleted": [], "certificate": None, "sha256": None, "wiped": True}


def test_a_backup_wants_a_key_or_the_word_that_none_is_wanted(planned: Path) -> None:
    assert "--new-key" in refused(planned, "backup")
    told = json.loads(done(planned, "backup", str(planned / "open.db"), "--plain", "--json"))
    assert told["sealed"] is False
    assert "reason" in refused(planned, "restore", str(planned / "open.db"))
    data = json.loads(done(planned, "restore", str(planned / "open.db"), "--dry-run", "--json"))
    assert (data["readable"], data["lost"]) == (True, {"backed-up": 1})


def test_whoever_may_neither_send_nor_delete_does_not_set_the_daemons_clock(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = planned / "config.toml"
    config.write_text(config.read_text("utf-8") + VIEWER, "utf-8")
    for module in (opening, daemon_command):
        monkeypatch.setattr(module, "user_name", lambda: "qian")
    assert isinstance(call(planned, "daemon", "--once").exception, RoleError)
