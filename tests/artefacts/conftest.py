"""A kind of artefact that an installed package brings: a file, a layout, and the entry point that names it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaigner.artefacts import registry

NOTICE = Path(__file__).parent / "notice"


def forget() -> None:
    """Look at what is installed anew."""
    registry.plugins.cache_clear()
    registry.printed.cache_clear()
    sys.modules.pop("notice", None)


Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs the notice, as pip would leave it, after some of its words were replaced."""

    def installed(*changes: tuple[str, str], name: str = "notice", place: str = "notice:Notices") -> Path:
        site = tmp_path / "site-packages"
        site.mkdir(exist_ok=True)
        shutil.copy(NOTICE / "notice.typ", site)
        code = (NOTICE / "notice.py").read_text("utf-8")
        for old, new in changes:
            assert old in code
            code = code.replace(old, new)
        (site / "notice.py").write_text(code, "utf-8")
        facts = site / f"office_{name}-1.0.dist-info"
        facts.mkdir(exist_ok=True)
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: office-{name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{name} = {place}\n")
        monkeypatch.syspath_prepend(str(site))
        forget()
        return site

    yield installed
    monkeypatch.undo()
    forget()
