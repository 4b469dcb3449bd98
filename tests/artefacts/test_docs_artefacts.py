"""The page that says how a kind is added shows the one that the tests install."""

import re
import tomllib

import pytest

from campaigner.artefacts import registry
from tests.artefacts.conftest import NOTICE
from tests.artefacts.test_new_kind import CAMPAIGN
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "artefacts.md").read_text("utf-8")


@pytest.mark.parametrize(("kind", "file"), [("python", "notice.py"), ("typst", "notice.typ")])
def test_the_example_is_the_one_that_is_installed(kind: str, file: str) -> None:
    (shown,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown == (NOTICE / file).read_text("utf-8")


def test_the_settings_that_are_shown_are_those_of_the_tests() -> None:
    package, office = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert tomllib.loads(package)["project"]["entry-points"] == {registry.GROUP: {"notice": "notice:Notices"}}
    assert tomllib.loads(office) == tomllib.loads(CAMPAIGN)
