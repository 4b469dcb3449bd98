"""Checks an unpacked pack of evidence with nothing but Python: python3 verify.py [--head HASH] [--key FILE] [FOLDER].

检查本留痕包：在解开的文件夹里运行  python3 verify.py  （--head 后面写月报上打印的末条校验值，一并核对）
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from campaigner.exports.pack_signature import SHOWN, key_of, name_of, sha256, signed

GENESIS = "0" * 64
CONTENTS, SIGNATURE, PUBLIC_KEY = "contents.json", "contents.json.sig", "signing.pub"
OWN = {CONTENTS, SIGNATURE, PUBLIC_KEY}
COLLECTED, DAEMON = "collected", "daemon"
OUT = {"exported", "sent"}
VOIDS = {"generated", "returned", "voided", "lapsed", "withdrawn", "cancelled", "expired"}
CODE, TITLE, REACHED, APPROVED, SENT, PARTS, COST = 1, 2, 3, 4, 7, 8, 9
"""Columns of runs.csv."""
Entry = dict[str, Any]

# ---- the checks: each yields what is not as it should be ----


def fields(entry: Entry) -> Any:
    """The data of an entry."""
    return json.loads(entry["data"])


def of_run(entries: list[Entry], run: str, *kinds: str) -> list[Entry]:
    """Entries of a run, in order: all, or those of some kinds."""
    return [e for e in entries if e["run"] == run and (not kinds or e["kind"] in kinds)]


def files(folder: Path) -> Iterator[str]:
    """Every file against the list of contents: changed, missing, or added."""
    listed: dict[str, str] = json.loads((folder / CONTENTS).read_text("utf-8"))
    for name, digest in listed.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            yield f"{name}: would lie outside of the pack / 不在包内"
        elif not place.is_file():
            yield f"{name}: missing / 缺少"
        elif sha256(place.read_bytes()) != digest:
            yield f"{name}: changed / 被改动"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    yield from (f"{name}: not in the list / 不在清单内" for name in sorted(found - set(listed) - OWN))


def signature(folder: Path, key: bytes) -> Iterator[str]:
    """The list of contents must be signed with the key."""
    if not (folder / SIGNATURE).is_file():
        yield f"{SIGNATURE}: missing; nothing says who made this pack / 缺少签名，不知是谁制作的"
        return
    head, by, written = (folder / SIGNATURE).read_text("ascii").splitlines()
    if head != "campaigner signature 1" or by != f"ed25519 {name_of(key)}":
        yield f"{SIGNATURE}: not made with key {name_of(key)} / 不是用这把密钥签的"
    elif not signed((folder / CONTENTS).read_bytes(), base64.b64decode(written, validate=True), key):
        yield f"{CONTENTS}: not what key {name_of(key)} signed / 与签名不符"


def chain(entries: list[Entry]) -> Iterator[str]:
    """The log: each entry must follow the one before, unchanged."""
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        plain = [entry[key] for key in ("seq", "at", "kind", "run", "actor", "data", "previous")]
        digest = sha256(json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if entry["seq"] != number or entry["previous"] != previous or entry["hash"] != digest:
            yield f"log entry {number}: does not follow / 第{number}条记录接不上"
            return
        previous = entry["hash"]


def collected(folder: Path, entries: list[Entry], key: bytes) -> Iterator[str]:
    """The last entry has every file of the pack, and by which key it was signed."""
    last = entries[-1] if entries else {"kind": "", "seq": 0}
    if last["kind"] != COLLECTED:
        yield "log.jsonl: its end, with the entry of this pack, was cut off / 末尾被截去，缺少本包的记录"
        return
    told = fields(last)
    if told["key"] != name_of(key):
        yield f"{PUBLIC_KEY}: entry {last['seq']} names key {told['key']} / 与第{last['seq']}条记录的密钥不符"
    for name, digest in told["files"].items():
        if not (folder / name).is_file():
            yield f"{name}: missing; entry {last['seq']} has it / 缺少，第{last['seq']}条记录里有"
        elif sha256((folder / name).read_bytes()) != digest:
            yield f"{name}: not as entry {last['seq']} has it / 与第{last['seq']}条记录不符"
    free = {"summary.pdf", "log.jsonl", "说明.txt", *OWN}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(present - free - set(told["files"])):
        yield f"{name}: entry {last['seq']} does not have it / 第{last['seq']}条记录里没有"


def person(name: str) -> str:
    """A name without what makes no difference: spaces, case, width, what cannot be seen."""
    wide = unicodedata.normalize("NFKC", name)
    return "".join(c for c in wide if unicodedata.category(c)[0] not in "CZM").casefold()


def own(given: Entry, author: tuple[str, str, bool]) -> bool:
    """Whether an approval is no second person's: the author's, the same login's, or of what only the daemon wrote."""
    by, told, (name, login, known) = person(given["actor"]), fields(given), author
    one_login = login and told.get("people") and login == told.get("login")
    return bool(by in {name, DAEMON} or (name == DAEMON and known) or one_login)


