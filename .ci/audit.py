"""Ask for known vulnerabilities of what a release can install, extras too.

Ends with 0 if every package was asked for and none is known to have a hole, 1 if one has, 2 if some could not be asked
for. With --offline the last is only said: then the reviewed list in .ci/dependencies.toml holds alone.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_ASK = ("--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json")


def asked(lock: Path) -> list[dict[str, Any]]:
    """What pip-audit found for each package; nothing if it could not ask."""
    ran = subprocess.run(  # noqa: S603 - this interpreter, and our own words but for the name of a lock file
        [sys.executable, "-m", "pip_audit", *_ASK, "--requirement", str(lock)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return found


def judged(found: list[dict[str, Any]], *, offline: bool = False) -> tuple[list[str], int]:
    """What to say of the answers, and the exit status; `offline` lets what could not be asked for pass."""
    looked_at = [each for each in found if "vulns" in each]
    faulty = [each for each in looked_at if each["vulns"]]
    unasked = [each["name"] for each in found if "vulns" not in each]
    lines = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
        for each in faulty
        for one in each["vulns"]
    ]
    if not looked_at:
        lines.append(
            "NOT AUDITED: no advisories can be reached from here. .ci/dependencies.toml holds alone."
        )
    elif unasked:
        lines.append(f"NOT AUDITED, no advisories for: {', '.join(unasked)}")
    if looked_at:
        lines.append(f"{len(looked_at)} packages audited, {len(faulty)} with known vulnerabilities.")
    if faulty:
        return lines, 1
    complete = bool(looked_at) and not unasked
    return lines, 0 if complete or offline else 2


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", nargs="?", type=Path, default=ROOT / "requirements-extras.lock")
    parser.add_argument("--offline", action="store_true", help="pass where advisories cannot be asked for")
    given = parser.parse_args()
    said, status = judged(asked(given.lock), offline=given.offline)
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(status)
