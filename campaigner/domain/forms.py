"""Approval forms: of which content each was drawn, and whether an approver names the content that he has seen."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from campaigner.domain.evidence import DRAWN
from campaigner.domain.log import Entry

SHORT = 12
"""Characters of a hash that are compared by eye: on the form, in lists and in the log."""
Content = tuple[str, str]
"""What an approval is bound to: (hash over what the wording is made of, hash over the messages)."""
_NAMED = re.compile(rf"([0-9a-f]{{{SHORT},64}})(?:-([0-9a-f]{{{SHORT},64}}))?")


@dataclass(frozen=True, slots=True)
class Form:
    """An approval form that was drawn.

    Args:
        seq: Number of the log's entry that tells of it.
        sha256: Hash of its PDF.
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
    """

    seq: int
    sha256: str
    content: str
    digest: str

    @property
    def of(self) -> Content:
        """The content that it was drawn of."""
        return self.content, self.digest


class Unseen(StrEnum):
    """Why a content that an approver names cannot be taken for the one that he approves."""

    ASKED = "asked"
    """A form was drawn, and he names none."""
    NO_DIGEST = "no digest"
    """What he names are no twelve characters of a hash."""
    VOIDED = "voided"
    """He names a content that is not the run's present one."""
    SEVERAL = "several"
    """Forms of the same messages under other settings were drawn, too, and he does not say which he saw."""


def forms_of(entries: Iterable[Entry]) -> list[Form]:
    """The forms that some entries tell of, in order.

    Args:
        entries: Entries of one run.
    """
    found = []
    for entry in entries:
        if entry.kind == DRAWN:
            told = entry.fields
            found.append(Form(entry.seq, told["sha256"], told.get("content", ""), told.get("digest", "")))
    return found


def code_of(forms: Iterable[Form], content: str, digest: str) -> str:
    """The characters by which an approver names a content; "" for a run without messages.

    They are of the messages' hash, and where forms of the same messages under other settings were drawn, of the hash
    over the settings as well.

    Args:
        forms: Every form of the run.
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
    """
    short = digest[:SHORT]
    return f"{short}-{content[:SHORT]}" if digest and _several(forms, content, digest) else short


def unseen(
    given: Sequence[str], forms: Sequence[Form], content: str, digest: str, *, asked: bool
) -> Unseen | None:
    """Why what an approver names is not the content of a run; None if it is, or nobody asks.

    Args:
        given: What he names: contents of this run, or of those that are approved with it.
        forms: Every form of the run.
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
        asked: Whether the content must be named.
    """
    if not given:
        return Unseen.ASKED if asked else None
    named = [_NAMED.fullmatch(_plain(one)) for one in given]
    if not all(named):
        return Unseen.NO_DIGEST
    of_it = [one for one in named if one and digest.startswith(one[1])]
    if any(one[2] and content.startswith(one[2]) for one in of_it):
        return None
    unsaid = any(not one[2] for one in of_it)
    if not unsaid:
        return Unseen.VOIDED
    return Unseen.SEVERAL if _several(forms, content, digest) else None


def names(given: str, content: str, digest: str) -> bool:
    """Whether what was given names a content, as far as it goes."""
    one = _NAMED.fullmatch(_plain(given))
    return one is not None and digest.startswith(one[1]) and content.startswith(one[2] or "")


def _several(forms: Iterable[Form], content: str, digest: str) -> bool:
    return any(form.digest == digest and form.content != content for form in forms)


def _plain(given: str) -> str:
    """As it stands on the form, however it was typed: wide characters, capitals, spaces."""
    wide = unicodedata.normalize("NFKC", given).casefold()
    return "".join(wide.split()).replace("\u2013", "-").replace("\u2014", "-")
