"""Answers of a cloud with an end: both SDKs read whatever comes, through `requests`, for as long as it comes."""

import time
from collections.abc import Iterator
from typing import Any

LARGEST = 4 << 20
"""Bytes of an answer, unpacked; a page of reports has some 50 KiB."""
LONGEST = 120.0
"""Seconds from an answer's first byte to its last; between two bytes the SDK's own limit holds."""
_BOUNDED = "_campaigner_bounds"


def bound_answers() -> None:
    """Let no answer that `requests` reads in this process be longer, or take longer, than any of a cloud's.

    Only the SDKs use that library here. They make their connections by themselves and take no other way of reading.
    """
    from requests.adapters import HTTPAdapter

    build = HTTPAdapter.build_response
    if getattr(build, _BOUNDED, False):
        return

    def build_bounded(self: Any, req: Any, resp: Any) -> Any:
        answer = build(self, req, resp)
        answer.raw = _Bounded(answer.raw)
        return answer

    setattr(build_bounded, _BOUNDED, True)
    HTTPAdapter.build_response = build_bounded  # type: ignore[method-assign]


class _Bounded:
    """The body of an answer, in all else as it was.

    Args:
        raw: As urllib3 has it.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amt: int = 1 << 16, decode_content: bool | None = None) -> Iterator[bytes]:
        """Pieces of the body; a failure of the connection where it is too much, so that its request is unanswered."""
        from requests.exceptions import ContentDecodingError

        size, begun = 0, time.monotonic()
        for piece in self._raw.stream(amt, decode_content=decode_content):
            size += len(piece)
            if size > LARGEST or time.monotonic() - begun > LONGEST:
                self._raw.close()
                raise ContentDecodingError("the answer has no end")
            yield piece
