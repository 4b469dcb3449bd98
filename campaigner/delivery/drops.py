"""What was taken to a server, remembered on disk: a stop at any moment must not put a file there twice."""

import json
import os
from enum import StrEnum
from pathlib import Path

from campaigner.errors import GatewayError


class Dropped(StrEnum):
    """How far a file is."""

    NOT = "not"
    RENAMING = "renaming"
    """It is uploaded whole; from here on it may show under its own name."""
    DONE = "done"


def _own_only(path: str, flags: int) -> int:
    """Opens a file itself, never what a link in its place leads to."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


class Journal:
    """Appends a line for each step, on disk before the step is taken.

    Args:
        path: The journal's file.
        place: User, server and folder; another place has a state of its own.
    """

    def __init__(self, path: Path, place: str) -> None:
        self._path = path
        self._place = place
        self._states: dict[tuple[str, str], Dropped] = {}
        try:
            lines = path.read_text("utf-8").splitlines() if path.exists() else []
            for line in lines:
                self._read(line)
        except (OSError, ValueError):
            raise GatewayError(
                f"the record of what was taken to the server, {path.name}, cannot be read; look there what has "
                "arrived before anything is sent again\n"
                f"上传记录 {path.name} 无法读取：请先到服务器上核对哪些文件已经收到，再决定是否重新发送"
            ) from None

    def _read(self, line: str) -> None:
        try:
            place, name, sha256, state = json.loads(line)
        except ValueError:
            if line.endswith("]"):
                raise
            # The last line of a stop in the middle: its step was not taken.
            return
        if place == self._place:
            self._states[name, sha256] = Dropped(state)

    def state(self, name: str, sha256: str) -> Dropped:
        """How far a file with this name and content is."""
        return self._states.get((name, sha256), Dropped.NOT)

    def note(self, name: str, sha256: str, state: Dropped) -> None:
        """Remember a step for good."""
        line = json.dumps([self._place, name, sha256, state.value], ensure_ascii=False)
        try:
            with open(self._path, "ab", opener=_own_only) as file:
                file.write(f"\n{line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise GatewayError(
                f"{self._path.name} cannot be written: {error.strerror}\n"
                f"无法写入 {self._path.name}（{error.strerror}）：请检查磁盘空间和写入权限"
            ) from None
        self._states[name, sha256] = state
