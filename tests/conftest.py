"""What every test may ask for: a small working folder of invented people, and the road on it."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaigner.app import App, open_app
from campaigner.starter.folder import write_folder
from tests.guard import guarded_suite, nobody_in_the_open

__all__ = ["guarded_suite", "nobody_in_the_open"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def _starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "office"
    write_folder(folder, 200, 7)
    return folder


@pytest.fixture
def office(_starter: Path, tmp_path: Path) -> Path:
    """A fresh copy of a working folder with 200 invented people."""
    folder = tmp_path / "office"
    shutil.copytree(_starter, folder)
    return folder


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
