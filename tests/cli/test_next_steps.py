"""What a command says comes next is what works: for files, for live gateways, after an upload that failed."""

import re
from pathlib import Path

import pytest

from campaigner.errors import GatewayError
from tests.cli.test_commands import DECEMBER, ELDERLY, call

SFTP = """kind = "sftp"
host = "127.0.0.1"
port = 1
username = "u"
host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
rehearsal = true"""
KANNEL = 'kind = "kannel"\nfrom = "10690000"\nrehearsal = true'


def change_gateway(office: Path, into: str) -> None:
    config = office / "config.toml"
    kept = [
        into if line.startswith('kind = "files"') else line
        for line in config.read_text("utf-8").splitlines()
        if not line.startswith(("formats =", "rows_per_file ="))
    ]
    config.write_text("\n".join(kept) + "\n", "utf-8")
    secrets = office / "credentials.toml"
    secrets.write_text('[carrier]\nusername = "u"\npassword = "p"\n', "utf-8")
    secrets.chmod(0o600)


def until_approved(office: Path) -> str:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    return call(office, "approve", ELDERLY, "--by", "李所长").output


def test_files_are_exported_and_a_live_gateway_sends(office: Path) -> None:
    assert "Next:  campaigner export" in until_approved(office)
    call(office, "return", ELDERLY, "--by", "李所长", "--reason", "换通道")
    change_gateway(office, KANNEL)
    said = until_approved(office)
    assert "Next:  campaigner send" in said
    assert "export" not in said


def test_a_run_called_off_whose_upload_failed_is_not_said_to_be_out(office: Path) -> None:
    change_gateway(office, SFTP)
    until_approved(office)
    with pytest.raises(GatewayError, match="run the command again"):
        call(office, "export", ELDERLY)
    said = call(office, "cancel", ELDERLY, "--by", "李所长", "--reason", "换服务器").output
    assert re.search(r"called off: 0 messages are out, [1-9][0-9]* may be, 0 will not go", said)
    assert "请向运营商核实" in said
