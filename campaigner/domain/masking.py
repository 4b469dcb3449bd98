"""The last line of defence: what looks like a number of a person does not reach a log or a monitor.

Nothing of ours writes personal data into its log; a message of a library, or of an exception, might, and so might what
somebody types.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from campaigner.domain.phone import PLAIN, masked_phone

_DIGITS = re.compile(r"[0-9]+")
_NUMBERS = re.compile(rf"(?P<head>(?:00)?86)?(?P<numbers>(?:{PLAIN})+)")
_ONE = re.compile(PLAIN)
_GAP = "[- .·\u00a0\u2010-\u2014]"
_GROUPED = re.compile(rf"(?<![0-9])(1[3-9][0-9])({_GAP})[0-9]{{4}}({_GAP})([0-9]{{4}})(?![0-9])")
_CARD = re.compile(
    r"(?<![0-9])([1-9][0-9]{2})[0-9]{3}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"(?![0-9])"
)
_CARD_GROUPED = re.compile(
    r"(?<![0-9])([1-9][0-9]{2})[0-9]{3}([ -])(?:19|20)[0-9]{6}([ -])[0-9]{3}[0-9Xx](?![0-9])"
)
_BANK = re.compile(
    r"(?<![0-9])(?:6[02][0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2}|9558)(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9])"
)
"""What may be a bank card: 16 to 19 digits, maybe in fours, under a head that cards have (ISO/IEC 7812)."""
_LANDLINE = re.compile(
    rf"(?<![0-9])([(（]?(?:010|02[0-9]|0[3-9][1-9][0-9])(?:[)）]{_GAP}?|{_GAP}))[2-8][0-9]{{2,3}}{_GAP}?[0-9]{{2}}([0-9]{{2}})(?![0-9])"
)
"""A landline with its area code apart from it; run together, it cannot be told from a carrier's id."""
_LUHN = 10
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_LEFT = 4
_WIDE = re.compile("[０-９]")
_HASH = re.compile(r"(?=[0-9-]*[a-f])[0-9a-f-]+")
_LENGTHS = frozenset({16, 32, 36, 40, 64})
_OF_HASHES = frozenset({"subject", "key", "before", "after", "head"})
"""Fields that hold a hash, even if it should have no letter."""


def masked(text: str) -> str:
    """A text in which numbers of people are hidden; its length stays.

    Mobile numbers keep their first three and last four digits, identity cards their first three, bank cards their last
    four, landlines with an area code apart from them the area and the last two digits. Numbers may stand with 86 before
    them, in groups, one straight behind another, or in wide digits. A longer run of digits that is none of these is
    left: carriers' ids and times must stay readable.
    """
    plain = _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    plain = _CARD.sub(r"\1***************", plain)
    plain = _CARD_GROUPED.sub(r"\1***\2********\3****", plain)
    plain = _BANK.sub(_mask_bank, plain)
    plain = _LANDLINE.sub(_mask_landline, plain)
    plain = _GROUPED.sub(r"\1\2****\3\4", plain)
    return _DIGITS.sub(_mask_run, plain)


def scrubbed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entry of the log without numbers of people in any text; hashes stay as they are.

    Args:
        data: Plain values, as JSON has them.
    """
    return {masked(key): found if key in _OF_HASHES else _scrubbed(found) for key, found in data.items()}


def _scrubbed(found: Any) -> Any:
    if isinstance(found, str):
        return found if len(found) in _LENGTHS and _HASH.fullmatch(found) else masked(found)
    if isinstance(found, Mapping):
        return scrubbed({str(key): entry for key, entry in found.items()})
    if isinstance(found, (list, tuple)):
        return [_scrubbed(entry) for entry in found]
    return found


def _mask_bank(match: re.Match[str]) -> str:
    digits = [int(character) for character in match[0] if character.isdigit()]
    total = sum(digits[-1::-2]) + sum(_DOUBLED[digit] for digit in digits[-2::-2])
    if total % _LUHN:
        return match[0]
    head, tail = match[0][:-_LEFT], match[0][-_LEFT:]
    return re.sub("[0-9]", "*", head) + tail


def _mask_landline(match: re.Match[str]) -> str:
    hidden = re.sub("[0-9]", "*", match[0][len(match[1]) : -len(match[2])])
    return match[1] + hidden + match[2]


def _mask_run(match: re.Match[str]) -> str:
    found = _NUMBERS.fullmatch(match[0])
    if found is None:
        return match[0]
    return (found["head"] or "") + _ONE.sub(lambda one: masked_phone(one[0]), found["numbers"])
