"""Workers elsewhere are as good as `map`: processes of this machine, and a cluster of separate processes."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigner.domain.executor import Executing, ExecutorPlan
from campaigner.errors import ExecutorError, RenderError
from campaigner.executor import opening
from campaigner.executor.cluster import Cluster
from campaigner.executor.crew import Crew
from campaigner.executor.processes import Processes
from campaigner.executor.task import Sealed, worked
from tests import clusters
from tests.executor import deeds
from tests.pace import PATIENCE, wait_until


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it takes its time until a worker is back."""
    monkeypatch.setattr("campaigner.executor.cluster._EMPTY", 600)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with clusters.running(2) as address:
        yield address


@pytest.fixture(scope="module", params=["processes", "dask"])
def crew(request: pytest.FixtureRequest) -> Iterator[Crew]:
    made: Crew = (
        Processes(2) if request.param == "processes" else Cluster(request.getfixturevalue("scheduler"))
    )
    yield made
    made.close()


def test_results_come_in_the_order_of_the_parts(crew: Crew) -> None:
    assert list(crew.over(deeds.slow_for_the_first, range(9))) == list(range(9))


def test_others_work(crew: Crew) -> None:
    workers = set(crew.over(deeds.whose, range(20)))
    assert os.getpid() not in workers
    assert len(workers) <= 2


@pytest.mark.parametrize("parts", [[], [4]])
def test_one_part_is_worked_on_here(crew: Crew, parts: list[int]) -> None:
    assert list(crew.over(deeds.whose, parts)) == [os.getpid()] * len(parts)


def test_a_part_is_asked_for_when_there_is_room(crew: Crew) -> None:
    asked = []

    def parts() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            yield number

    results = crew.over(deeds.doubled, parts())
    assert next(results) == 0
    assert len(asked) <= crew.room()
    assert next(results) == 2
    assert len(asked) <= crew.room() + 1


def test_what_a_partition_function_raises_is_raised_here_behind_what_came_before(crew: Crew) -> None:
    results = crew.over(deeds.refused, range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RenderError, match=r"row 7 of audiences/a\.csv"):
        next(results)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
def test_what_was_read_before_a_fault_is_not_lost(crew: Crew, count: int) -> None:
    def parts() -> Iterator[int]:
        yield from range(count)
        raise OSError("the rest cannot be read")

    results = crew.over(deeds.doubled, parts())
    assert [next(results) for _ in range(count)] == [2 * number for number in range(count)]
    with pytest.raises(OSError, match="the rest"):
        next(results)


def test_two_calls_one_inside_the_other_share_the_workers(crew: Crew) -> None:
    inner = crew.over(deeds.doubled, range(30))
    assert list(crew.over(deeds.doubled, inner)) == [4 * number for number in range(30)]


def test_whoever_stops_early_leaves_the_workers_usable(crew: Crew) -> None:
    results = crew.over(deeds.doubled, range(100))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert list(crew.over(deeds.doubled, range(3))) == [0, 2, 4]


@pytest.mark.parametrize("part", [0, 4, 11])
def test_a_part_whose_worker_was_killed_is_worked_on_again(crew: Crew, part: int, tmp_path: Path) -> None:
    mark = tmp_path / "died"
    results = list(crew.over(deeds.DiesOnce(mark, part), range(12)))
    assert mark.exists()
    assert results == [2 * number for number in range(12)]


def test_a_part_that_kills_each_of_its_processes_ends_the_call() -> None:
    crew = Processes(2)
    with pytest.raises(ExecutorError, match="is there memory enough"):
        list(crew.over(deeds.dies, range(4)))
    assert list(crew.over(deeds.doubled, range(3))) == [0, 2, 4]
    crew.close()


def test_a_part_that_kills_each_of_its_workers_ends_the_call() -> None:
    with clusters.running(1) as address:
        crew = Cluster(address)
        with pytest.raises(ExecutorError, match="is there memory enough"):
            list(crew.over(deeds.dies, range(4)))
        crew.close()


def test_nobody_on_the_way_can_show_what_a_part_holds() -> None:
    part = Sealed.of("张三 13800138000")
    assert "138" not in repr(part)
    assert "张" not in str(part)
    assert part.opened() == "张三 13800138000"
    assert worked(Sealed.of(str.upper), Sealed.of("a")).opened() == "A"


def parent(workers: "multiprocessing.Queue[int]") -> None:
    """A program that has workers, and waits to be killed."""
    crew = Processes(2)
    for pid in set(crew.over(deeds.whose, range(20))):
        workers.put(pid)
    workers.put(0)
    multiprocessing.Event().wait()


def test_processes_end_with_whoever_started_them_however_it_ended() -> None:
    context = multiprocessing.get_context("spawn")
    found: multiprocessing.Queue[int] = context.Queue()
    program = context.Process(target=parent, args=(found,))
    program.start()
    workers = list(iter(lambda: found.get(timeout=PATIENCE), 0))
    program.kill()
    program.join()
    assert workers
    for pid in workers:
        wait_until(lambda pid=pid: not alive(pid))  # type: ignore[misc]


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "zombie" not in status.read_text()


def test_processes_leave_ctrl_c_to_whoever_started_them() -> None:
    crew = Processes(1)
    before = set(crew.over(deeds.whose, range(2)))
    assert list(crew.over(deeds.interrupted, range(3))) == [0, 1, 2]
    assert set(crew.over(deeds.whose, range(2))) == before
    crew.close()


def test_the_same_plan_has_the_same_workers() -> None:
    plan = ExecutorPlan(Executing.PROCESSES, 3)
    assert opening.crew_of(plan) is opening.crew_of(ExecutorPlan(Executing.PROCESSES, 3))
    assert opening.over_of(ExecutorPlan()) is map
    assert opening.over_of(plan) == opening.crew_of(plan).over
    assert isinstance(opening.crew_of(ExecutorPlan(Executing.DASK, scheduler="tcp://127.0.0.1:9")), Cluster)


def test_a_scheduler_that_is_not_there_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.executor.cluster._REACHED", 0.2)
    with pytest.raises(ExecutorError, match=r"the cluster at tcp://127\.0\.0\.1:9 cannot be reached"):
        list(Cluster("tcp://127.0.0.1:9").over(deeds.doubled, range(3)))


def test_a_cluster_of_another_version_is_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.executor.cluster.__version__", "0.0.1")
    with pytest.raises(ExecutorError, match=r"here is 0\.0\.1; they must be the same"):
        list(Cluster(scheduler).over(deeds.doubled, range(3)))


def test_a_cluster_without_workers_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.executor.cluster._EMPTY", 0.5)
    with clusters.running(0) as address, pytest.raises(ExecutorError, match="has no workers"):
        list(Cluster(address).over(deeds.doubled, range(3)))


def test_a_scheduler_that_goes_away_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    with clusters.running(1) as address:
        crew = Cluster(address)
        results = crew.over(deeds.doubled, range(100))
        assert next(results) == 0
        monkeypatch.setattr("campaigner.executor.cluster._REACHED", 1)
    with pytest.raises(ExecutorError):
        list(results)
    crew.close()


def test_without_its_package_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install 'campaigner\[dask\]'"):
        list(Cluster("tcp://127.0.0.1:9").over(deeds.doubled, range(3)))
