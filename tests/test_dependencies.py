"""What may be installed: locked with hashes, looked at one by one, under licences that may be passed on."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from itertools import chain
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
LOCKS = ("requirements.lock", "requirements-extras.lock", "requirements-dev.lock")
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|GNU|SSPL|BUSL|Commons Clause|proprietary)", re.IGNORECASE)
STRONG = re.compile(r"\b(A?GPL|SSPL|BUSL|Commons Clause|proprietary)", re.IGNORECASE)


def entries(lock: str) -> list[str]:
    """The lines of a lock file, one for each version with its hashes."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def locked(lock: str) -> list[Requirement]:
    """The versions in a lock file."""
    return [Requirement(entry.split(" --hash")[0]) for entry in entries(lock)]


LOCKED = locked("requirements-extras.lock")
"""What an office may have installed: the package with every extra."""


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


@pytest.mark.parametrize(("part", "whole"), [(LOCKS[0], LOCKS[1]), (LOCKS[1], LOCKS[2])])
def test_who_installs_more_gets_the_same_versions(part: str, whole: str) -> None:
    """What was tested with all extras is what an office without them runs, and the other way round."""
    assert {str(one) for one in locked(part)} <= {str(one) for one in locked(whole)}


@pytest.mark.parametrize("one", LOCKED, ids=str)
def test_a_locked_version_is_within_its_bounds(one: Requirement) -> None:
    (pin,) = one.specifier
    bounds = PACKAGES[one.name]
    assert Version(bounds["from"]) <= Version(pin.version) < Version(bounds["below"])


def test_nobody_is_asked_for_an_older_version_than_was_looked_at() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in [*project["dependencies"], *chain(*project["optional-dependencies"].values())]:
        one = Requirement(text)
        (floor,) = (each.version for each in one.specifier if each.operator == ">=")
        assert Version(floor) >= Version(PACKAGES[canonicalize_name(one.name)]["from"]), text


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_licence_may_be_passed_on(name: str) -> None:
    words = set(re.findall(r"[A-Za-z0-9.-]+", PACKAGES[name]["licence"])) - {"AND", "OR", "WITH"}
    assert words
    assert words <= {*REVIEWED["permitted"], *REVIEWED["named"]}
    if words & set(REVIEWED["named"]):
        assert "weak copyleft" in PACKAGES[name]["why"]


def test_no_permitted_licence_binds_what_uses_it() -> None:
    assert not [licence for licence in REVIEWED["permitted"] if COPYLEFT.search(licence)]
    assert not [licence for licence in REVIEWED["named"] if STRONG.search(licence)]


def test_only_an_extra_brings_weak_copyleft() -> None:
    named = {one.name for one in LOCKED if COPYLEFT.search(PACKAGES[one.name]["licence"])}
    assert named == {"certifi", "psycopg", "psycopg-binary"}
    assert named.isdisjoint(one.name for one in locked("requirements.lock"))


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
        pytest.param([FAULTY, SKIPPED], 1, "NOT AUDITED, no advisories for: typst", id="faulty and unknown"),
        pytest.param([SOUND, SKIPPED], 2, "NOT AUDITED, no advisories for: typst", id="one is not known"),
        pytest.param([SKIPPED], 2, "NOT AUDITED", id="no answers"),
        pytest.param([], 2, "NOT AUDITED", id="nothing reached"),
    ],
)
def test_advisories_are_judged(answers: list[dict[str, Any]], status: int, said: str) -> None:
    """What could not be asked for is no pass, unless the caller says that nothing can be asked for here."""
    lines, found = ci("audit").judged(answers)
    assert found == status
    assert any(said in line for line in lines)
    assert ci("audit").judged(answers, offline=True) == (lines, status % 2)


def test_an_audit_that_reaches_nothing_fails(tmp_path: Path) -> None:
    """As `make audit` calls it, on a lock that no index has."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"campaigner-nobody-has==1 --hash=sha256:{'0' * 64}\n", "utf-8")
    for words, status in ([], 2), (["--offline"], 0):
        ran = subprocess.run(
            [sys.executable, ROOT / ".ci/audit.py", lock, *words],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert (ran.returncode, "NOT AUDITED" in ran.stdout) == (status, True)


def test_the_bill_of_materials_names_all_that_is_locked(tmp_path: Path) -> None:
    """Sound by the standard's own schema, which the program asks before it writes."""
    pytest.importorskip("cyclonedx")
    subprocess.run([sys.executable, ROOT / ".ci/sbom.py", tmp_path / "sbom.json"], check=True)
    bill = json.loads((tmp_path / "sbom.json").read_bytes())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "campaigner")
    (pins, found) = ({f"{one.name}{one.specifier}" for one in LOCKED}, bill["components"])
    assert {f"{each['name']}=={each['version']}" for each in found} == pins
    hashes = {each["content"] for component in found for each in component["hashes"]}
    text = (ROOT / "requirements-extras.lock").read_text("utf-8")
    assert hashes == set(re.findall("sha256:([0-9a-f]{64})", text))
    optional = {each["name"] for each in found if each["scope"] == "optional"}
    assert optional == {one.name for one in LOCKED} - {one.name for one in locked("requirements.lock")}
    assert all(component["licenses"] for component in found)
    named = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert "sqlalchemy@" in " ".join(named[next(ref for ref in named if ref.startswith("sqlmodel@"))])
