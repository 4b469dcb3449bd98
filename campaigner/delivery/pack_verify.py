"""Checks an unpacked pack of evidence with nothing but Python: python3 verify.py, in its folder.

检查本留痕包：在解开的文件夹里运行  python3 verify.py
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
OWN = {"contents.json"}


def sha256(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def files(folder: Path) -> Iterator[str]:
    """Every file against the list of contents: changed, missing, or added."""
    listed: dict[str, str] = json.loads((folder / "contents.json").read_text("utf-8"))
    for name, digest in listed.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            yield f"{name}: would lie outside of the pack / 不在包内"
        elif not place.is_file():
            yield f"{name}: missing / 缺少"
        elif sha256(place.read_bytes()) != digest:
            yield f"{name}: changed / 被改动"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    yield from (f"{name}: not in the list / 不在清单内" for name in sorted(found - set(listed) - OWN))


def chain(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The log: each entry must follow the one before, unchanged."""
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        fields = [entry[key] for key in ("seq", "at", "kind", "run", "actor", "data", "previous")]
        digest = sha256(json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if entry["seq"] != number or entry["previous"] != previous or entry["hash"] != digest:
            yield f"log entry {number}: does not follow / 第{number}条记录接不上"
            return
        previous = entry["hash"]


def manifests(folder: Path, entries: list[dict[str, Any]]) -> Iterator[str]:
    """Each manifest must be the one that the log names, with the same quantity."""
    told = {}
    for entry in entries:
        data = json.loads(entry["data"])
        if entry["kind"] == "exported":
            told[data["manifest"]] = data["quantity"]
    for place in sorted(folder.glob("manifests/*/manifest.json")):
        content = place.read_bytes()
        quantity = told.get(sha256(content))
        if quantity is None:
            yield f"{place.parent.name}: the log names another manifest / 清单与记录不符"
        elif json.loads(content)["quantity"] != quantity:
            yield f"{place.parent.name}: other quantity than in the log / 数量与记录不符"


def main(folder: Path) -> int:
    """Tell what was found; 0 if all holds."""
    say = sys.stdout.write
    try:
        lines = (folder / "log.jsonl").read_text("utf-8").split("\n")
        entries: list[dict[str, Any]] = [json.loads(line) for line in lines if line]
        faults = [*files(folder), *chain(entries), *manifests(folder, entries)]
        head = str(entries[-1]["hash"]) if entries else GENESIS
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, RuntimeError):
        say("This is no whole pack / 这不是一个完整的留痕包\nIt does NOT hold / 不一致\n")
        return 1
    for fault in faults:
        # Names may be a stranger's: nothing in them acts on the screen.
        say(f"! {''.join(c if c.isprintable() else '?' for c in fault)}\n")
    say(f"{len(entries)} entries, head {head}\n共{len(entries)}条记录，末条校验值 {head[:16]}\n")
    say("It does NOT hold / 不一致\n" if faults else "All of it holds / 全部一致\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
