"""The words of clerks' lists, from the data beside this module: a new word is no new code."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from campaigner.domain.people import Kind
from campaigner.toml.reading import shipped_values

IDCARD = "idcard"
"""Not a column of ours: only the birth date is taken from it, the number is dropped (PIPL art. 6)."""
SYNTHETIC = "synthetic"
"""Not a column of ours: a true mark in any row says that the file is sample data."""
OPTED_OUT = "opted_out"
CONSENT = "consent"
"""Not a column of ours: who said no in it has opted out, who said nothing has not agreed."""
STATUS, GONE_IF_YES, GONE_IF_NO, GONE_IF_FILLED = "status", "gone_yes", "gone_no", "gone_date"
"""Not columns of ours: they say whether somebody is still there."""
STATUSES = (STATUS, GONE_IF_YES, GONE_IF_NO, GONE_IF_FILLED)
OTHER = "other"
"""Not a column of ours: whatever else stands in a list, looked through for refusals and for who is gone."""
UNRELATED = "unrelated"
"""What config.toml maps a header to that speaks of refusing, and yet has nothing to do with messages."""


def words(name: str) -> Mapping[str, Any]:
    """The data of one TOML file beside this module.

    Args:
        name: `headers`, `cells`, `persons` or `faults`.
    """
    file = files("campaigner.intake").joinpath("words", f"{name}.toml")
    return shipped_values(file.read_text("utf-8"), file.name)


_HEADERS = words("headers")
_CELLS = words("cells")
PERSONS = words("persons")
"""Words of cells that are no names, of people who are gone, of lines that are nobody."""


def _columns(*sections: str) -> dict[str, str]:
    return {alias: column for name in sections for column, known in _HEADERS[name].items() for alias in known}


_STATUS_HEADERS = {
    header: column
    for key, column in zip(("headers", "gone", "there", "dated"), STATUSES, strict=True)
    for header in PERSONS["status"][key]
}

ALIASES: Mapping[Kind, Mapping[str, str]] = {
    Kind.PEOPLE: _STATUS_HEADERS | _columns("every", "persons", "people"),
    Kind.PUPILS: _STATUS_HEADERS | _columns("every", "persons", "pupils"),
    Kind.PLACES: _columns("every", "places"),
}
"""Plain header -> our column, `IDCARD` or `SYNTHETIC`."""

REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("name",),
    Kind.PUPILS: ("name",),
    Kind.PLACES: ("name", "kind"),
}
"""Columns without which no row of the kind can be used."""

NOTES = "|".join(_HEADERS["notes"]["harmless"])
"""Pattern of the remarks in brackets after a header that do not change what the column is."""

REMARKS = frozenset(_HEADERS["permission"]["remarks"])
"""Plain headers of remarks, which are looked through for a refusal."""
REFUSING_REMARK: str = _HEADERS["permission"]["refusing_remark"]
"""Pattern of what such a remark says."""
REFUSING_MARKS: str = _HEADERS["permission"]["refusing_marks"]
REFUSING_LATIN: str = _HEADERS["permission"]["refusing_latin"]
"""Patterns of which one finds something in each text that the pattern finds, the second in lower case."""
ABOUT_OTHERS: str = PERSONS["gone"]["about_others"]
"""Pattern of plain headers of columns about relatives."""
TELEPHONES: str = _HEADERS["permission"]["telephones"]
"""Pattern of plain headers of telephones that are not written to."""

ENFORCEMENT = tuple(_HEADERS["refused"]["enforcement"])
PROTECTED = tuple(_HEADERS["refused"]["protected"])
ENFORCEMENT_TITLES = tuple(_HEADERS["refused"]["titles"])

MARKS: Mapping[str, bool] = {
    word: value == "true" for value in ("true", "false") for word in _CELLS["marks"][value]
}
OPT_OUTS: Mapping[str, bool | str] = {
    **dict.fromkeys(_CELLS["opted_out"]["true"], True),
    **dict.fromkeys(_CELLS["opted_out"]["false"], False),
    **dict.fromkeys(_CELLS["opted_out"]["unclear"], "opted-out-unclear"),
}
"""Word of a mark -> what it says, or the code of its fault."""
UNSAID = None
CONSENTS: Mapping[str, bool | None] = {
    **dict.fromkeys(_CELLS["consent"]["true"], True),
    **dict.fromkeys(_CELLS["consent"]["false"], False),
    **dict.fromkeys(_CELLS["consent"]["unsaid"], UNSAID),
}
"""Word of a mark -> whether it agrees; `UNSAID` where it says nothing."""
ERRORS = frozenset(_CELLS["errors"]["texts"])
"""What a spreadsheet shows where a formula went wrong, in lower case."""
TRADITIONAL: Mapping[str, str] = dict(
    sorted(_HEADERS["traditional"].items(), key=lambda pair: len(pair[0]), reverse=True)
)
"""Traditional words and characters of headers -> simplified ones, longer ones first."""

PLACE_KINDS: Mapping[str, tuple[str, ...]] = {kind: tuple(known) for kind, known in _CELLS["places"].items()}
KIND_OF_PLACE = {alias: kind for kind, known in PLACE_KINDS.items() for alias in (kind, *known)}
TOTAL_ROWS = frozenset(PERSONS["lines"]["totals"])
NULLS = frozenset(_CELLS["errors"]["nulls"])
"""What programs write where they have nothing, in lower case."""
