"""Names of files that somebody else wrote, judged without looking at any disk."""

import re

_DRIVE = re.compile("[A-Za-z]:")


def stays_inside(name: str) -> bool:
    """Whether a relative path can only lead below the folder that it counts from, on this system and on Windows.

    Windows takes both slashes, and forgets spaces at the end of a name.
    """
    parts = name.replace("\\", "/").split("/")
    return (
        bool(parts[0])
        and "\0" not in name
        and not _DRIVE.match(name)
        and ".." not in [part.rstrip(" ") for part in parts]
    )
