"""Write what a release installs as a CycloneDX bill of materials: every locked package, its licence, files and needs.

What only an extra brings is marked as optional.

Usage: python .ci/sbom.py FILE
"""

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.tool import Tool
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = SchemaVersion.V1_6
_PINNED = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+) (?:; (?P<marker>[^\\]+))?(?P<files>(?:\\\n[^\\\n]+)+)"
)


class Locked(NamedTuple):
    """A version in the lock file, the machines that it is for, and the files that may be it."""

    name: str
    version: str
    marker: str
    sha256: list[str]


def locked() -> Iterator[Locked]:
    """What is locked with all extras."""
    for match in _PINNED.finditer((ROOT / "requirements-extras.lock").read_text("utf-8")):
        files = re.findall("sha256:([0-9a-f]{64})", match["files"])
        yield Locked(match["name"], match["version"], (match["marker"] or "").strip(), files)


def always() -> set[str]:
    """The names of what is installed without any extra."""
    return {match["name"] for match in _PINNED.finditer((ROOT / "requirements.lock").read_text("utf-8"))}


def component(one: Locked, licence: str, scope: ComponentScope) -> Component:
    """One locked version."""
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        bom_ref=f"{one.name}@{one.version}",
        purl=PackageURL("pypi", None, one.name, one.version),
        licenses=[LicenseFactory().make_from_string(licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256) for sha256 in one.sha256],
        properties=[Property(name="python:marker", value=one.marker)] if one.marker else [],
    )


def wanted(name: str) -> set[str]:
    """What an installed package asks for without extras, on any machine."""
    found = (Requirement(text) for text in metadata.requires(name) or ())
    return {canonicalize_name(each.name) for each in found if "extra ==" not in str(each.marker)}


def bill() -> Bom:
    """The whole bill."""
    reviewed = tomllib.loads((ROOT / ".ci/dependencies.toml").read_text("utf-8"))["package"]
    needed = always()
    components = [
        component(
            one,
            reviewed[one.name]["licence"],
            ComponentScope.REQUIRED if one.name in needed else ComponentScope.OPTIONAL,
        )
        for one in locked()
    ]
    version = re.search('__version__ = "(.+)"', (ROOT / "campaigner/__init__.py").read_text("utf-8"))
    assert version is not None
    ours = Component(
        name="campaigner",
        version=version[1],
        type=ComponentType.APPLICATION,
        bom_ref="campaigner",
        purl=PackageURL("pypi", None, "campaigner", version[1]),
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    bom = Bom(components=components)
    bom.metadata.component = ours
    bom.metadata.tools.tools.add(
        Tool(name="cyclonedx-python-lib", version=metadata.version("cyclonedx-python-lib"))
    )
    if "SOURCE_DATE_EPOCH" in os.environ:
        bom.metadata.timestamp = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    asked = {canonicalize_name(Requirement(text).name) for text in texts}
    bom.register_dependency(ours, [each for each in components if each.name in asked])
    for each in components:
        asked = wanted(each.name)
        bom.register_dependency(each, [other for other in components if other.name in asked])
    return bom


def main(file: Path) -> None:
    """Write the bill once it is sound by the standard's own schema."""
    text = make_outputter(bill(), OutputFormat.JSON, SCHEMA).output_as_string(indent=2)
    fault = JsonStrictValidator(SCHEMA).validate_str(text)
    if fault is not None:
        sys.exit(f"not CycloneDX {SCHEMA.to_version()}: {fault}")
    file.write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
