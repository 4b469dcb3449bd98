"""What persons say of what they do, as the log and the store keep it: without anybody's number."""

from campaigner.domain.masking import masked
from campaigner.domain.people import plain_line
from campaigner.domain.subject import file_mark
from campaigner.errors import UsageError
from campaigner.store import settings
from campaigner.store.engine import Connection


def told(reason: str) -> str:
    """What somebody said, as it is kept: one line, no numbers of people."""
    return masked(plain_line(reason))


def why(reason: str) -> str:
    """A reason as it is kept.

    Raises:
        UsageError: There is none.
    """
    text = told(reason)
    if not text:
        raise UsageError(
            "say why, with --reason TEXT; it is kept in the log\n请用 --reason 写明原因，原因会记入日志"
        )
    return text


def file_word(connection: Connection, name: str) -> str:
    """What stands in the log for a file that others have named; "" for none."""
    return file_mark(settings.salt(connection), name) if name else ""
