"""A pack of evidence as one ZIP: its files, their signed hashes, and a script that checks both without this program."""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from campaigner.errors import StoreError
from campaigner.exports.layout import PACK_CONTENTS, PACK_SIGNATURE, PUBLIC_KEY, draft
from campaigner.exports.parcel import Signer, file_sha256

_SCRIPT_SOURCE = Path(__file__).with_name("pack_verify.py")
_WITHIN = Path(__file__).with_name("pack_signature.py")
_IMPORTED = re.compile(
    r"^from campaigner\.exports\.pack_signature import (?:\([^)]*\)|[^\n(]*)\n", re.MULTILINE
)
_DOCSTRING = re.compile(r'\A"""[^"]*"""\n')
_MODE = 0o600 << 16


def script() -> bytes:
    """The script that checks a pack: one file that needs nothing of this program."""
    within = _DOCSTRING.sub("", _WITHIN.read_text("utf-8"))
    whole, count = _IMPORTED.subn(lambda _match: within, _SCRIPT_SOURCE.read_text("utf-8"))
    assert count == 1, "the script imports its signature's check in one place"
    return whole.encode()


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, in order of their paths."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def write_pack(path: Path, files: Mapping[str, bytes], made: datetime, signer: Signer) -> str:
    """Write a signed pack that only its owner may read, and show it by one rename; returns its SHA-256.

    Args:
        path: The ZIP; an older one of the same name is replaced.
        files: Path within the pack -> content.
        made: The moment that the files in it bear.
        signer: Signs the list of contents.

    Raises:
        StoreError: It cannot be written.
    """
    contents = (json.dumps(hashes_of(files), ensure_ascii=False, indent=1) + "\n").encode()
    inside = {
        **files,
        PACK_CONTENTS: contents,
        PACK_SIGNATURE: signer.signature(contents),
        PUBLIC_KEY: signer.public_key(),
    }
    return write_zip(path, inside, made)


def write_zip(path: Path, files: Mapping[str, bytes], made: datetime) -> str:
    """Write a ZIP that only its owner may read, and show it by one rename; returns its SHA-256.

    Args:
        path: The ZIP; an older one of the same name is replaced.
        files: Path within it -> content.
        made: The moment that the files in it bear.

    Raises:
        StoreError: It cannot be written.
    """
    partial = draft(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(name, made.timetuple()[:6])
                entry.external_attr = _MODE
                pack.writestr(entry, content, zipfile.ZIP_DEFLATED)
        digest = file_sha256(partial)
        partial.replace(path)
    except OSError as error:
        raise StoreError(
            f"the pack {path} cannot be written: {error.strerror}\n"
            f"无法写入证据包 {path}（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None
    return digest