def approvals(entries: list[Entry]) -> Iterator[str]:
    """Whatever went out must have been approved by somebody else, as it is and as much of it."""
    for run in dict.fromkeys(e["run"] for e in entries if e["kind"] in OUT):
        author, made, given, digest, gone = ("", "", False), "", None, "", 0
        for entry in of_run(entries, run):
            kind, told = entry["kind"], fields(entry)
            given = None if kind in VOIDS else given
            if kind == "generated" or (kind == "vouched" and told["digest"] == made):
                known = kind == "vouched" or bool(told.get("login") or told.get("account"))
                author, made = (person(entry["actor"]), told.get("login", ""), known), told["digest"]
                gone = 0 if kind == "generated" else gone
            elif kind == "approved":
                given, digest, stood = entry, told["digest"], author
            elif kind == "erased":
                made = told["digest"] if told.get("before") == made else made
                digest = told["digest"] if given and told.get("before") == digest else digest
            if kind not in OUT | {"printed"}:
                continue
            gone += told["quantity"] if kind in OUT else 0
            where = f"{run}: entry {entry['seq']}"
            if given is None:
                yield f"{where} has no approval / 第{entry['seq']}条记录没有批准"
            elif own(given, stood):
                yield f"{where} was approved by its author / 第{entry['seq']}条记录由编写人自己批准"
            elif told["digest"] != digest or gone > fields(given)["quantity"]:
                yield f"{where} is not what was approved / 第{entry['seq']}条记录与批准的内容或份数不符"


def ways(entries: list[Entry]) -> Iterator[str]:
    """Whatever went out must have gone by the gateway that was approved; earlier versions logged neither."""
    for run in dict.fromkeys(e["run"] for e in entries if e["kind"] in OUT):
        approved = ""
        for entry in of_run(entries, run, "approved", *OUT):
            told = fields(entry)
            if entry["kind"] == "approved":
                approved = told.get("gateway", "")
            elif approved and told.get("gateway_hash", approved) != approved:
                yield f"{run}: entry {entry['seq']} went by another gateway / 第{entry['seq']}条记录与批准的通道不符"


def manifests_of(entries: list[Entry]) -> tuple[dict[str, list[Entry]], dict[str, Entry]]:
    """Entries that name a manifest by its folder, and sendings of earlier versions, which named none for the paper."""
    named: dict[str, list[Entry]] = {}
    older: dict[str, Entry] = {}
    for entry in entries:
        told = fields(entry) if entry["kind"] in {"exported", "printed", "sent"} else {}
        number = told.get("release", 1)
        name = entry["run"] if number == 1 else f"{entry['run']}.{number}"
        if "manifest" in told:
            named.setdefault(name, []).append(entry)
        elif entry["kind"] == "sent" and "paper" not in told:
            older[name] = told
    return named, older


def manifests(folder: Path, entries: list[Entry]) -> Iterator[str]:
    """Each manifest must be the one that the log names for this run, with the same quantity; none may be missing."""
    named, older = manifests_of(entries)
    present = {path.parent.name for path in folder.glob("manifests/*/manifest.json")}
    for name in sorted(present):
        content = (folder / "manifests" / name / "manifest.json").read_bytes()
        of_it = [e for e in named.get(name, []) if fields(e)["manifest"] == sha256(content)]
        if name not in named and name in older:
            if json.loads(content)["digest"] != older[name]["digest"]:
                yield f"{name}: the manifest is of other messages than were sent / 清单与发出的内容不符"
        elif not of_it:
            yield f"{name}: the log names another manifest{_where(named.get(name))} / 清单与记录不符"
        elif json.loads(content)["quantity"] != fields(of_it[-1])["quantity"]:
            yield f"{name}: other quantity than in the log{_where(of_it)} / 数量与记录不符"
    codes = {row[CODE] for row in table(folder)}
    missing = sorted(name for name in set(named) - present if named[name][0]["run"] in codes)
    yield from (f"manifests/{name}: missing{_where(named[name])} / 缺少清单" for name in missing)


