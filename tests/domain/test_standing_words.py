"""What is said of a run that is not in the state that something needs: where it is, why, and what comes next."""

import pytest

from campaigner.domain.lifecycle import RunState
from campaigner.domain.standing import CALLED_OFF, IN_CHINESE, kept_reason, not_so, way_on


def test_every_state_has_a_chinese_word_of_its_own() -> None:
    assert set(IN_CHINESE) == set(RunState)
    assert len(set(IN_CHINESE.values())) == len(RunState)


@pytest.mark.parametrize(
    ("state", "next_step"),
    [
        (RunState.PLANNED, "campaigner generate RUN"),
        (RunState.RETURNED, "campaigner generate RUN"),
        (RunState.GENERATING, "campaigner generate RUN"),
        (RunState.GENERATED, "campaigner approve RUN --by"),
        (RunState.HELD, "campaigner resume RUN --by"),
    ],
)
def test_the_next_step_stands_in_both_languages(state: RunState, next_step: str) -> None:
    assert all(next_step in line for line in not_so("RUN", state, "", "").split("\n"))


def test_where_nothing_comes_next_nothing_is_advised() -> None:
    assert way_on("RUN", RunState.RELEASED) == ("", "")
    assert not_so("RUN", RunState.RELEASED, "", "") == "run RUN is released\n任务 RUN 已全部发出"
    said = not_so("RUN", RunState.CANCELLED, "wanted", "须", kept_reason(CALLED_OFF, "换"))
    assert (
        said
        == "run RUN is cancelled; wanted; somebody called it off: 换\n任务 RUN 已取消：须；已有人取消：换"
    )
