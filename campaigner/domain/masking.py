"""The last line of defence: what looks like a mobile number or an identity card does not reach a log or a monitor.

Nothing of ours writes personal data into its log; a message of a library, or of an exception, might.
"""

import re
import unicodedata

from campaigner.domain.phone import PLAIN, masked_phone

_DIGITS = re.compile(r"[0-9]+")
_NUMBERS = re.compile(rf"(?P<head>(?:00)?86)?(?P<numbers>(?:{PLAIN})+)")
_ONE = re.compile(PLAIN)
_GROUPED = re.compile(r"(?<![0-9])(1[3-9][0-9])([ -])[0-9]{4}([ -])([0-9]{4})(?![0-9])")
_CARD = re.compile(
    r"(?<![0-9])([1-9][0-9]{2})[0-9]{3}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"(?![0-9])"
)
_WIDE = re.compile("[０-９]")


def masked(text: str) -> str:
    """A text in which mobile numbers keep their first three and last four digits, identity cards their first three.

    Numbers may stand with 86 before them, in groups of 3-4-4, one straight behind another, or in wide digits. A longer
    run of digits that is none of these is left: carriers' ids and times must stay readable.
    """
    plain = _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    plain = _CARD.sub(r"\1***************", plain)
    plain = _GROUPED.sub(r"\1\2****\3\4", plain)
    return _DIGITS.sub(_mask_run, plain)


def _mask_run(match: re.Match[str]) -> str:
    found = _NUMBERS.fullmatch(match[0])
    if found is None:
        return match[0]
    return (found["head"] or "") + _ONE.sub(lambda one: masked_phone(one[0]), found["numbers"])
