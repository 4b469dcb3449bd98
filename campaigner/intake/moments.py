"""Points in time as carriers' files write them."""

import re
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2})[:时](\d{2})(?:[:分](\d{2})秒?)?分?(?:\.\d+)?)?"
    r"(?: ?(Z|[+-]\d{2}:?\d{2}))?"
)
_DIGITS = {
    14: re.compile(r"(20\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)"),
    12: re.compile(r"(20\d\d)(\d\d)(\d\d)(\d\d)(\d\d)"),
    10: re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)"),
    8: re.compile(r"(20\d\d)(\d\d)(\d\d)"),
}
"""How many digits -> their meaning; ten are yymmddhhmm, as in the reports of SMPP and CMPP."""


@lru_cache(maxsize=8192)
def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """A point in time, or None if the text is none.

    Args:
        text: One cell; a day alone is its beginning.
        zone: The zone that is meant where none is written.
    """
    plain = text.strip()
    match = _WRITTEN.fullmatch(plain)
    if match:
        numbers, offset = [int(group) for group in match.groups()[:6] if group], match[7]
    else:
        found = _DIGITS[len(plain)].fullmatch(plain) if len(plain) in _DIGITS else None
        if not found:
            return None
        numbers, offset = [int(group) for group in found.groups()], None
    year = numbers[0] if numbers[0] > 99 else 2000 + numbers[0]  # noqa: PLR2004 - a year of two digits
    try:
        moment = datetime(year, *numbers[1:], tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return _with_offset(moment, offset) if offset else moment


def _with_offset(moment: datetime, offset: str) -> datetime | None:
    written = moment.strftime("%Y-%m-%dT%H:%M:%S") + ("+00:00" if offset == "Z" else offset)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if abs(found.utcoffset() or timedelta()) <= timedelta(hours=14) else None
