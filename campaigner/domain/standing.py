"""Why a run stands where it stands: kept as a word with a detail, shown in English and Chinese."""

from collections.abc import Mapping

from campaigner.domain.demand import LAPSE_TITLES
from campaigner.domain.missed import PASSED_TITLES

TOO_LATE = "too-late"
CALLED_OFF = "called-off"
WENT_OUT = "went-out"
_TITLES: Mapping[str, tuple[str, str]] = {
    **{lapse.value: titles for lapse, titles in LAPSE_TITLES.items()},
    **{passed.value: titles for passed, titles in PASSED_TITLES.items()},
    TOO_LATE: ("its last moment passed", "已过最晚发送时间"),
    WENT_OUT: (
        "it went out after the backup that was put back, and is not sent again",
        "恢复的备份之后已经发出，不再发送",
    ),
    CALLED_OFF: ("somebody called it off", "已有人取消"),
}


def kept_reason(word: str, detail: str = "") -> str:
    """A reason as the store keeps it.

    Args:
        word: One of `Lapse`, `Passed`, `TOO_LATE`, `CALLED_OFF`, `WENT_OUT`.
        detail: What it refers to, such as another run's code; no personal data.
    """
    return f"{word}:{detail}" if detail else word


def explained(reason: str) -> tuple[str, str]:
    """A kept reason in English and Chinese; empty for none.

    Args:
        reason: As `kept_reason` made it.
    """
    word, _, detail = reason.partition(":")
    if not word:
        return "", ""
    english, chinese = _TITLES.get(word, (word, word))
    return (f"{english}: {detail}", f"{chinese}：{detail}") if detail else (english, chinese)
