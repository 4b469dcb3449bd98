"""What the daemon's log tells of: a closed list, so that a monitor can look for the very words.

docs/running.md says of each what it means; a test holds the two together.
"""

from enum import StrEnum


class Event(StrEnum):
    """The field `event` of a line of the log."""

    STARTED = "daemon started"
    STOPPING = "daemon stopping"
    STOPPED = "daemon stopped"
    SETTINGS_READ = "settings read"
    SETTINGS_REFUSED = "settings refused"
    LEASE_TAKEN = "lease taken"
    LEASE_ELSEWHERE = "lease held elsewhere"
    PLACE = "place"
    LEASE_LOST = "lease lost"
    CLOCK_SET = "clock set"
    BEAT_DONE = "beat done"
    BEAT_FAILED = "beat failed"
    BEAT_MISSED = "beat missed"
    RUN_PLANNED = "runs planned"
    RUN_GENERATED = "run generated"
    RUN_RELEASED = "run released"
    RUN_REFUSED = "run refused"
    RUN_MISSED = "run missed"
    RUN_WITHDRAWN = "run withdrawn"
    RUN_HELD = "run held"
    REMINDED = "approval wanted"
    BACKED_UP = "store backed up"
    PURGED = "messages forgotten"
    PURGE_AHEAD = "deletion ahead"
    DEFERRED = "messages deferred"
    EXPIRED = "messages expired"
    UNKNOWN = "messages unknown"
    RECEIPTS = "receipts taken"
    LINK = "link"
