"""What every test may ask for: a small working folder of invented people, the road on it, and a store."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from campaigner.app import App, open_app
from campaigner.delivery import registry
from campaigner.starter.folder import write_folder
from campaigner.store.engine import Store, open_store
from tests import servers
from tests.fakes import carrier
from tests.fakes.carrier import Script
from tests.guard import guarded_suite, nobody_in_the_open
from tests.servers import Server

__all__ = ["guarded_suite", "nobody_in_the_open"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
ROOT = Path(__file__).parent.parent
SQLITE, POSTGRESQL = "sqlite", "postgresql"
# 200 milliseconds of the wall for each case, unless it is said: a busy machine would fail any property.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")


def without_caps(config: str) -> str:
    """The starter's config.toml without its [caps], for an office that sets others or none."""
    shorter = re.sub(r"(?ms)^\[caps\]\n.*?(?=^\[|^# ----)", "", config)
    assert shorter != config
    return shorter


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store", choices=(SQLITE, POSTGRESQL), default=SQLITE, help="What tests keep their offices in."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, tests that are about SQLite's file are left out, saying why."""
    if config.getoption("--store") == SQLITE:
        return
    for item in items:
        mark = item.get_closest_marker("sqlite_only")
        if mark is not None:
            item.add_marker(pytest.mark.skip(reason=f"about SQLite alone: {mark.args[0]}"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL that was started for this session."""
    place = servers.programs()
    if place is None:
        peer("initdb")
    assert place is not None
    with servers.running(place) as started:
        yield started


@pytest.fixture(scope="session")
def fresh_url(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Gives the URL of a store that nobody has used: SQLite's is a file of the folder that is named."""
    if request.config.getoption("--store") == SQLITE:
        return lambda folder: f"sqlite:///{folder / 'campaigner.db'}"
    started: Server = request.getfixturevalue("postgres")
    return lambda _folder: started.fresh()


@pytest.fixture(scope="session")
def housed(fresh_url: Callable[[Path], str]) -> Callable[[Path], Path]:
    """Leads a working folder to a store of its own, of the kind that this session is about."""

    def lead(folder: Path) -> Path:
        url = fresh_url(folder)
        if not url.startswith(SQLITE):
            config = folder / "config.toml"
            lines = config.read_text("utf-8").splitlines(keepends=True)
            place = next(number for number, line in enumerate(lines) if line.startswith('url = "'))
            lines[place] = f'url = "{url}"\n'
            config.write_text("".join(lines), "utf-8")
        return folder

    return lead


@pytest.fixture
def store_url(fresh_url: Callable[[Path], str], tmp_path: Path) -> str:
    """Where a store of the kind that this session is about may be made."""
    return fresh_url(tmp_path)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store of the kind that this session is about."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def _starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "office"
    write_folder(folder, 200, 7)
    return folder


@pytest.fixture
def office(_starter: Path, tmp_path: Path, housed: Callable[[Path], Path]) -> Path:
    """A fresh copy of a working folder with 200 invented people."""
    folder = tmp_path / "office"
    shutil.copytree(_starter, folder)
    return housed(folder)


@pytest.fixture
def opened(office: Path) -> Callable[[], App]:
    """Opens the working folder as it is at that moment."""
    return lambda: open_app(office, NOW, NOW)


def peer(program: str) -> str:
    """A program of the system; without it the test is skipped, except where peers are required."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CAMPAIGNER_PEERS") == "required":
            pytest.fail(f"{program} is not installed; .ci/system installs it")
        pytest.skip(f"{program} is not installed; .ci/system installs it")
    return found


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """The kind `fake` as an installed package would bring it, and what its carrier does."""
    real = registry.entry_points
    ours = EntryPoint("fake", "tests.fakes.carrier:FakeCarrier", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([*real(group=group), ours]))
    registry.kind.cache_clear()
    made = Script()
    monkeypatch.setattr(carrier, "SCRIPT", made)
    yield made
    registry.kind.cache_clear()
