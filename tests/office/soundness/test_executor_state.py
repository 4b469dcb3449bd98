"""What the doctor says of the executor."""

from collections.abc import Iterator

import pytest

from campaigner.domain.executor import Executing, ExecutorPlan
from campaigner.office.soundness.executor import executor_state
from campaigner.office.soundness.finding import Grade
from tests import clusters


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with clusters.running(1) as address:
        yield address


def test_of_work_that_is_done_here_nothing_is_said() -> None:
    assert executor_state(ExecutorPlan(), reach=True) == []


@pytest.mark.parametrize(("workers", "level"), [(1, Grade.OK), (60, Grade.WARN)])
def test_more_processes_than_cores_are_too_many(workers: int, level: Grade) -> None:
    (found,) = executor_state(ExecutorPlan(Executing.PROCESSES, workers), reach=False)
    assert found.level is level
    assert f"{workers} processes" in found.found


def test_a_cluster_is_asked_only_when_somebody_wants_it() -> None:
    (found,) = executor_state(ExecutorPlan(Executing.DASK, scheduler="tcp://127.0.0.1:9"), reach=False)
    assert found.level is Grade.OK
    assert "--reach" in found.found


def test_a_cluster_that_answers(scheduler: str) -> None:
    (found,) = executor_state(ExecutorPlan(Executing.DASK, scheduler=scheduler), reach=True)
    assert (found.level, "1 workers of the same version" in found.found) == (Grade.OK, True)


def test_a_cluster_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.executor.cluster._REACHED", 0.2)
    (found,) = executor_state(ExecutorPlan(Executing.DASK, scheduler="tcp://127.0.0.1:9"), reach=True)
    assert found.level is Grade.BAD
    assert "docs/executors.md" in found.advice
