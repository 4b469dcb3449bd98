"""Why a run stands where it stands: kept as a word with a detail, shown in English and Chinese."""

from collections.abc import Mapping
from typing import Any

from campaigner.domain.demand import LAPSE_TITLES
from campaigner.domain.lifecycle import RunState
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


IN_CHINESE: Mapping[RunState, str] = {
    RunState.PLANNED: "已计划、未生成",
    RunState.GENERATING: "正在生成",
    RunState.GENERATED: "已生成、待批准",
    RunState.RETURNED: "已退回",
    RunState.APPROVED: "已批准",
    RunState.RELEASING: "正在发出",
    RunState.PARTLY: "部分已发出",
    RunState.RELEASED: "已全部发出",
    RunState.HELD: "已暂停",
    RunState.WITHDRAWN: "已撤下",
    RunState.EXPIRED: "已过期",
    RunState.MISSED: "已错过",
    RunState.CANCELLED: "已取消",
}
"""What the Chinese lines call the states of a run."""


def standing_data(state: RunState, reason: str) -> dict[str, Any]:
    """State and reason of a run for other programs; `reason` as it is kept."""
    english, chinese = explained(reason)
    return {"state": state.value, "reason": english, "reason_zh": chinese}


def way_on(code: str, state: RunState) -> tuple[str, str]:
    """What a person does next with a run that is not approved, in English and Chinese; empty if nothing.

    Args:
        code: The run's code.
        state: Where it is.
    """
    match state:
        case RunState.PLANNED | RunState.GENERATING | RunState.RETURNED:
            return (
                f"`campaigner generate {code}` comes first, then `campaigner approve {code} --by NAME`",
                f"请先运行 campaigner generate {code}，再由审批人批准",
            )
        case RunState.GENERATED:
            return (
                f"`campaigner approve {code} --by NAME` comes first",
                f"请先由审批人运行 campaigner approve {code} --by 姓名",
            )
        case RunState.HELD:
            return (
                f"`campaigner resume {code} --by NAME --reason TEXT` lets the rest go on, `campaigner cancel` ends it",
                f"继续请用 campaigner resume {code} --by 姓名 --reason 原因，终止请用 campaigner cancel",
            )
        case _:
            return "", ""


def not_so(code: str, state: RunState, wanted: str, wanted_zh: str, reason: str = "") -> str:
    """What is said where a run is not in the state that something needs, with why it is there and what comes next.

    Args:
        code: The run's code.
        state: Where it is.
        wanted: What would be needed; "" if that is clear.
        wanted_zh: The same in Chinese.
        reason: Why it is where it is, as it is kept.
    """
    why, next_step = explained(reason), way_on(code, state)
    english = "; ".join(part for part in (wanted, why[0], next_step[0]) if part)
    chinese = "；".join(part for part in (wanted_zh, why[1], next_step[1]) if part)
    english, chinese = f"; {english}" if english else "", f"：{chinese}" if chinese else ""
    return f"run {code} is {state}{english}\n任务 {code} {IN_CHINESE[state]}{chinese}"
