"""What may be installed: locked with hashes, looked at one by one, under licences that may be passed on."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

REVIEWED: dict[str, Any] = tomllib.loads((ROOT / ".ci/dependencies.toml").read_text("utf-8"))
PACKAGES: dict[str, dict[str, str]] = REVIEWED["package"]
LOCKS = ("requirements.lock", "requirements-dev.lock")
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU|SSPL|BUSL|Commons Clause|proprietary)", re.IGNORECASE)


def entries(lock: str) -> list[str]:
    """The lines of a lock file, one for each version with its hashes."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


LOCKED = [Requirement(entry.split(" --hash")[0]) for entry in entries("requirements.lock")]


def says(name: str) -> str:
    """The licence in a package's own words."""
    found = metadata.metadata(name)
    classified = [
        line.split(" :: ")[-1] for line in found.get_all("Classifier") or () if "License ::" in line
    ]
    return found.get("License-Expression") or found.get("License") or ", ".join(classified)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_file_is_named_by_its_hash(lock: str) -> None:
    for entry in entries(lock):
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_nothing_is_locked_that_nobody_looked_at() -> None:
    assert {one.name for one in LOCKED} == set(PACKAGES)


@pytest.mark.parametrize("one", LOCKED, ids=str)
def test_a_locked_version_is_within_its_bounds(one: Requirement) -> None:
    (pin,) = one.specifier
    bounds = PACKAGES[one.name]
    assert Version(bounds["from"]) <= Version(pin.version) < Version(bounds["below"])


def test_nobody_is_asked_for_an_older_version_than_was_looked_at() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in project["dependencies"]:
        one = Requirement(text)
        (floor,) = (each.version for each in one.specifier if each.operator == ">=")
        assert Version(floor) >= Version(PACKAGES[canonicalize_name(one.name)]["from"]), text


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_licence_may_be_passed_on(name: str) -> None:
    words = set(re.findall(r"[A-Za-z0-9.-]+", PACKAGES[name]["licence"])) - {"AND", "OR", "WITH"}
    assert words
    assert words <= set(REVIEWED["permitted"])


def test_no_permitted_licence_binds_what_uses_it() -> None:
    assert not [licence for licence in REVIEWED["permitted"] if COPYLEFT.search(licence)]


@pytest.mark.parametrize(
    "name", sorted({one.name for one in LOCKED if not one.marker or one.marker.evaluate()})
)
def test_a_package_still_says_what_was_looked_at(name: str) -> None:
    assert says(name) == PACKAGES[name].get("says", PACKAGES[name]["licence"])


def ci(name: str) -> ModuleType:
    """A program of the release."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOUND = {"name": "click", "version": "8", "vulns": []}
FAULTY = {"name": "jinja2", "version": "3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["4"]}]}
SKIPPED = {"name": "typst", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        pytest.param([SOUND], 0, "1 packages audited, 0 with", id="sound"),
        pytest.param([SOUND, FAULTY], 1, "jinja2 3: PYSEC-1, mended in 4", id="vulnerable"),
        pytest.param([SOUND, SKIPPED], 0, "no advisories for typst", id="one is not known"),
        pytest.param([SKIPPED], 0, "NOT AUDITED", id="no answers"),
        pytest.param([], 0, "NOT AUDITED", id="nothing reached"),
    ],
)
def test_advisories_are_judged(answers: list[dict[str, Any]], status: int, said: str) -> None:
    lines, found = ci("audit").judged(answers)
    assert found == status
    assert any(said in line for line in lines)


def test_the_bill_of_materials_names_all_that_is_locked(tmp_path: Path) -> None:
    """Sound by the standard's own schema, which the program asks before it writes."""
    pytest.importorskip("cyclonedx")
    subprocess.run([sys.executable, ROOT / ".ci/sbom.py", tmp_path / "sbom.json"], check=True)
    bill = json.loads((tmp_path / "sbom.json").read_bytes())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "campaigner")
    (pins, found) = ({f"{one.name}{one.specifier}" for one in LOCKED}, bill["components"])
    assert {f"{each['name']}=={each['version']}" for each in found} == pins
    hashes = {each["content"] for component in found for each in component["hashes"]}
    assert hashes == set(re.findall("sha256:([0-9a-f]{64})", (ROOT / "requirements.lock").read_text("utf-8")))
    assert all(component["licenses"] for component in found)
    named = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert "sqlalchemy@" in " ".join(named[next(ref for ref in named if ref.startswith("sqlmodel@"))])
