"""The sent log's chain: each entry's hash covers its content and the hash of the entry before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigner.domain.calendar import Local

GENESIS = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    Args:
        seq: 1, 2, 3, ... without a gap.
        at: When, aware.
        kind: What: planned, generated, approved, returned, exported, ...
        run: Code of the run it is about; "" if none.
        actor: Who did it.
        data: Figures and hashes; no personal data.
        previous: Hash of the entry before.
        hash: Hash of this one.
    """

    seq: int
    at: datetime
    kind: str
    run: str
    actor: str
    data: str
    previous: str
    hash: str

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs.

        Args:
            local: Gives a moment in the office's zone.
        """
        return {
            "seq": self.seq, "at": local(self.at).isoformat(), "kind": self.kind, "run": self.run,
            "actor": self.actor, "data": self.fields, "hash": self.hash,
        }  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The data as a dictionary."""
        loaded: dict[str, Any] = json.loads(self.data)
        return loaded


def chained(
    before: Entry | None, at: datetime, kind: str, run: str, actor: str, data: Mapping[str, Any]
) -> Entry:
    """The entry that follows another (or none)."""
    seq = before.seq + 1 if before else 1
    previous = before.hash if before else GENESIS
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Entry(seq, at, kind, run, actor, text, previous, _hash(seq, at, kind, run, actor, text, previous))


def _hash(*fields: object) -> str:
    """SHA-256 over the fields as a JSON list: no two different entries read alike."""
    plain = [
        field.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(field, datetime) else field
        for field in fields
    ]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def break_in(entries: Iterable[Entry]) -> tuple[int, str] | None:
    """The first place where the chain does not hold, as (sequence number, why), or None."""
    before: Entry | None = None
    for entry in entries:
        expected = before.seq + 1 if before else 1
        if entry.seq != expected:
            return expected, f"entry {expected} is missing"
        if entry.previous != (before.hash if before else GENESIS):
            return entry.seq, f"entry {entry.seq} does not follow the entry before it"
        fields = (entry.seq, entry.at, entry.kind, entry.run, entry.actor, entry.data, entry.previous)
        if entry.hash != _hash(*fields):
            return entry.seq, f"entry {entry.seq} was changed after it was written"
        before = entry
    return None
