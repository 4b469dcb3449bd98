"""Files that have an end."""

import errno
import os
import stat
from pathlib import Path


def facts_of(path: Path) -> os.stat_result:
    """What the system says of a file.

    Args:
        path: The file.

    Raises:
        OSError: There is none, or it is a pipe that would be waited for or a device without an end.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EINVAL, "not a plain file")
    return found
