"""An export that ends on a carrier's server: it counts as exported only when all of it is there."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from campaigner.config import load_config
from campaigner.delivery import registry
from campaigner.delivery.credentials import FILE
from campaigner.domain.lifecycle import RunState
from campaigner.errors import GatewayError
from tests.delivery.sshd import Sshd, sshd
from tests.offices.road import Road

ELDERLY = "elderly-monday-20261207-0900"
OLD = 'kind = "files"                               # 生成文件，交给运营商平台上传\n'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    (tmp_path / "server").mkdir()
    with sshd(tmp_path / "server") as running:
        yield running


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The kind as an installed package would bring it."""
    real = registry.entry_points
    point = EntryPoint("sftp", "campaigner.delivery.sftp:SftpGateway", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([*real(group=group), point]))
    registry.kind.cache_clear()
    yield
    registry.kind.cache_clear()


def road_to(server: Sshd, office: Path, directory: Path | str, *, rehearsal: bool = True) -> Road:
    (office / FILE).write_text(f'[carrier]\nkey_file = "{server.key_file}"\n', "utf-8")
    (office / FILE).chmod(0o600)
    (office / "carrier.pub").write_text(server.host_key)
    new = (
        f'kind = "sftp"\nhost = "127.0.0.1"\nport = {server.port}\nusername = "{server.user}"\n'
        f'host_key = "carrier.pub"\ndirectory = "{directory}"\nrehearsal = {str(rehearsal).lower()}\n'
    )
    config = office / "config.toml"
    text = config.read_text("utf-8")
    for before, after in ((OLD, new), ('formats = ["csv", "xlsx"]\n', "")):
        assert before in text
        text = text.replace(before, after, 1)
    config.write_text(text, "utf-8")
    return Road(office)


@pytest.mark.peer
def test_exported_means_on_the_server(server: Sshd, office: Path) -> None:
    road = road_to(server, office, server.drop)
    road.until_approved(ELDERLY)
    done = road.export(ELDERLY)
    assert done.run.state is RunState.RELEASED
    (name,) = (path.name for path in (done.folder / "sms").iterdir())
    assert sorted(path.name for path in server.drop.iterdir()) == [name, f"{name}.sha256"]
    (server.drop / name).unlink()
    assert road.export(ELDERLY).again
    assert not (server.drop / name).exists()


@pytest.mark.peer
def test_a_failure_leaves_it_exporting_and_the_next_call_finishes(server: Sshd, office: Path) -> None:
    road = road_to(server, office, f"{server.drop}/later")
    road.until_approved(ELDERLY)
    with pytest.raises(GatewayError, match="has no folder"):
        road.export(ELDERLY)
    assert road.run(ELDERLY).state is RunState.RELEASING
    (server.drop / "later").mkdir()
    assert road.export(ELDERLY).run.state is RunState.RELEASED
    assert len(list((server.drop / "later").iterdir())) == 2


@pytest.mark.peer
def test_invented_people_never_go_to_a_real_server(server: Sshd, office: Path) -> None:
    road = road_to(server, office, server.drop, rehearsal=False)
    road.until_approved(ELDERLY)
    with pytest.raises(GatewayError, match="invented people"):
        road.export(ELDERLY)
    assert list(server.drop.iterdir()) == []


@pytest.mark.peer
def test_what_the_settings_lack_is_told_by_the_check(server: Sshd, office: Path) -> None:
    road_to(server, office, server.drop).store.close()
    config = office / "config.toml"
    text = config.read_text("utf-8")
    for missing, key in (('"none.pub"', "host_key"), ('"carrier.pub"\nprofile = "pigeon"', "profile")):
        config.write_text(text.replace('"carrier.pub"', missing), "utf-8")
        _config, problems = load_config(office)
        found = [problem for problem in problems if problem.code == "config-gateway-value"]
        assert [problem.message.partition(":")[0] for problem in found] == [f"gateways.carrier.{key}"]


def test_a_profile_that_changes_after_the_approval_voids_it(office: Path) -> None:
    profile = office / "templates" / "carriers" / "county.toml"
    profile.parent.mkdir()
    text = 'title = "县移动"\nformats = ["csv"]\n[[columns]]\nvalue = "phone"\n[[columns]]\nvalue = "text"\n'
    profile.write_text(text, "utf-8")
    road = Road(office).edit("config.toml", 'formats = ["csv", "xlsx"]', 'profile = "county"')
    before = road.until_approved(ELDERLY)
    profile.write_text(text.replace('"csv"', '"jsonl"'), "utf-8")
    road = road.reopened()
    assert ("voided", before.code) in {(change.what, change.code) for change in road.keep()}
