"""The executor: whether its workers can be had."""

import os
from collections.abc import Sequence

from campaigner.domain.executor import Executing, ExecutorPlan
from campaigner.errors import ExecutorError
from campaigner.executor.cluster import Cluster
from campaigner.office.soundness.finding import Finding, bad, ok, warn


def executor_state(plan: ExecutorPlan, *, reach: bool) -> Sequence[Finding]:
    """What config.toml says of it; nothing where the work is done here.

    Args:
        plan: The executor.
        reach: Whether to ask a cluster.
    """
    if plan.kind is Executing.LOCAL:
        return []
    return [_processes(plan.workers) if plan.kind is Executing.PROCESSES else _cluster(plan.scheduler, reach)]


def _processes(workers: int) -> Finding:
    cores = os.cpu_count() or 1
    shown = f"{workers} processes, {cores} cores"
    if workers > cores:
        return warn(
            "executor", shown, "more processes than cores only take memory: lower `workers`",
            "进程数多于处理器核数只会多占内存，请调低 workers",
        )  # fmt: skip
    return ok("executor", shown)


def _cluster(scheduler: str, reach: bool) -> Finding:
    if not reach:
        return ok("executor", f"a cluster at {scheduler}; `campaigner doctor --reach` asks it")
    cluster = Cluster(scheduler)
    try:
        workers = len(cluster.versions())
    except ExecutorError as error:
        return bad(
            "executor", error.english, "see docs/executors.md, or take [executor] out of config.toml",
            "请查看 docs/executors.md，或从 config.toml 中去掉 [executor]",
        )  # fmt: skip
    finally:
        cluster.close()
    return ok("executor", f"a cluster at {scheduler}, {workers} workers of the same version")
