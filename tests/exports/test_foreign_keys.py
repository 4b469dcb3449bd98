"""A secret file of another login is not read; what is said helps."""

import os
from pathlib import Path

import pytest

from campaigner.errors import StoreError
from campaigner.exports.signing import refuse_open


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("store.key", "export CAMPAIGNER_STORE_KEY_FILE="),
        ("backup.key", "export CAMPAIGNER_BACKUP_KEY_FILE="),
        ("signing.key", "work as its owner"),
        ("credentials.toml", "work as its owner"),
    ],
)
def test_another_logins_secret(tmp_path: Path, name: str, word: str) -> None:
    path = tmp_path / name
    path.write_text("x")
    path.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        refuse_open(path, StoreError)
    os.chown(path, 8, -1)
    with pytest.raises(StoreError, match=word) as caught:
        refuse_open(path, StoreError)
    assert "docs/several-logins.md" in str(caught.value)
    assert "另一个系统用户" in str(caught.value)