def _where(entries: list[Entry] | None) -> str:
    return f" (entry {entries[-1]['seq']})" if entries else ""


def texts(folder: Path, entries: list[Entry]) -> Iterator[str]:
    """The texts of what went out must be those that were generated, unless the log says that they were deleted."""
    for run in [row[CODE] for row in table(folder)]:
        made = of_run(entries, run, "generated")
        digest = fields(made[-1]).get("texts") if made else None
        if not digest or not of_run(entries, run, *OUT):
            continue
        place = folder / "texts" / f"{run}.txt"
        where = f"(entry {made[-1]['seq']}) / "
        purged = [fields(e).get("deleted", ["texts"]) for e in of_run(entries, run, "purged")]
        if place.is_file():
            if sha256(place.read_bytes()) != digest:
                yield f"texts/{run}.txt: not the text that was generated {where}与编写时的文字不符"
        elif not any("texts" in deleted for deleted in purged):
            yield f"texts/{run}.txt: missing {where}缺少文字"


def forms(folder: Path, entries: list[Entry]) -> Iterator[str]:
    """Each approval form must be one that was drawn of what was approved, by the log; earlier versions logged none."""
    drawn = {(e["run"], fields(e)["sha256"]): e for e in entries if e["kind"] == "drawn"}
    newer = {e["run"] for e in entries if e["kind"] == "generated" and "segments" in fields(e)}
    for place in sorted([*folder.glob("approval/*"), *folder.glob("approval-*/*")]):
        name, digest = place.relative_to(folder).as_posix(), sha256(place.read_bytes())
        run = next((run for run in newer if place.name.startswith(run)), "")
        form = next((e for (of, sha), e in drawn.items() if sha == digest and (not run or of == run)), None)
        if form is None:
            if run:
                yield f"{name}: the log knows no such form / 记录里没有这张审批单"
            continue
        given = approved(of_run(entries, form["run"]))
        if place.parent.name != "approval":
            if content(form) in map(content, given):
                yield f"{name}: it is of the approved content{_where(given)} and stands apart / 属批准的内容"
        elif content(form) not in map(content, given):
            yield (
                f"{name}: not of the approved content, but of another (entry {form['seq']}){_where(given)} / "
                f"不是所批准内容的审批单（第{form['seq']}条记录）"
            )


def content(entry: Entry) -> tuple[str, str]:
    """What a form was drawn of, or an approval was given for."""
    told = fields(entry)
    return str(told.get("content")), str(told["digest"])


def approved(entries: list[Entry]) -> list[Entry]:
    """Approvals of a run that something went out by, or that stand at the end."""
    counted: list[Entry] = []
    given: Entry | None = None
    for entry in entries:
        given = None if entry["kind"] in VOIDS else entry if entry["kind"] == "approved" else given
        if given and given not in counted and (entry["kind"] in OUT or entry["kind"] == "printed"):
            counted.append(given)
    return counted if given is None or given in counted else [*counted, given]


