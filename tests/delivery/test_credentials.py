from pathlib import Path

import pytest

from campaigner.delivery.credentials import FILE, credentials
from campaigner.errors import GatewayError

NAMES = ("password", "key_file")


def filed(folder: Path, text: str, mode: int = 0o600) -> None:
    (folder / FILE).write_text(text, "utf-8")
    (folder / FILE).chmod(mode)


def test_nothing_known_is_nothing(tmp_path: Path) -> None:
    assert credentials(tmp_path, {}, "carrier", NAMES) == {}


def test_the_environment_goes_first_then_systemd_then_the_file(tmp_path: Path) -> None:
    filed(tmp_path, '[city-carrier]\npassword = "filed"\n[other]\npassword = "no"')
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "creds")}
    assert credentials(tmp_path, environ, "city-carrier", NAMES) == {"password": "filed"}
    (tmp_path / "creds").mkdir()
    (tmp_path / "creds" / "campaigner-city-carrier-password").write_text("from systemd\n")
    assert credentials(tmp_path, environ, "city-carrier", NAMES) == {"password": "from systemd"}
    environ["CAMPAIGNER_CITY_CARRIER_PASSWORD"] = "said"
    assert credentials(tmp_path, environ, "city-carrier", NAMES) == {"password": "said"}


def test_a_file_counts_from_the_working_folder(tmp_path: Path) -> None:
    filed(tmp_path, '[carrier]\nkey_file = "keys/carrier"')
    assert credentials(tmp_path, {}, "carrier", NAMES) == {"key_file": str(tmp_path / "keys" / "carrier")}


def test_values_are_not_shown(tmp_path: Path) -> None:
    found = credentials(tmp_path, {"CAMPAIGNER_CARRIER_PASSWORD": "hush"}, "carrier", NAMES)
    assert f"{found} {found!r} {[found]}".count("hush") == 0
    assert found["password"] == "hush"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    filed(tmp_path, '[carrier]\npassword = "hush"', mode)
    with pytest.raises(GatewayError, match="chmod 600") as caught:
        credentials(tmp_path, {}, "carrier", NAMES)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('[carrier]\npassword = "hush', r"credentials.toml:2:17: this is not valid TOML"),
        ('[carrier]\npassword = hush"\n', r"credentials.toml:2:12: this is not valid TOML"),
        ("[carrier]\npassword = 123456\n", "credentials.toml:2:1: carrier.password: wants a text in quotes"),
        ('carrier = "hush"', "credentials.toml:1:1: carrier: wants a table"),
    ],
)
def test_faults_of_the_file_do_not_repeat_it(text: str, match: str, tmp_path: Path) -> None:
    filed(tmp_path, text)
    with pytest.raises(GatewayError, match=match) as caught:
        credentials(tmp_path, {}, "carrier", NAMES)
    assert "hush" not in str(caught.value)
    assert "123456" not in str(caught.value)
    assert caught.value.__cause__ is None
