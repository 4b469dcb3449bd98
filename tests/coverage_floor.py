"""Fails when branches of the rules or of the verbs are covered less than they must be."""

import json
import sys
from pathlib import Path

_VERBS = tuple(
    f"campaigner/{wing}/" for wing in ("workspace", "people", "content", "road", "answers", "office")
)
FLOORS = {"the domain": (("campaigner/domain/",), 95.0), "the verbs": (_VERBS, 95.0)}


def covered(files: dict[str, dict[str, dict[str, int]]], folders: tuple[str, ...]) -> float:
    """Share of branches covered below some folders, in percent."""
    summaries = [entry["summary"] for name, entry in files.items() if name.startswith(folders)]
    total = sum(summary["num_branches"] for summary in summaries)
    return 100 * sum(summary["covered_branches"] for summary in summaries) / total if total else 100.0


def main(report: str) -> int:
    """Exit status 1 if a floor is missed."""
    files = json.loads(Path(report).read_text())["files"]
    failed = 0
    for what, (folders, floor) in FLOORS.items():
        share = covered(files, folders)
        sys.stdout.write(f"branches of {what} covered: {share:.1f} % (at least {floor:.0f} %)\n")
        failed += share < floor
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