def table(folder: Path) -> list[list[str]]:
    """The rows of runs.csv; none if it is missing, which is found elsewhere."""
    if not (folder / "runs.csv").is_file():
        return []
    with (folder / "runs.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def figures(folder: Path, entries: list[Entry]) -> Iterator[str]:
    """Figures, approvals and titles of runs.csv once more, from the log alone; and no run may be missing in it."""
    rows = table(folder)
    sums = {"runs": len(rows), "sent": 0, "parts": 0}
    for row in rows:
        run, where = row[CODE], f"runs.csv: {row[CODE]}"
        out = of_run(entries, run, *OUT)
        sent, parts = (sum(fields(e).get(key, 0) for e in out) for key in ("quantity", "parts"))
        if (sent, parts) != (int(row[SENT]), int(row[PARTS])):
            yield f"{where}: the log has {sent} messages, {parts} SMS parts / 份数与记录不符"
        given = of_run(entries, run, "approved")
        word = f"{given[-1]['actor']}　{fields(given[-1])['quantity']:,}份 " if given else ""
        if not row[APPROVED].lstrip("'").startswith(word) or bool(word) != bool(row[APPROVED]):
            yield f"{where}: the log has another approval{_where(given)} / 批准与记录不符"
        made = of_run(entries, run, "generated")
        told = fields(made[-1]) if made and out else {}
        if "segments" in told:
            cells = [f"　{title} {told['channels'][name]:,}" for name, title in told["segments"].items()]
            named = row[TITLE].lstrip("'") == told["title"].lstrip("'")
            if not named or not all(cell in row[REACHED] for cell in cells):
                yield f"{where}: title or recipients are others in the log{_where(made)} / 名称或对象与记录不符"
            if float(row[COST]) != parts * told["price_milli"] / 1000:
                yield f"{where}: the cost is another{_where(made)} / 费用与记录不符"
        sums["sent"], sums["parts"] = sums["sent"] + sent, sums["parts"] + parts
    last = fields(entries[-1]) if entries and entries[-1]["kind"] == COLLECTED else {}
    month, codes = str(last.get("month", "")).replace("-", ""), {row[CODE] for row in rows}
    if last and {key: last["figures"][key] for key in sums} != sums:
        yield "runs.csv: its sums are not those of the log / 合计与记录不符"
    for run in dict.fromkeys(e["run"] for e in entries if e["kind"] in OUT):
        if month and re.search(rf"-{month}\d\d-\d{{4}}$", run) and run not in codes:
            yield f"runs.csv: {run} went out and is missing / 缺少已发出的任务"


def guarded(name: str, check: Callable[[], Iterator[str]]) -> Iterator[str]:
    """What a check finds; what it cannot read is found, too."""
    try:
        yield from check()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, RuntimeError,
            csv.Error):  # fmt: skip
        yield f"{name}: cannot be read / 无法读取"


def faults_of(folder: Path, entries: list[Entry], key: bytes | None) -> Iterator[str]:
    """All that is not as it should be."""
    yield from guarded(CONTENTS, lambda: files(folder))
    if key is None:
        yield f"{PUBLIC_KEY}: missing, or no key; the signature is NOT CHECKED / 没有公钥，签名未核对"
    else:
        yield from guarded(SIGNATURE, lambda: signature(folder, key))
        yield from guarded("log.jsonl", lambda: collected(folder, entries, key))
    yield from guarded("log.jsonl", lambda: chain(entries))
    yield from guarded("log.jsonl", lambda: approvals(entries))
    yield from guarded("log.jsonl", lambda: ways(entries))
    for name, check in (
        ("manifests", manifests),
        ("texts", texts),
        ("approval", forms),
        ("runs.csv", figures),
    ):
        yield from guarded(name, lambda check=check: check(folder, entries))  # type: ignore[misc]


def main(folder: Path, key_file: Path | None = None, head: str = "") -> int:
    """Say what was found; 0 if all holds.

    Args:
        folder: The unpacked pack.
        key_file: The office's public key, had from elsewhere; None takes the one in the pack.
        head: Hash of the last entry as the printed summary has it, or its first 16 signs; "" where it is not at hand.
    """
    say = sys.stdout.write
    try:
        key = key_of(key_file or folder / PUBLIC_KEY)
    except (OSError, ValueError):
        key = None
    try:
        lines = (folder / "log.jsonl").read_text("utf-8").split("\n")
        entries: list[Entry] = [json.loads(line) for line in lines if line]
        newest = str(entries[-1]["hash"]) if entries else GENESIS
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        say("log.jsonl: cannot be read\nThis is no whole pack / 留痕包不完整\nIt does NOT hold / 不一致\n")
        return 1
    faults = list(faults_of(folder, entries, key))
    printed = "".join(head.split()).lower()
    if printed and (len(printed) < SHOWN or not newest.startswith(printed)):
        faults.append("log.jsonl: another last entry than was printed / 末条校验值与打印的不符")
    for fault in faults:
        # Names may be a stranger's: nothing in them acts on the screen.
        say(f"! {''.join(c if c.isprintable() else '?' for c in fault)}\n")
    say(f"{len(entries)} entries, head {newest}\n共{len(entries)}条记录，末条校验值 {newest[:SHOWN]}\n")
    if not printed:
        say("Compare this head with the signed summary / 请与已签字的月报上的末条校验值核对\n")
    if key and not key_file:
        say(f"The key {name_of(key)} came with the pack: compare it with the office / 请向制作单位核对密钥\n")
    say("It does NOT hold / 不一致\n" if faults else "All of it holds / 全部一致\n")
    return int(bool(faults))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", type=Path, help="the office's public key, had from elsewhere")
    parser.add_argument("--head", default="", help="the hash of the last entry, as it was printed")
    given = parser.parse_args()
    sys.exit(main(given.folder, given.key, given.head))
