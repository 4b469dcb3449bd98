"""Ask for known vulnerabilities of what a release installs; 1 if there are any.

Where no advisories can be reached, it says so: then the reviewed list in .ci/dependencies.toml holds alone.

Usage: python .ci/audit.py [LOCKFILE]
"""

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


def judged(found: list[dict[str, Any]]) -> tuple[list[str], int]:
    """What to say of the answers, and the exit status."""
    looked_at = [each for each in found if "vulns" in each]
    faulty = [each for each in looked_at if each["vulns"]]
    lines = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
        for each in faulty
        for one in each["vulns"]
    ]
    if not looked_at:
        lines.append(
            "NOT AUDITED: no advisories can be reached from here. .ci/dependencies.toml holds alone."
        )
    elif len(looked_at) < len(found):
        lines.append(f"no advisories for {', '.join(each['name'] for each in found if 'vulns' not in each)}")
    if looked_at:
        lines.append(f"{len(looked_at)} packages audited, {len(faulty)} with known vulnerabilities.")
    return lines, int(bool(faulty))


if __name__ == "__main__":
    said, status = judged(asked(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "requirements.lock"))
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(status)
