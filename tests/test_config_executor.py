"""[executor]: where the work is done, and what of it crosses no network in the clear."""

from pathlib import Path

import pytest

from campaigner.config import CONFIG_FILE, load_config
from campaigner.domain.executor import Executing, ExecutorPlan
from campaigner.domain.problem import Problem
from tests.conftest import ROOT


def read(folder: Path, section: str) -> tuple[ExecutorPlan, list[Problem]]:
    text = (ROOT / CONFIG_FILE).read_text("utf-8") + "\n" + section
    (folder / CONFIG_FILE).write_text(text, "utf-8")
    config, problems = load_config(folder)
    assert config is not None
    return config.executor, problems


PLANS = [
    pytest.param("", ExecutorPlan(), id="nothing said"),
    pytest.param("[executor]", ExecutorPlan(), id="an empty section"),
    pytest.param('[executor]\nkind = "local"', ExecutorPlan(), id="here"),
    pytest.param('[executor]\nkind = "processes"', ExecutorPlan(Executing.PROCESSES, 2), id="two processes"),
    pytest.param(
        '[executor]\nkind = "processes"\nworkers = 5', ExecutorPlan(Executing.PROCESSES, 5), id="five"
    ),
    *(
        pytest.param(
            f'[executor]\nkind = "dask"\nscheduler = "{address}"',
            ExecutorPlan(Executing.DASK, scheduler=address), id=address,
        )
        for address in (
            "tls://cluster.example:8786", "tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("section", "plan"), PLANS)
def test_a_plan_is_read(tmp_path: Path, section: str, plan: ExecutorPlan) -> None:
    assert read(tmp_path, section) == (plan, [])


FAULTS = [
    pytest.param('kind = "cluster"', "config-executor", "local, processes, dask", id="kind"),
    pytest.param('kind = "processes"\nworkers = 0', "config-range", "at least 1", id="nobody"),
    pytest.param('kind = "processes"\nworkers = 61', "config-range", "at most 60", id="too many"),
    pytest.param("workers = 3", "config-executor-key", "processes", id="workers of nothing"),
    pytest.param(
        'kind = "processes"\nscheduler = "tls://a:1"',
        "config-executor-key",
        "dask",
        id="scheduler of processes",
    ),
    pytest.param('kind = "dask"', "config-missing", "`scheduler` is missing", id="no scheduler"),
    *(
        pytest.param(f'kind = "dask"\nscheduler = "{address}"', code, word, id=address)
        for address, code, word in (
            ("cluster", "config-scheduler", "an address with a port"),
            ("tls://cluster.example", "config-scheduler", "an address with a port"),
            ("tls://cluster.example:x", "config-scheduler", "an address with a port"),
            ("tls://[::1", "config-scheduler", "an address with a port"),
            ("http://127.0.0.1:8786", "config-scheduler", "an address with a port"),
            ("tcp://cluster.example:8786", "config-scheduler-open", "in the clear"),
            ("tcp://10.0.0.7:8786", "config-scheduler-open", "in the clear"),
        )
    ),
]


@pytest.mark.parametrize(("lines", "code", "word"), FAULTS)
def test_each_fault_is_told(tmp_path: Path, lines: str, code: str, word: str) -> None:
    _plan, problems = read(tmp_path, "[executor]\n" + lines)
    assert [problem.code for problem in problems] == [code]
    assert word in problems[0].message
    assert problems[0].message_zh
    assert problems[0].line is not None
