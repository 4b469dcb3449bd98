"""What tests of stages may ask for besides."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from campaigner.delivery import registry
from tests.fakes import carrier
from tests.fakes.carrier import Script


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
